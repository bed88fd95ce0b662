import { EvergrantError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { EvergrantEvent } from '../ports/events.ts'
import type {
  BegunRefresh,
  MeasuredService,
  RefreshEnd,
  Telemetry,
  TelemetryRecorder,
  TokenSource,
} from '../ports/telemetry.ts'

/** What is measured of a call. */
export interface CallSubject<HandOut> {
  readonly provider: string
  readonly signal: AbortSignal | undefined
  /** What a token has left when its caller gets it, in ms. */
  readonly remainingMs: (handOut: HandOut) => number
}

type CallEnd =
  | { readonly kind: 'served'; readonly source: TokenSource; readonly remainingMs: number | null }
  | { readonly kind: 'failed'; readonly code: string }

/**
 * Tells a recorder what happens. Whatever that does (throws, rejects, calls twice, never or late what it was to call
 * once) changes nothing for a call or a refresh.
 */
export class Measurements {
  readonly #telemetry: Telemetry | null
  #recorder: TelemetryRecorder | null = null

  constructor(telemetry: Telemetry | undefined) {
    this.#telemetry = telemetry ?? null
  }

  attach(service: MeasuredService): void {
    this.#recorder = harmlessly(() => this.#telemetry?.attach(service)) ?? null
  }

  /** Obtains a token for a caller, and tells how long that took and how it ended. */
  async call<HandOut extends { readonly source: TokenSource }>(
    { provider, signal, remainingMs }: CallSubject<HandOut>,
    clock: Clock,
    work: () => Promise<HandOut>,
  ): Promise<HandOut> {
    if (this.#recorder === null) return work()
    const startedAt = clock.monotonicMs()
    const tell = (end: CallEnd): void => {
      const waitMs = clock.monotonicMs() - startedAt
      harmlessly(() => this.#recorder?.call?.({ provider, waitMs, ...end }))
    }
    try {
      const handOut = await work()
      const left = remainingMs(handOut)
      tell({ kind: 'served', source: handOut.source, remainingMs: Number.isFinite(left) ? left : null })
      return handOut
    } catch (error) {
      const gaveUp = signal?.aborted === true && error === signal.reason
      tell({ kind: 'failed', code: gaveUp ? 'ABORTED' : codeOf(error) })
      throw error
    }
  }

  event(event: EvergrantEvent): void {
    harmlessly(() => this.#recorder?.event?.(event))
  }

  close(): void {
    harmlessly(() => this.#recorder?.close?.())
    this.#recorder = null
  }

  /** Runs a refresh, and tells how it ended. */
  async refresh<End extends { readonly ended: RefreshEnd }>(
    begun: BegunRefresh,
    clock: Clock,
    work: () => Promise<End>,
  ): Promise<End> {
    const startedAt = clock.monotonicMs()
    const started: Promise<End>[] = []
    const once = (): void => {
      if (started.length === 0) started.push(work())
    }
    const told = harmlessly(() => this.#recorder?.refresh?.(begun, once))
    once()
    const tell = (ended: RefreshEnd): void =>
      harmlessly(() => told?.({ ...ended, durationMs: clock.monotonicMs() - startedAt }))
    try {
      const [end] = await Promise.all(started)
      tell((end as End).ended)
      return end as End
    } catch (error) {
      tell({ kind: 'failed', code: codeOf(error) })
      throw error
    }
  }
}

/** The code of an error; `INTERNAL`: it is none of ours. */
function codeOf(error: unknown): string {
  return error instanceof EvergrantError ? error.code : 'INTERNAL'
}

/** Nobody to tell: the hook itself is the place where faults are told. */
export function harmlessly<Result>(hook: () => Result): Result | undefined {
  try {
    const done = hook()
    if (done instanceof Promise) done.catch(() => {})
    return done
  } catch {
    return undefined
  }
}
