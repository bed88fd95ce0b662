import { parseRedirectUri } from './connect/redirect-uris.ts'
import { InvalidInputError } from './errors.ts'
import { describe } from './input.ts'
import { type NamesOf, refuseUnknownNames } from './known-names.ts'
import { faultOf, type Policy, policyWith } from './lifecycle/policy.ts'
import type { CacheLimits } from './refresh/cache.ts'
import type { OpenOptions } from './service-options.ts'

const NAMES: NamesOf<OpenOptions> = {
  database: true,
  schema: true,
  encryptionKeys: true,
  providers: true,
  callbackUrl: true,
  migrate: true,
  backgroundRefresh: true,
  waitUntil: true,
  cache: true,
  lifeboat: true,
  policy: true,
  requireSealed: true,
  onEvent: true,
  telemetry: true,
}

const CACHE_DEFAULTS: CacheLimits = { maxAgeMs: 30_000, maxEntries: 10_000 }

/** Refuses options of `open` that nobody would read, or that mean nothing. @throws InvalidInputError */
export function checkOpenOptions(options: unknown): void {
  if (!isObject(options)) throw wrong('The options of open()', 'an object', options)
  refuseUnknownNames(options, Object.keys(NAMES), { owner: 'open()', noun: 'option' })
  parseSweep(options.backgroundRefresh)
  for (const name of ['migrate', 'requireSealed']) {
    const value = options[name]
    if (value !== undefined && typeof value !== 'boolean') throw wrong(name, 'true or false', value)
  }
  for (const name of ['waitUntil', 'onEvent']) {
    const hook = options[name]
    if (hook !== undefined && typeof hook !== 'function') throw wrong(name, 'a function', hook)
  }
  const { schema, encryptionKeys, lifeboat, telemetry, callbackUrl } = options
  if (callbackUrl !== undefined) parseRedirectUri(callbackUrl, 'callbackUrl')
  if (telemetry !== undefined && !(isObject(telemetry) && typeof telemetry.attach === 'function')) {
    throw wrong(
      'telemetry',
      'openTelemetry() of evergrant/opentelemetry, or an object with attach()',
      telemetry,
    )
  }
  if (lifeboat !== undefined && lifeboat !== false && !isPath(lifeboat)) {
    throw wrong('lifeboat', 'the path of a directory, or false', lifeboat)
  }
  if (schema !== undefined && typeof schema !== 'string') {
    throw wrong('schema', 'the name of a PostgreSQL schema', schema)
  }
  if (encryptionKeys !== undefined && typeof encryptionKeys !== 'string' && !isKeySource(encryptionKeys)) {
    throw wrong('encryptionKeys', 'a text like id:base64(32 bytes), or a source of keys', encryptionKeys)
  }
}

/** The limits of the cache; null: no cache. @throws InvalidInputError */
export function parseCache(cache: unknown): CacheLimits | null {
  if (cache === false) return null
  if (cache === undefined) return CACHE_DEFAULTS
  if (!isObject(cache)) throw wrong('cache', '{ maxAgeMs, maxEntries } or false', cache)
  refuseUnknownNames(cache, Object.keys(CACHE_DEFAULTS), { owner: 'The option cache', noun: 'field' })
  const { maxAgeMs = CACHE_DEFAULTS.maxAgeMs, maxEntries = CACHE_DEFAULTS.maxEntries } = cache
  if (!isCount(maxAgeMs) || !isCount(maxEntries)) {
    throw new InvalidInputError('cache.maxAgeMs and cache.maxEntries must be numbers of 0 or more.')
  }
  return maxAgeMs === 0 || maxEntries === 0 ? null : { maxAgeMs, maxEntries }
}

/** The policy with what `open` was given. @throws InvalidInputError */
export function parsePolicy(given: OpenOptions['policy']): Policy {
  if (given === undefined) return policyWith({})
  if (!isObject(given)) throw wrong('policy', 'an object of durations', given)
  refuseUnknownNames(given, Object.keys(policyWith({})), { owner: 'The option policy', noun: 'field' })
  const policy = policyWith(given)
  const fault = faultOf(policy)
  if (fault !== null) throw new InvalidInputError(`${fault}.`)
  return policy
}

/** Whether the refresher runs that sweeps what nobody asks for. @throws InvalidInputError */
export function parseSweep(given: unknown): boolean {
  if (given === undefined || typeof given === 'boolean') return false
  const expected = 'true, false or { sweep: true }'
  if (!isObject(given)) throw wrong('backgroundRefresh', expected, given)
  refuseUnknownNames(given, ['sweep'], { owner: 'The option backgroundRefresh', noun: 'field' })
  const { sweep = false } = given
  if (typeof sweep !== 'boolean') throw wrong('backgroundRefresh.sweep', 'true or false', sweep)
  return sweep
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isKeySource(value: unknown): boolean {
  return isObject(value) && typeof value.load === 'function'
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('\0')
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0
}

function wrong(what: string, expected: string, value: unknown): InvalidInputError {
  return new InvalidInputError(`${what} must be ${expected}; got ${describe(value)}.`)
}
