import type { LedgerEntry, RefreshTokenState } from 'evergrant/testing'
import type { Mode } from './modes.ts'
import type { Point, Rotation } from './plan.ts'

/** A row of the table when everything has come to rest. */
export interface FinalRow {
  readonly connection: string
  readonly status: string
  readonly statusReason: string | null
  /** As it lies there. */
  readonly refreshToken: string | null
}

/** A change of a row's generation or status, written down by a trigger of the database. */
export interface Change {
  /** In ms since the epoch. */
  readonly at: number
  readonly connection: string
  readonly rowId: string
  readonly generation: number
  readonly generationBefore: number | null
  readonly status: string
  readonly statusBefore: string | null
  readonly statusReason: string | null
  /** When the access token expires, in ms since the epoch. */
  readonly expiresAt: number | null
}

/** A grant that the customer gave. */
export interface Given {
  readonly connection: string
  /** Its first refresh token. */
  readonly refreshToken: string
  readonly at: number
  /** When its first access token ends. */
  readonly expiresAt: number
}

/** What was done to a process, or to its wires. Instants in ms since the epoch. */
export interface Incident {
  /** `fault`: the provider was told to fail; its ledger says where it did. */
  readonly kind: 'kill' | 'freeze' | 'cut' | 'fault'
  /** Null: it befell whoever used the wire then. */
  readonly process: number | null
  readonly at: number
  readonly until: number
  /** Where it was aimed; null: at random. */
  readonly point: Point | null
  readonly connection: string | null
  /** What was done to a wire, in words. */
  readonly how?: string
  /** The digest of the refresh token whose request it was, as in the ledger; absent: any. */
  readonly refreshToken?: string
}

/** A process began a request for this connection. */
export interface Asked {
  readonly process: number
  readonly connection: string
  readonly at: number
}

/** A process had the successor of a connection's refresh token on a disk: in its lifeboat, or committed. */
export type Kept = Asked

/** A call that took long. When it began, in ms since the epoch. */
export interface SlowCall {
  readonly connection: string
  readonly at: number
  readonly waitMs: number
}

/** A call that failed. */
export interface CallerError {
  readonly connection: string
  readonly at: number
  readonly code: string
  readonly reason: string | null
  readonly message: string
}

/** What the back ends said of their callers. */
export interface Served {
  calls: number
  longestWaitMs: number
  /** Calls by how long they waited: see WAIT_BOUNDS_MS. */
  readonly waits: number[]
  /** How wrong a back end's wall clock was at most. */
  clockErrorMs: number
  /** Access tokens that were handed out and that the provider did not take. */
  refused: number
  readonly errors: CallerError[]
  readonly events: Record<string, number>
}

/** All that the judge goes by. */
export interface Evidence {
  readonly mode: Mode
  readonly rotation: Rotation
  readonly provider: string
  readonly key: Buffer
  readonly ledger: readonly LedgerEntry[]
  readonly rows: readonly FinalRow[]
  readonly changes: readonly Change[]
  readonly given: readonly Given[]
  readonly incidents: readonly Incident[]
  readonly asked: readonly Asked[]
  readonly kept: readonly Kept[]
  readonly slow: readonly SlowCall[]
  readonly served: Served
  /** When the back ends had ended: what came later is the judge's own doing. In ms since the epoch. */
  readonly dismissedAt: number
  /** What did not end as it should: a process that would not stop. */
  readonly complaints: readonly string[]
  readonly stateOf: (refreshToken: string) => Promise<RefreshTokenState>
}
