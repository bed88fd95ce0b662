import type { HttpBindings } from '@hono/node-server'
import type { Clock } from '../../ports/clock.ts'
import type { Accounts } from './accounts.ts'
import type { LedgerLine } from './ledger.ts'
import type { ZohoEnvironment } from './settings.ts'

/** What a handler finds in its context: the raw request and its line in the ledger. */
export interface ZohoRoute {
  Bindings: HttpBindings
  Variables: { line: LedgerLine }
}

/** What the routes of one server need: it serves one data centre, and of its CRM one environment. */
export interface RouteEnvironment {
  readonly accounts: Accounts
  /** The environment of the CRM that this server has. The one of `production` is the accounts server, too. */
  readonly kind: ZohoEnvironment
  readonly clock: Clock
  /** Fires when the server closes: delays end. */
  readonly closing: AbortSignal
  /** The server's own URL, known once it listens. */
  readonly url: () => string
}
