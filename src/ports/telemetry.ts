import type { EvergrantEvent } from './events.ts'

/**
 * Where measurements go: `openTelemetry()` of `evergrant/opentelemetry`, or one of your own. What it throws is
 * ignored, and what it is told holds no secret and no client.
 */
export interface Telemetry {
  /** A service opens: what it does from now on is told to the recorder. */
  attach(service: MeasuredService): TelemetryRecorder
}

/** What a service says of itself. */
export interface MeasuredService {
  /** The names of its providers: those of `open` in their order, then the others that are built in. */
  readonly providers: readonly string[]
  /**
   * How many calls memory has answered so far, by provider. They are counted and not told one by one: to be asked
   * for when a collector wants to know, so that they stay as fast as they are.
   */
  cachedCalls(): Iterable<readonly [provider: string, calls: number]>
}

/** Is told what a service does, synchronously: do not wait in it. What is left out is not told. */
export interface TelemetryRecorder {
  /** A call for a token has ended that memory could not answer. */
  readonly call?: ((call: MeasuredCall) => void) | undefined
  /**
   * A refresh begins. Call `work` at once, inside a span of yours if you like: what it starts is then part of it. It
   * runs once, whether you call it or not. What you return is told how the refresh ended.
   */
  readonly refresh?:
    | ((begun: BegunRefresh, work: () => void) => ((ended: MeasuredRefresh) => void) | undefined)
    | undefined
  /** What `onEvent` is told. Here its `clientId` is yours to keep out of labels. */
  readonly event?: ((event: EvergrantEvent) => void) | undefined
  /** The service has closed. */
  readonly close?: (() => void) | undefined
}

/**
 * Where a token came from that was handed out.
 *
 * - `stored`: the row, and it was good enough.
 * - `refreshed`: a refresh that the caller waited for, of this process or of another.
 * - `failing`: the row, although a refresh was wanted: it failed, or took too long.
 * - `memory`: this process, because the database did not answer or has not taken it yet.
 */
export type TokenSource = 'stored' | 'refreshed' | 'failing' | 'memory'

/**
 * A call for a token that memory could not answer, how long its caller waited (`waitMs`), and how it ended.
 *
 * - `served`: with a token of `source`, which lives for another `remainingMs`; null: nobody knows, or for ever.
 * - `failed`: with `code`, that of the error; `ABORTED`: the caller gave up.
 */
export type MeasuredCall = {
  readonly provider: string
  /** From the call until its caller was answered. */
  readonly waitMs: number
} & (
  | { readonly kind: 'served'; readonly source: TokenSource; readonly remainingMs: number | null }
  | { readonly kind: 'failed'; readonly code: string }
)

/**
 * What made a refresh begin. Whoever comes later joins it.
 *
 * - `caller`: one who waits for it.
 * - `explicit`: `refreshToken`.
 * - `background`: a caller who was served already.
 * - `sweep`: nobody, it is due.
 */
export type RefreshTrigger = 'caller' | 'explicit' | 'background' | 'sweep'

/** A claim is taken: the refresh token is about to be sent. */
export interface BegunRefresh {
  readonly provider: string
  /** What made it begin. */
  readonly trigger: RefreshTrigger
}

/**
 * How a refresh ended.
 *
 * - `refreshed`: new tokens are stored.
 * - `failed`: with the code of a failure.
 * - `superseded`: new tokens were dropped, others were there first.
 * - `unwritten`: new tokens were not stored before the service closed; the lifeboat has them, where there is one.
 * - `unsent`: the lease was no longer long enough, and nothing was sent.
 */
export type RefreshEnd =
  | { readonly kind: 'refreshed' | 'superseded' | 'unwritten' | 'unsent' }
  | { readonly kind: 'failed'; readonly code: string }

/** How a refresh ended, and how long it took. */
export type MeasuredRefresh = RefreshEnd & {
  /** From the sending of the request until its outcome was stored. */
  readonly durationMs: number
}
