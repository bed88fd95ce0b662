import type { Policy } from '../lifecycle/policy.ts'
import type { Cipher } from '../ports/cipher.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventSink } from '../ports/events.ts'
import type { Lifeboat } from '../ports/lifeboat.ts'
import type { Randomness } from '../ports/randomness.ts'
import type { TokenStore } from '../ports/store.ts'
import type { Measurements } from './measurements.ts'

/** Everything the protocol touches of the outside world, except the provider. */
export interface RefreshPorts {
  readonly store: TokenStore
  readonly cipher: Cipher
  readonly clock: Clock
  readonly randomness: Randomness
  readonly policy: Policy
  /** Null: there is no private directory, or none is wanted. */
  readonly lifeboat: Lifeboat | null
  readonly emit: EventSink
  readonly measurements: Measurements
}
