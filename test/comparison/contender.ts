import type pg from 'pg'
import type { Granted } from '../conformance/login.ts'

/** Where a contender works. */
export interface Place {
  /** Of a database that it has for itself. */
  readonly database: string
  readonly issuer: string
  readonly app: { readonly clientId: string; readonly clientSecret: string }
  /** Whether the provider changes the refresh token at each use. */
  readonly rotates: boolean
}

/** One way to have a working access token, written as its own documentation says: for one customer's grant. */
export interface Contender {
  /** Keeps a grant whose access token has expired. */
  connect(granted: Granted): Promise<void>
  getAccessToken(): Promise<string>
  /** What is kept for the next refresh. */
  storedRefreshToken(): Promise<string | null>
  close(): Promise<void>
}

/** @param pool of ten connections, which the rest of the program uses, too */
export type OpenContender = (place: Place, pool: pg.Pool) => Promise<Contender>

export const CUSTOMER = 'smart-tax-nation'
