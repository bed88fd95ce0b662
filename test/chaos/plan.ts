import type { PolicyOptions } from 'evergrant'
import type { Mode } from './modes.ts'

export type Rotation = 'static' | 'window' | 'strict'

export const rotations: readonly Rotation[] = ['static', 'window', 'strict']

/** Where in a refresh a process is struck. See docs/reliability.md. */
export type Point = 'C0' | 'C1' | 'C2' | 'C3' | 'C4' | 'C5' | 'C6' | 'C7' | 'C8'
export const points: readonly Point[] = ['C0', 'C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8']

/** One campaign: so many disturbances of one kind. */
export interface Plan {
  readonly mode: Mode
  readonly rotation: Rotation
  readonly cycles: number
  readonly seed: number
  /** Where every process is struck; null: half of them at random, half at each point in turn. */
  readonly point: Point | null
}

/** Connections of a campaign. */
export const CONNECTIONS = 30
/** How long an access token lives. */
export const LIFETIME_MS = 6_000
/** How long the provider takes, so that there is something to strike. */
export const ANSWER_MS = 100
/** A call that took longer than this is told of by itself. */
export const SLOW_MS = 20
/** Upper bounds of the waits that are counted together, in ms; what is longer than the last one is counted, too. */
export const WAIT_BOUNDS_MS: readonly number[] = [5, 20, ANSWER_MS, 1_000, 5_000]
/** With a retry window: as Xero's half hour, longer than anything here. */
export const RETRY_WINDOW_MS = 60_000

/** Minutes as seconds; a request and a lease are as long as a busy machine needs them. */
export const policy = {
  requestTimeoutMs: 3_500,
  leaseMs: 5_000,
  hardWaitMs: 300,
  expiredWaitMs: 12_000,
  servableFloorMs: 200,
  backoffFirstMs: 50,
  backoffLongestMs: 2_000,
  backoffInWindowMs: 300,
  confirmRefusalMs: 1_000,
  noProgressMs: 500,
  commitRetryMs: 100,
  outageGraceMs: 500,
  storeTimeoutMs: 3_000,
  lifeboatTimeoutMs: 5_000,
  retryAfterLeastMs: 50,
  retryAfterMostMs: 1_000,
  closeTimeoutMs: 6_000,
} satisfies PolicyOptions
