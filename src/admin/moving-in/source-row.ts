import type { TokenExpiry } from '../token-records.ts'
import type { Verdict } from './verdict.ts'

/** What names a row in its source, by the source's own words (`userId`, `line`, …): never a token. */
export type SourceKey = Readonly<Record<string, string>>

/** One row of a source as it says itself. Nothing of it has been checked. */
export interface SourceRow {
  readonly key: SourceKey
  /** Null: the source holds none. */
  readonly clientId: string | null
  /** By the source's name for it. */
  readonly provider: string | null
  readonly accessToken: string | null
  readonly refreshToken: string | null
  /** `unreadable`: something is there, and no instant can be told from it. */
  readonly expiry: TokenExpiry | { readonly kind: 'unreadable' }
  readonly scopes: string | null
  readonly metadata: unknown
  /** The `client_id` of the OAuth app that the grant was given to; null: the source does not say. */
  readonly appId: string | null
  /** Why it cannot be taken, whatever else it holds. */
  readonly fault: Verdict | null
}

/** Where rows come from. */
export interface RowSource extends AsyncDisposable {
  /** In words that may be printed. */
  readonly name: string
  /** What a user can do about two rows of one connection; '' when nothing. */
  readonly againstDuplicates: string
  /** Gives all rows to `visit`, some at a time, always in the same order. */
  read(visit: (rows: readonly SourceRow[]) => Promise<void>): Promise<void>
}
