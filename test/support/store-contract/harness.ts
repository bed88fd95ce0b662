import { randomUUID } from 'node:crypto'
import type {
  ClaimRequest,
  CommitRequest,
  ConnectionKey,
  ConnectionRow,
  FailureRecord,
  PlantRequest,
  PutRequest,
  RejectRequest,
  TokenStore,
} from '../../../src/ports/store.ts'

/** A store under test, and the hands that the contract suite needs around it. */
export interface StoreHarness {
  readonly store: TokenStore
  /** Another store on the same data, as another process has it. Null: the data belong to one store. */
  readonly second: TokenStore | null
  /** Lets time pass for everything that is stored. */
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

/** A store on a database that others can write. */
export interface SharedStoreHarness extends StoreHarness {
  /** Removes a row past the store, as an operator does. */
  removeRow(key: ConnectionKey): Promise<void>
}

export const HOUR = 3_600_000

/** A client that no other test uses. */
export function freshKey(provider = 'zoho_crm'): ConnectionKey {
  return { clientId: `client-${randomUUID()}`, provider }
}

/** `storeTokens` with a refresh token, for a connection that has no row. */
export function firstPut(key: ConnectionKey, change: Partial<PutRequest> = {}): PutRequest {
  return {
    ...key,
    expected: null,
    accessToken: 'access-1',
    grant: { kind: 'replace', refreshToken: 'refresh-1' },
    expiresInMs: HOUR,
    expiresAtMost: null,
    lifetimeMs: HOUR,
    refreshInMs: 50 * 60_000,
    scopes: 'read,write',
    metadata: { api_domain: 'https://www.zohoapis.eu' },
    ...change,
  }
}

/** Stores tokens and gives the row. */
export async function storedRow(
  store: TokenStore,
  change: Partial<PutRequest> = {},
  key: ConnectionKey = freshKey(),
): Promise<ConnectionRow> {
  await store.put(firstPut(key, change))
  return rowOf(store, key)
}

/** The row of a connection that has one. */
export async function rowOf(store: TokenStore, key: ConnectionKey): Promise<ConnectionRow> {
  const row = await store.read(key)
  if (row === null) throw new Error('the row is gone')
  return row
}

export function claimOf(row: ConnectionRow, change: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    row,
    leaseId: randomUUID(),
    leaseMs: 15_000,
    attemptId: randomUUID(),
    skipNoProgress: false,
    longestLeaseMs: 60_000,
    longestGateMs: 600_000,
    allowance: null,
    ...change,
  }
}

export function commitOf(row: ConnectionRow, change: Partial<CommitRequest> = {}): CommitRequest {
  return {
    id: row.id,
    generation: row.generation,
    leaseId: row.leaseId,
    accessToken: 'access-2',
    refreshToken: 'refresh-2',
    expiresInMs: HOUR,
    expiresAtMost: null,
    lifetimeMs: HOUR,
    refreshInMs: 50 * 60_000,
    scopes: 'read',
    metadata: { location: 'eu' },
    appId: 'app-1',
    refreshTokenExpiresInMs: null,
    noProgressForMs: null,
    ...change,
  }
}

/** The report of a rejected token, with no pause and no budget to keep to. */
export function rejectOf(row: ConnectionRow, change: Partial<RejectRequest> = {}): RejectRequest {
  return { id: row.id, generation: row.generation, pauseMs: 0, allowance: null, ...change }
}

export const PASSING: FailureRecord = {
  code: 'PROVIDER_UNAVAILABLE',
  nextAttemptInMs: 10_000,
  status: 'active',
  statusReason: null,
}

export function plantOf(key: ConnectionKey, change: Partial<PlantRequest> = {}): PlantRequest {
  return {
    ...key,
    seed: { variable: `SEED_${randomUUID()}`, digest: randomUUID() },
    named: false,
    refreshToken: 'seeded-refresh',
    metadata: {},
    replaces: null,
    ...change,
  }
}

/** All of a row but what time itself changes. */
export function still({ now: _, ...row }: ConnectionRow): Omit<ConnectionRow, 'now'> {
  return row
}
