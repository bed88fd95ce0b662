import {
  type Attributes,
  context,
  type MeterProvider,
  metrics,
  type Span,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import type {
  BegunRefresh,
  EvergrantEvent,
  MeasuredCall,
  MeasuredRefresh,
  MeasuredService,
  TelemetryRecorder,
} from 'evergrant'
import { ERROR, type Instruments, instrumentsOf, OUTCOME, PROVIDER, SOURCE, TRIGGER } from './instruments.ts'
import { OTHER } from './provider-labels.ts'

export interface RecorderOptions {
  readonly meterProvider: MeterProvider | undefined
  readonly tracerProvider: TracerProvider | undefined
  /** Names that are shown; undefined: the first that services know. */
  readonly providers: ReadonlySet<string> | undefined
}

/** Tells OpenTelemetry what one service does. */
export class Recorder implements TelemetryRecorder {
  readonly #options: RecorderOptions
  readonly #service: MeasuredService
  #instruments: Instruments | null = null
  #isClosed = false

  constructor(options: RecorderOptions, service: MeasuredService) {
    this.#options = options
    this.#service = service
    this.#current()
  }

  call(call: MeasuredCall): void {
    const { callDuration, remainingLifetime } = this.#current()
    const provider = this.#label(call.provider)
    const waitS = call.waitMs / 1_000
    if (call.kind === 'failed') {
      callDuration.record(waitS, { [PROVIDER]: provider, [ERROR]: call.code })
      return
    }
    const attributes: Attributes = { [PROVIDER]: provider, [SOURCE]: call.source }
    callDuration.record(waitS, attributes)
    if (call.remainingMs !== null) remainingLifetime.record(call.remainingMs / 1_000, attributes)
  }

  refresh(begun: BegunRefresh, work: () => void): (ended: MeasuredRefresh) => void {
    this.#current()
    const attributes: Attributes = { [PROVIDER]: this.#label(begun.provider), [TRIGGER]: begun.trigger }
    const parent = context.active()
    const tracer = (this.#options.tracerProvider ?? trace).getTracer('evergrant')
    const span = tracer.startSpan('evergrant.refresh', { attributes }, parent)
    const within = trace.setSpan(parent, span)
    context.with(within, work)
    return ended => {
      const outcome = outcomeOf(ended)
      this.#current().refreshDuration.record(ended.durationMs / 1_000, { ...attributes, ...outcome }, within)
      finish(span, ended, outcome)
    }
  }

  event({ provider, type }: EvergrantEvent): void {
    this.#current().count(this.#label(provider), type)
  }

  /** A refresh that the service did not wait for may still end. */
  close(): void {
    this.#isClosed = true
    this.#instruments?.remove(this.#service)
  }

  /**
   * Those of the meter provider of now: what is made before an SDK has registered its own measures nothing, and never
   * will (metrics have no proxy as traces have).
   */
  #current(): Instruments {
    const instruments = instrumentsOf(this.#options.meterProvider ?? metrics.getMeterProvider())
    if (instruments !== this.#instruments) {
      this.#instruments?.remove(this.#service)
      this.#instruments = instruments
      if (this.#isClosed) return instruments
      instruments.labels.admit(this.#service.providers)
      instruments.add(this.#service, name => this.#labelIn(instruments, name))
    }
    return instruments
  }

  #label(name: string): string {
    const instruments = this.#current()
    const label = this.#labelIn(instruments, name)
    instruments.see(label)
    return label
  }

  #labelIn({ labels }: Instruments, name: string): string {
    const { providers } = this.#options
    if (providers === undefined) return labels.of(name)
    return providers.has(name) ? name : OTHER
  }
}

function outcomeOf(ended: MeasuredRefresh): Attributes {
  return ended.kind === 'failed' ? { [OUTCOME]: ended.kind, [ERROR]: ended.code } : { [OUTCOME]: ended.kind }
}

function finish(span: Span, { kind }: MeasuredRefresh, outcome: Attributes): void {
  span.setAttributes(outcome)
  if (kind === 'failed' || kind === 'unwritten') span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
