import type { EvergrantEvent, Policy } from 'evergrant'
import type { IncomingCall, SyncedCall } from './sync-call.ts'

/** How a process of the demo opens its service; the rest is in its environment. */
export interface Opening {
  readonly schema: string | undefined
  /** Where its encryption key is kept; absent: in the environment, or beside the embedded database. */
  readonly keyFile: string | undefined
  readonly policy: Partial<Policy>
}

/** A token as it may be shown: by a digest of itself. */
export interface Seen {
  readonly digest: string
  /** What it has left by this machine's clock. */
  readonly leftMs: number
  readonly waitedMs: number
}

/** What many calls saw. */
export interface Rush {
  readonly calls: number
  /** The digests of the tokens that were handed out, in the order of their first appearance. */
  readonly digests: readonly string[]
  readonly slowestMs: number
  /** Codes of the errors. */
  readonly errors: readonly string[]
}

/** The row, seen through the service. */
export interface RowSeen {
  readonly generation: number
  readonly refreshTokenDigest: string
}

/** What lies in the database. */
export interface Audit {
  /** The token columns of the row, as they are. */
  readonly accessToken: string
  readonly refreshToken: string
  /** How many tokens were looked for: every one this process has ever seen. */
  readonly searchedFor: number
  /** How many of them lie somewhere in plain text. */
  readonly inPlainText: number
  /** How many bytes of files were looked through; 0: the row alone was. */
  readonly bytes: number
  /** Whether the columns were found in the files too. Null: no files. */
  readonly columnsInFiles: boolean | null
}

/** What a process of the demo can be asked to do. It is a back end that holds a service, no more. */
export interface Performance {
  open(opening: Opening): Promise<void>
  rows(): Promise<number>
  hasToken(): Promise<boolean>
  token(): Promise<Seen>
  /** So many callers at the same moment. */
  rush(callers: number): Promise<Rush>
  /** Asks again and again until another token comes, at most `limitMs`. */
  askUntilChanged(limitMs: number): Promise<Rush>
  refreshNow(): Promise<Seen>
  /** The API refused the token: reports it. */
  reject(): Promise<boolean>
  row(): Promise<RowSeen>
  /** Sends the token to an API of the provider; gives the HTTP status. */
  useToken(): Promise<number>
  /** Brings a telephone call to the CRM and the calendar. */
  sync(call: IncomingCall): Promise<SyncedCall>
  /** Looks for plain text in the row and in these files. */
  audit(files: readonly string[]): Promise<Audit>
}

/** Between the processes. */
export interface Call {
  readonly id: number
  readonly name: keyof Performance
  readonly args: readonly unknown[]
}

export type Reply =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: 'event'; readonly event: EvergrantEvent }
