import type { RefreshEnd } from '../ports/telemetry.ts'
import type { Pass } from './breakers.ts'
import type { Outcome, Target } from './outcome.ts'
import type { RefreshPorts } from './ports.ts'
import type { Rescue } from './rescue.ts'
import type { StoreHealth } from './store-health.ts'

/** What one attempt needs beyond its claim. */
export interface AttemptContext {
  readonly ports: RefreshPorts
  readonly health: StoreHealth
  readonly rescue: Rescue
  readonly target: Target
  /** Is told what the answer says about the token endpoint and the app. */
  readonly pass: Pass
  /** Tells the waiting callers; only the first call counts. */
  readonly land: (outcome: Outcome) => void
  /** Called when the answer is in: the request slot is free for others. */
  readonly answered: () => void
  /** Fires when the service stops waiting for what is in flight. */
  readonly stop: AbortSignal
}

/** What has to follow an attempt, and how it ended. */
export interface AttemptEnd {
  /**
   * `done`; `replay`: the same refresh token may be sent once more, under a claim of its own; or `late`: nothing was
   * sent, and the lease is no longer long enough.
   */
  readonly next: 'done' | 'replay' | 'late'
  readonly ended: RefreshEnd
}
