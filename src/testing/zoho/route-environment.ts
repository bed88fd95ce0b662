import type { HttpBindings } from '@hono/node-server'
import type { Clock } from '../../ports/clock.ts'
import type { Accounts } from './accounts.ts'
import type { LedgerLine } from './ledger.ts'

/** What a handler finds in its context: the raw request and its line in the ledger. */
export interface ZohoRoute {
  Bindings: HttpBindings
  Variables: { line: LedgerLine }
}

/** What the routes need beside the accounts. */
export interface RouteEnvironment {
  readonly accounts: Accounts
  readonly clock: Clock
  /** Fires when the server closes: delays end. */
  readonly closing: AbortSignal
  /** The server's own URL, known once it listens. */
  readonly url: () => string
}
