/*
 * What happened in a world, as the judge sees it. Nothing here comes from the code under test: tokens are the plain
 * texts that the simulated authorization server gave out, and instants are the true time unless they say otherwise.
 */

/** A row of the table, its tokens opened. Instants by the database's clock. */
export interface Row {
  readonly id: string
  readonly generation: number
  readonly access: string | null
  readonly refresh: string | null
  readonly status: string
  readonly reason: string | null
  readonly expiresAt: number | null
  readonly leaseId: string | null
  readonly leaseUntil: number | null
  readonly attemptId: string | null
  readonly lastError: string | null
  readonly nextAttemptAt: number | null
}

/** What a statement did to a connection. */
export interface RowChange {
  readonly client: string
  readonly before: Row | null
  readonly after: Row | null
}

/** What the table of events tells of a connection. */
export interface Told {
  readonly type: string
  /** The id of the row that it tells of. */
  readonly row: string
}

export type Method = 'get' | 'refresh' | 'store' | 'delete' | 'report' | 'tick' | 'close'

/** What the world is like. */
export interface Settings {
  readonly kind: 'settings'
  /** By what tokens are asked for: a user's refresh token, or the app's own credentials. */
  readonly grant: 'refresh_token' | 'client_credentials'
  readonly rotation: 'static' | 'window' | 'strict'
  readonly lifetimeMs: number
  /** How long a rotated refresh token is still good for another successor; 0 unless `window`. */
  readonly retryWindowMs: number
  /** How many requests the server wants for one grant in how much time; null: it does not count. */
  readonly budget: { readonly requests: number; readonly perMs: number } | null
  /** What a caller may wait: with a token that is good, with one that still works, and without. */
  readonly bounds: { readonly goodMs: number; readonly servableMs: number; readonly anyMs: number }
  /** How long a process may go on with what it has in memory. */
  readonly cacheAgeMs: number
  /** Which processes share a directory for the lifeboat. */
  readonly lifeboat: 'none' | 'own' | 'shared'
  /** The database's clock is the host's, and it jumps. */
  readonly hostClockJumps: boolean
}

export interface Call {
  readonly kind: 'call'
  readonly call: number
  readonly machine: string
  readonly client: string
  readonly method: Method
  /** Tokens that were stored, or reported. */
  readonly access: string | null
  readonly refresh: string | null
  readonly expiresInMs: number | null
}

export interface Return {
  readonly kind: 'return'
  readonly call: number
  readonly machine: string
  readonly token: string | null
  /** Null: the call succeeded. */
  readonly error: string | null
  readonly reason: string | null
}

export interface Statement {
  readonly kind: 'statement'
  readonly machine: string
  readonly method: string
  /** What the statement returned, in a word. */
  readonly result: string
  /** The database's clock. */
  readonly now: number
  readonly changes: readonly RowChange[]
  /** What it recorded, in this order. */
  readonly told: readonly Told[]
}

/** A process heard that the database did not answer. */
export interface StoreError {
  readonly kind: 'store error'
  readonly machine: string
  readonly method: string
  readonly code: string
}

/** The first byte of a refresh leaves a process. */
export interface Request {
  readonly kind: 'request'
  readonly request: number
  readonly machine: string
  readonly client: string
  /** Where the app asks with its own credentials, a name in its place: {@link appTokenOf}. */
  readonly refresh: string
  /** From then on the process does not wait for it, however long it was frozen. */
  readonly deadline: number
}

/** The authorization server deals with a refresh. */
export interface Served {
  readonly kind: 'served'
  readonly request: number
  readonly verdict: string
  readonly spent: string
  readonly access: string | null
  readonly accessUntil: number
  readonly successor: string | null
}

/** What a process got of the answer. */
export interface Answer {
  readonly kind: 'answer'
  readonly request: number
  readonly machine: string
  readonly how: 'unsent' | 'answered' | 'cut'
  readonly detail: string
  /** The refresh token that the received bytes hold. */
  readonly carried: string | null
}

/** A refresh token is on the disk. */
export interface Aboard {
  readonly kind: 'aboard'
  readonly machine: string
  readonly refresh: string
}

export type FaultKind =
  | 'crash'
  | 'start'
  | 'stopped'
  | 'freeze'
  | 'suspend'
  | 'clock jump'
  | 'database down'
  | 'database frozen'
  | 'partition'
  | 'refused without cause'
  | 'all faults end'

export interface Fault {
  readonly kind: 'fault'
  readonly fault: FaultKind
  readonly machine: string | null
  readonly ms: number
}

/** At the end: the refresh tokens that the authorization server would still honour. */
export interface Ledger {
  readonly kind: 'ledger'
  readonly live: readonly string[]
}

export type Happening =
  | Settings
  | Call
  | Return
  | Statement
  | StoreError
  | Request
  | Served
  | Answer
  | Aboard
  | Fault
  | Ledger

export type Entry = Happening & { readonly at: number }

/** What stands for the app's own credentials in a history: one of each client. */
export function appTokenOf(client: string): string {
  return `${client}.app/r/0`
}

/** A token's grant: tokens are named `grant/kind/number`. */
export function grantOf(token: string): string {
  return token.slice(0, token.indexOf('/'))
}

/** A grant's client: grants are named `client.number`. */
export function clientOf(token: string): string {
  return token.slice(0, token.indexOf('.'))
}
