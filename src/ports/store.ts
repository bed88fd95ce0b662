import type { Allowance } from '../lifecycle/budget.ts'
import type { Connection, ConnectionStatus, LastError } from '../lifecycle/connection.ts'
import type { EventLog } from './event-log.ts'
import type { FlowStore } from './flows.ts'
import type { KeyProofs } from './key-proofs.ts'
import type { RevocationOutbox } from './revocations.ts'
import type { SealedValues } from './sealed-values.ts'

/** One connection: a client of the back end at a provider. */
export interface ConnectionKey {
  readonly clientId: string
  readonly provider: string
}

/** Connections of a client, at a provider, or all: what is left out narrows nothing. */
export interface ConnectionFilter {
  readonly clientId?: string | undefined
  readonly provider?: string | undefined
}

/** What a provider said about a connection that is not secret: `api_domain`, `location`, … */
export type Metadata = Readonly<Record<string, unknown>>

/**
 * A row of `oauth_tokens`. Token columns hold what lies in the database: sealed text, or plaintext from before.
 * Every instant is in ms since the epoch by the database's clock.
 */
export interface ConnectionRow extends ConnectionKey, Omit<Connection, 'hasAccessToken' | 'hasRefreshToken'> {
  /** A UUID: a new one after deleting and storing again. */
  readonly id: string
  /** As it lies in the database; null: none. */
  readonly accessToken: string | null
  /** As it lies in the database; null: none. */
  readonly refreshToken: string | null
  /** Comma-separated; null when not known. */
  readonly scopes: string | null
  /** What the provider said about the connection, not secret. */
  readonly metadata: Metadata
  /** Of whose account the grant is; null: not known. */
  readonly accountDigest: string | null
  /** When the connection was first stored. */
  readonly createdAt: number
  /** When the row was last written. */
  readonly updatedAt: number
  /** The database's clock in the statement that read the row. */
  readonly now: number
}

/** A connection as lists show it: no secrets. */
export type ConnectionSummary = Omit<ConnectionRow, 'accessToken' | 'refreshToken'> & {
  readonly hasAccessToken: boolean
  readonly hasRefreshToken: boolean
}

/** A refresh may only write the row that it read: same row, same tokens. */
export interface Fence {
  readonly id: string
  readonly generation: number
}

/** The right to make one request: granted only when the row still is what `row` says. */
export interface ClaimRequest {
  readonly row: Fence & Pick<ConnectionRow, 'status' | 'attemptId' | 'failureCount'>
  readonly leaseId: string
  readonly leaseMs: number
  readonly attemptId: string
  /** Whether a `NO_PROGRESS` gate may be passed; no other gate ever is. */
  readonly skipNoProgress: boolean
  /**
   * The longest lease anybody can hold. On engines whose clock is the host's (SQLite) a lease that ends later
   * than this from now counts as ended: the clock jumped.
   */
  readonly longestLeaseMs: number
  /** The same of a back-off. */
  readonly longestGateMs: number
  /** The request is taken from the provider's budget, and refused where that is used up. Null: there is none. */
  readonly allowance: Allowance | null
}

/** What a failure leaves on the row. */
export interface FailureRecord {
  readonly code: LastError
  /** Null: no back-off. Counted from the database's clock. */
  readonly nextAttemptInMs: number | null
  readonly status: ConnectionStatus
  readonly statusReason: string | null
}

/** What ends with an attempt's write, which needs no lease: its own. That of another who has taken over stays. */
export interface OwnLease {
  readonly leaseId: string | null
}

/** New tokens of a provider's answer. Durations count from the database's clock at the write. */
export interface CommitRequest extends Fence, OwnLease {
  readonly accessToken: string
  /** Null keeps the stored one. */
  readonly refreshToken: string | null
  /** `Infinity`: never; null: not known. */
  readonly expiresInMs: number | null
  /**
   * The expiry is no later than this, by the database's clock; null: it may be. A statement can run long after it
   * was sent, where the database or its host was frozen.
   */
  readonly expiresAtMost: number | null
  readonly lifetimeMs: number | null
  readonly refreshInMs: number | null
  /** Null keeps the stored ones. */
  readonly scopes: string | null
  /** The whole new metadata (already merged); null keeps the stored ones. */
  readonly metadata: Metadata | null
  readonly appId: string | null
  /** Null keeps the stored one. */
  readonly refreshTokenExpiresInMs: number | null
  /** The no-progress gate, or null. */
  readonly noProgressForMs: number | null
}

/** An answer without a usable access token that carried a refresh token. Raises the generation. */
export interface SalvageRequest extends Fence, OwnLease {
  readonly refreshToken: string
  readonly failure: FailureRecord
}

/** The successor of a refresh token that `storeTokens` kept meanwhile. */
export interface SucceedRequest extends Fence, OwnLease {
  readonly refreshToken: string
}

/**
 * A refresh token that a process had received and could not commit before it ended. Matches no row whose lease is
 * alive: whoever holds it may have been issued a newer one.
 */
export interface RestoreRequest extends Fence {
  readonly refreshToken: string
  /** `expired`: it was issued before this refresh token, and may be dead. `kept`: it was stored after. */
  readonly accessToken: 'expired' | 'kept'
  /** As in a claim. */
  readonly longestLeaseMs: number
}

/** The end of an attempt without tokens. Matches the own lease. */
export interface SettleRequest extends Fence {
  readonly leaseId: string
  /** What `attempt_id` becomes: null when settled, else the unsettled attempt. */
  readonly attemptId: string | null
  /** Counts as a failure; null: a lease given up before anything was sent. */
  readonly failure: FailureRecord | null
  /** What the claim took of the budget, where nothing reached the provider. Absent: it counts. */
  readonly refundMs?: number | undefined
}

/** An API does not accept the access token of exactly this generation. */
export interface RejectRequest extends Fence {
  /** Matches no row on which a report was acted on so short a time ago. */
  readonly pauseMs: number
  /** Matches no row that has nothing left of this: a token is given up only where another can come. */
  readonly allowance: Allowance | null
}

/** What `storeTokens` writes. `expected` is the row it read before; null: there was none. */
export interface PutRequest extends ConnectionKey {
  readonly expected: Fence | null
  /** Null: there is none, and the first call refreshes (tokens imported as a refresh token alone). */
  readonly accessToken: string | null
  /**
   * `keep` leaves refresh token, status, failures, lease and attempt (`sealed` is the kept token where it was
   * plaintext from before); `replace` clears all but the token.
   */
  readonly grant:
    | { readonly kind: 'keep'; readonly sealed?: string | undefined }
    | { readonly kind: 'replace'; readonly refreshToken: string | null }
  readonly expiresInMs: number | null
  /** As in a commit. */
  readonly expiresAtMost: number | null
  readonly lifetimeMs: number | null
  readonly refreshInMs: number | null
  readonly scopes: string | null
  /** The whole new metadata (already merged); null keeps the stored ones. */
  readonly metadata: Metadata | null
  /** Of whose account the grant is. Absent: kept with the grant, and not known of another one. */
  readonly accountDigest?: string | null | undefined
  /** When the refresh token ends for good. Absent or null: kept with the grant, and not known of another one. */
  readonly refreshTokenExpiresInMs?: number | null | undefined
  /** Where the tokens come from. Default: an OAuth flow. */
  readonly origin?: 'imported' | undefined
}

/** A seed: a refresh token from an environment variable. */
export interface Seed {
  readonly variable: string
  /** A digest of its value that does not depend on encryption keys. */
  readonly digest: string
}

/** What the database remembers of a seed. */
export interface SeedMemory {
  /** The client that took the variable, whatever its value. */
  readonly owner: string | null
  /** Whether this very value was used for the provider, by whom, and whether that connection was deleted. */
  readonly use: { readonly clientId: string; readonly state: 'stored' | 'deleted' } | null
}

export interface PlantRequest extends ConnectionKey {
  readonly seed: Seed
  /** The client is named by `EVERGRANT_ENV_CLIENT_ID`: it becomes the owner whoever was. */
  readonly named: boolean
  readonly refreshToken: string
  readonly metadata: Metadata
  /** A row planted from an earlier value of the variable and never refreshed: it is replaced by a new row. */
  readonly replaces: Fence | null
}

/** `planted`; or not: another client owns the seed, the seed is spent or deleted, or a row exists. */
export type PlantResult = 'planted' | 'not_owner' | 'used' | 'exists'

export interface DeleteRequest extends ConnectionKey {
  /** Keeps the sealed tokens in `oauth_token_revocations` until the provider confirmed. */
  readonly revoke: boolean
  /** A seed that the client could have used and that must not be used from now on. */
  readonly seed: Seed | null
}

export interface ListRequest {
  readonly clientId?: string | undefined
  readonly provider?: string | undefined
  readonly status?: ConnectionStatus | undefined
  readonly limit: number
  /** The last key of the page before; ordered by client, then provider. */
  readonly after: ConnectionKey | null
}

/** Connections of a provider whose refresh is due: grant not refused, back-off over, nobody at it. */
export interface DueRequest {
  readonly provider: string
  /** Whether only those are meant that have a refresh token: others cannot be renewed, but by the app's own credentials. */
  readonly needsRefreshToken: boolean
  /** As in a claim. */
  readonly longestLeaseMs: number
  readonly longestGateMs: number
  readonly limit: number
  /** `next` of the page before. */
  readonly after: string | null
}

export interface DuePage {
  /** What has been due longest comes first. */
  readonly rows: readonly ConnectionRow[]
  /** Opaque; null: that was the last page. */
  readonly next: string | null
}

/** Runs a call inside the caller's own transaction. Its type is the driver's; only that driver's store takes it. */
export interface InTransaction {
  readonly tx?: unknown
}

/**
 * Where connections lie. Every method is one statement or one short transaction, and rejects only with
 * `StoreUnavailableError` (or `InvalidInputError` for a `tx` it cannot use). A write returns whether it matched.
 *
 * Each change of what {@link RecordedEventType} tells is recorded in the event log in the same transaction: a status
 * that turns exactly once, however often and from how many processes the write is sent.
 */
export interface TokenStore extends AsyncDisposable {
  readonly kind: 'postgres' | 'sqlite' | 'memory'
  /** What of it is sealed, whatever it is for. */
  readonly sealedValues: SealedValues
  /** The keys that it needs. */
  readonly keyProofs: KeyProofs
  /** What it remembers of connections. */
  readonly eventLog: EventLog
  /** Revocations that providers have not confirmed. */
  readonly revocations: RevocationOutbox
  /** Authorization flows under way. */
  readonly flows: FlowStore

  read(key: ConnectionKey, options?: InTransaction): Promise<ConnectionRow | null>
  list(request: ListRequest): Promise<readonly ConnectionSummary[]>

  due(request: DueRequest): Promise<DuePage>

  claim(request: ClaimRequest): Promise<boolean>
  commit(request: CommitRequest): Promise<boolean>
  salvage(request: SalvageRequest): Promise<boolean>
  settle(request: SettleRequest): Promise<boolean>
  /** Writes the successor of a refresh token that `storeTokens` kept meanwhile; ends lease and attempt. */
  succeed(request: SucceedRequest): Promise<boolean>
  /** The connection is as after a new grant: nothing of what befell the refresh token before counts any more. */
  restore(request: RestoreRequest): Promise<boolean>
  /** Makes the access token of exactly this generation expired. */
  reject(request: RejectRequest): Promise<boolean>

  put(request: PutRequest, options?: InTransaction): Promise<boolean>
  /** Deletes the row, marks seeds as deleted, records the revocation. The deleted row, or null. */
  delete(request: DeleteRequest, options?: InTransaction): Promise<ConnectionRow | null>
  /** Makes an empty row (client credentials); does nothing when there is one. Whether it made one. */
  insertEmpty(key: ConnectionKey, metadata: Metadata): Promise<boolean>

  seedMemory(seed: Seed, provider: string): Promise<SeedMemory>
  plant(request: PlantRequest): Promise<PlantResult>

  /** Asks the database for its clock. */
  ping(): Promise<number>
}
