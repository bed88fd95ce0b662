import type { Cipher } from '../ports/cipher.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventSink } from '../ports/events.ts'
import type { TokenStore } from '../ports/store.ts'

/** What a flow touches of the outside world, except the provider. */
export interface FlowPorts {
  readonly store: Pick<TokenStore, 'flows'>
  readonly cipher: Cipher
  readonly clock: Clock
  readonly emit: EventSink
}

/** How long a flow may take, by the database's clock. */
export const FLOW_TTL_MS = 600_000
