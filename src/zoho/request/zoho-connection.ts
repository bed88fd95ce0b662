import type { OAuthTokenService } from 'evergrant'
import type { Clock } from '../../ports/clock.ts'
import type { Randomness } from '../../ports/randomness.ts'
import type { ZohoEdition } from './editions.ts'

/** What the clients of Zoho need of an `OAuthTokenService`. */
export type ZohoTokens = Pick<OAuthTokenService, 'fetch' | 'getToken' | 'refreshToken'>

/** Whose Zoho is asked, and how: the options of a client, parsed. */
export interface ZohoConnection {
  readonly tokens: ZohoTokens
  readonly clientId: string
  readonly provider: string
  /** The origin that is asked in place of the connection's own; null: its own. */
  readonly baseUrl: string | null
  readonly edition: ZohoEdition
  /** How long one attempt may take, until its answer is read. */
  readonly timeoutMs: number
  /** How often a call is repeated after its first attempt. */
  readonly retries: number
  readonly clock: Clock
  readonly randomness: Randomness
}
