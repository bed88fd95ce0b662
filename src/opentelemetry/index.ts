/**
 * Metrics and traces by OpenTelemetry.
 * @module evergrant/opentelemetry
 */

import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import type { Telemetry } from 'evergrant'
import { InvalidInputError } from '../errors.ts'
import { type NamesOf, refuseUnknownNames } from '../known-names.ts'
import { Recorder } from './recorder.ts'

/** Where {@link openTelemetry} sends what it measures, and what it shows. */
export interface OpenTelemetryOptions {
  /** Default: the global one, also where an SDK registers it later. */
  readonly meterProvider?: MeterProvider | undefined
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider | undefined
  /**
   * The names of providers that are shown; all others are `_OTHER`. Default: the first 100 that the services of this
   * process know, those of `open` before others that are built in.
   */
  readonly providers?: readonly string[] | undefined
}

const NAMES: NamesOf<OpenTelemetryOptions> = { meterProvider: true, tracerProvider: true, providers: true }

/**
 * Tells OpenTelemetry how long refreshes take and how they end, how long callers wait, what tokens have left, and what
 * happens to connections; and makes a span of each refresh. No secret and no client in any of it. A call that memory
 * answers costs as much as without.
 *
 * Needs the package `@opentelemetry/api`, and an SDK that collects.
 *
 * @throws InvalidInputError an option that does not exist, or means nothing
 *
 * @example
 * ```ts
 * const tokens = await OAuthTokenService.open({ telemetry: openTelemetry() })
 * ```
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidInputError('The options of openTelemetry() must be an object.')
  }
  refuseUnknownNames(options, Object.keys(NAMES), { owner: 'openTelemetry()', noun: 'option' })
  const { meterProvider, tracerProvider, providers } = options
  if (providers !== undefined && !(Array.isArray(providers) && providers.every(isText))) {
    throw new InvalidInputError('The option providers of openTelemetry() must be a list of names.')
  }
  for (const [name, given, method] of [
    ['meterProvider', meterProvider, 'getMeter'],
    ['tracerProvider', tracerProvider, 'getTracer'],
  ] as const) {
    if (given === undefined || typeof Reflect.get(Object(given), method) === 'function') continue
    throw new InvalidInputError(`The option ${name} of openTelemetry() must have the method ${method}.`)
  }
  const shown = providers === undefined ? undefined : new Set(providers)
  return {
    attach: service => new Recorder({ meterProvider, tracerProvider, providers: shown }, service),
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}
