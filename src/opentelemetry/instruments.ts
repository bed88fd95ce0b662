import type { Attributes, Counter, Histogram, MeterProvider, ObservableResult } from '@opentelemetry/api'
import type { EvergrantEvent, MeasuredService } from 'evergrant'
import { ProviderLabels } from './provider-labels.ts'

export const PROVIDER = 'evergrant.provider'
export const SOURCE = 'evergrant.token.source'
export const TRIGGER = 'evergrant.refresh.trigger'
export const OUTCOME = 'evergrant.refresh.outcome'
export const EVENT = 'evergrant.event'
/** Of OpenTelemetry's own conventions: the class of error, and absent where there was none. */
export const ERROR = 'error.type'

type Name = 'callDuration' | 'cacheHits' | 'remainingLifetime' | 'refreshDuration' | 'events'

interface Instrument {
  readonly name: string
  readonly kind: 'histogram' | 'counter' | 'observable counter'
  /** As UCUM writes it. */
  readonly unit: string
  readonly description: string
  readonly attributes: readonly string[]
}

/** Every instrument: the table of docs/guide/observability.md. */
export const INSTRUMENTS: Readonly<Record<Name, Instrument>> = {
  callDuration: {
    name: 'evergrant.call.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long callers waited for a token that memory did not have.',
    attributes: [PROVIDER, SOURCE, ERROR],
  },
  cacheHits: {
    name: 'evergrant.call.cache_hits',
    kind: 'observable counter',
    unit: '{call}',
    description: 'Calls that memory answered at once.',
    attributes: [PROVIDER],
  },
  remainingLifetime: {
    name: 'evergrant.token.remaining_lifetime',
    kind: 'histogram',
    unit: 's',
    description: 'What the tokens had left that callers got and memory did not have.',
    attributes: [PROVIDER, SOURCE],
  },
  refreshDuration: {
    name: 'evergrant.refresh.duration',
    kind: 'histogram',
    unit: 's',
    description: 'From the sending of a refresh until its outcome was stored.',
    attributes: [PROVIDER, TRIGGER, OUTCOME, ERROR],
  },
  events: {
    name: 'evergrant.events',
    kind: 'counter',
    unit: '{event}',
    description: 'What happened to connections, by type.',
    attributes: [PROVIDER, EVENT],
  },
}

/** Events to alert on. They are counted from 0, so that the first one is a rise. */
export const ALERTS: readonly EvergrantEvent['type'][] = [
  'reauthorization_required',
  'refresh_token_expiring',
  'breaker_opened',
  'lifeboat_failed',
  'decryption_failed',
]

// Those that OpenTelemetry suggests for HTTP, and some more: a caller may wait for 15 s.
const WAITS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 30, 60]
const LIFETIMES = [1, 5, 15, 30, 60, 150, 300, 600, 900, 1_200, 1_800, 2_700, 3_600, 7_200, 86_400]

/** What one meter provider measures, of all services of this process together. */
export class Instruments {
  readonly callDuration: Histogram
  readonly remainingLifetime: Histogram
  readonly refreshDuration: Histogram
  readonly labels: ProviderLabels = new ProviderLabels()
  readonly #events: Counter
  readonly #services = new Map<MeasuredService, (provider: string) => string>()
  /** Of services that have closed: a counter never goes back. */
  readonly #hitsOfClosed = new Map<string, number>()
  /** Providers whose alerts are counted from 0. */
  readonly #seen = new Set<string>()

  constructor(provider: MeterProvider) {
    const meter = provider.getMeter('evergrant')
    const histogram = (
      { name, unit, description }: Instrument,
      explicitBucketBoundaries: number[],
    ): Histogram => meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries } })
    this.callDuration = histogram(INSTRUMENTS.callDuration, WAITS)
    this.remainingLifetime = histogram(INSTRUMENTS.remainingLifetime, LIFETIMES)
    this.refreshDuration = histogram(INSTRUMENTS.refreshDuration, WAITS)
    const { events, cacheHits } = INSTRUMENTS
    this.#events = meter.createCounter(events.name, events)
    meter.createObservableCounter(cacheHits.name, cacheHits).addCallback(result => this.#observeHits(result))
  }

  /** @param label what a provider of this service is called */
  add(service: MeasuredService, label: (provider: string) => string): void {
    this.#services.set(service, label)
  }

  remove(service: MeasuredService): void {
    const label = this.#services.get(service)
    if (label === undefined) return
    addHits(this.#hitsOfClosed, service, label)
    this.#services.delete(service)
  }

  count(provider: string, type: EvergrantEvent['type']): void {
    this.#events.add(1, { [PROVIDER]: provider, [EVENT]: type })
  }

  /** A provider is in use. */
  see(provider: string): void {
    if (this.#seen.has(provider)) return
    this.#seen.add(provider)
    for (const type of ALERTS) this.#events.add(0, { [PROVIDER]: provider, [EVENT]: type })
  }

  #observeHits(result: ObservableResult<Attributes>): void {
    const hits = new Map(this.#hitsOfClosed)
    for (const [service, label] of this.#services) addHits(hits, service, label)
    for (const [provider, calls] of hits) result.observe(calls, { [PROVIDER]: provider })
  }
}

function addHits(
  hits: Map<string, number>,
  service: MeasuredService,
  label: (provider: string) => string,
): void {
  for (const [provider, calls] of service.cachedCalls()) {
    hits.set(label(provider), (hits.get(label(provider)) ?? 0) + calls)
  }
}

const known = new WeakMap<MeterProvider, Instruments>()

/** One set for each meter provider: two observers of one counter would overwrite each other. */
export function instrumentsOf(provider: MeterProvider): Instruments {
  let instruments = known.get(provider)
  if (instruments === undefined) {
    instruments = new Instruments(provider)
    known.set(provider, instruments)
  }
  return instruments
}
