import { InvalidInputError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Randomness } from '../ports/randomness.ts'
import type {
  ClaimRequest,
  CommitRequest,
  ConnectionKey,
  ConnectionRow,
  ConnectionSummary,
  DeleteRequest,
  DuePage,
  DueRequest,
  FailureRecord,
  Fence,
  InTransaction,
  ListRequest,
  Metadata,
  PlantRequest,
  PlantResult,
  PutRequest,
  RejectRequest,
  RestoreRequest,
  SalvageRequest,
  Seed,
  SeedMemory,
  SettleRequest,
  SucceedRequest,
  TokenStore,
} from '../ports/store.ts'
import { closedStore } from './closed-store.ts'
import { EVENT_RETENTION_MS } from './event-retention.ts'
import { MemoryEventLog } from './memory-event-log.ts'
import { MemoryFlows } from './memory-flows.ts'
import { MemoryKeyProofs } from './memory-key-proofs.ts'
import { MemoryRevocations } from './memory-revocations.ts'
import {
  compareKeys,
  duePage,
  idOf,
  isClaimable,
  isLeaseOver,
  isRejectable,
  leaseAfter,
  NEW_GRANT,
  NO_FAILURE,
  NO_LEASE,
  newRow,
  type StoredRow,
  summaryOf,
  taken,
} from './memory-rows.ts'
import { MemorySealedValues } from './memory-sealed-values.ts'
import { MemorySeeds } from './memory-seeds.ts'
import { storableDuration, storableLifetime, storableMetadata, storableText } from './storable.ts'
import { type Told, told, toldOfStatus } from './told.ts'

export interface MemoryStoreOptions {
  readonly clock: Clock
  readonly randomness: Randomness
  /** How long events are kept, in ms. Default 90 days. */
  readonly eventRetentionMs?: number | undefined
}

/** A token store in this process, gone with it. Its clock is `clock.wallMs()`. */
export function openMemoryStore(options: MemoryStoreOptions): TokenStore {
  return new MemoryStore(options)
}

class MemoryStore implements TokenStore {
  readonly kind = 'memory'
  readonly sealedValues: MemorySealedValues
  readonly keyProofs: MemoryKeyProofs
  readonly eventLog: MemoryEventLog
  readonly flows: MemoryFlows
  readonly revocations: MemoryRevocations
  readonly #clock: Clock
  readonly #randomness: Randomness
  readonly #rows = new Map<string, StoredRow>()
  readonly #keysById = new Map<string, string>()
  readonly #seeds = new MemorySeeds()
  #closed = false

  constructor({ clock, randomness, eventRetentionMs = EVENT_RETENTION_MS }: MemoryStoreOptions) {
    this.#clock = clock
    this.#randomness = randomness
    this.keyProofs = new MemoryKeyProofs(() => this.#enter())
    this.flows = new MemoryFlows({ enter: () => this.#enter(), now: () => this.#now() })
    this.eventLog = new MemoryEventLog({
      enter: () => this.#enter(),
      now: () => this.#now(),
      retentionMs: eventRetentionMs,
    })
    this.revocations = new MemoryRevocations({
      enter: () => this.#enter(),
      now: () => this.#now(),
      hasConnection: key => this.#rows.has(idOf(key)),
      confirmed: revocation => this.eventLog.record({ ...revocation, generation: null }, [told('revoked')]),
    })
    this.sealedValues = new MemorySealedValues(() => this.#enter(), {
      oauth_tokens: this.#rows,
      oauth_token_revocations: this.revocations.rows,
    })
  }

  async read(key: ConnectionKey, options: InTransaction = {}): Promise<ConnectionRow | null> {
    this.#enter(options)
    const row = this.#rows.get(idOf(key))
    return row === undefined ? null : this.#given(row)
  }

  async list({
    clientId,
    provider,
    status,
    limit,
    after,
  }: ListRequest): Promise<readonly ConnectionSummary[]> {
    this.#enter()
    return [...this.#rows.values()]
      .filter(row => clientId === undefined || row.clientId === clientId)
      .filter(row => provider === undefined || row.provider === provider)
      .filter(row => status === undefined || row.status === status)
      .filter(row => after === null || compareKeys(row, after) > 0)
      .sort(compareKeys)
      .slice(0, limit)
      .map(row => summaryOf(this.#given(row)))
  }

  async due(request: DueRequest): Promise<DuePage> {
    this.#enter()
    const { rows, next } = duePage(this.#rows.values(), request, this.#now())
    return { rows: rows.map(row => this.#given(row)), next }
  }

  async claim(request: ClaimRequest): Promise<boolean> {
    const { leaseId, leaseMs, attemptId, allowance } = request
    const row = this.#matching(request.row)
    if (row === undefined || !isClaimable(row, request, this.#now())) return false
    const budgetUntil = allowance === null ? row.budgetUntil : taken(row, allowance, this.#now())
    return this.#write(row, { leaseId, leaseUntil: this.#after(leaseMs), attemptId, budgetUntil })
  }

  async commit(request: CommitRequest): Promise<boolean> {
    const row = this.#matching(request)
    if (row === undefined) return false
    return this.#write(row, {
      ...NO_FAILURE,
      ...leaseAfter(row, request),
      ...this.#issued(request, row),
      refreshToken: request.refreshToken ?? row.refreshToken,
      generation: row.generation + 1,
      appId: request.appId,
      refreshTokenExpiresAt: this.#after(request.refreshTokenExpiresInMs) ?? row.refreshTokenExpiresAt,
      nextAttemptAt: this.#after(request.noProgressForMs),
      lastError: request.noProgressForMs === null ? null : 'NO_PROGRESS',
      lastRefreshedAt: this.#now(),
    })
  }

  async salvage(request: SalvageRequest): Promise<boolean> {
    const { refreshToken, failure } = request
    const row = this.#matching(request)
    if (row === undefined) return false
    const change = {
      ...this.#failed(failure, row),
      ...leaseAfter(row, request),
      refreshToken,
      expiresAt: row.generation === 0 ? (row.expiresAt ?? this.#now()) : row.expiresAt,
      generation: row.generation + 1,
      attemptId: null,
    }
    return this.#write(row, change, told('salvaged', failure.code))
  }

  async settle({ leaseId, attemptId, failure, refundMs = 0, ...fence }: SettleRequest): Promise<boolean> {
    const row = this.#matching(fence)
    if (row === undefined || row.leaseId !== leaseId) return false
    return this.#write(row, {
      ...(failure === null ? {} : this.#failed(failure, row)),
      ...NO_LEASE,
      attemptId,
      budgetUntil: row.budgetUntil === null ? null : row.budgetUntil - refundMs,
    })
  }

  async succeed(request: SucceedRequest): Promise<boolean> {
    const { refreshToken } = request
    const row = this.#matching(request)
    if (row === undefined) return false
    const lease = leaseAfter(row, request)
    return this.#write(row, { ...lease, refreshToken, generation: row.generation + 1, attemptId: null })
  }

  async restore(request: RestoreRequest): Promise<boolean> {
    const row = this.#matching(request)
    if (row === undefined || !isLeaseOver(row, request.longestLeaseMs, this.#now())) return false
    const change = {
      ...NO_FAILURE,
      ...NO_LEASE,
      ...(request.accessToken === 'expired' ? this.#expired(row) : {}),
      refreshToken: request.refreshToken,
      generation: row.generation + 1,
    }
    return this.#write(row, change, told('lifeboat_replayed'))
  }

  async reject(request: RejectRequest): Promise<boolean> {
    const row = this.#matching(request)
    if (row === undefined || !isRejectable(row, request, this.#now())) return false
    return this.#write(row, { ...this.#expired(row), rejectedAt: this.#now() })
  }

  async put(request: PutRequest, options: InTransaction = {}): Promise<boolean> {
    this.#enter(options)
    const { expected, grant, accountDigest, origin = null } = request
    const fresh = { ...NO_FAILURE, ...NO_LEASE, ...NEW_GRANT }
    const kept = grant.kind === 'keep' && grant.sealed !== undefined ? { refreshToken: grant.sealed } : {}
    const account = accountDigest === undefined ? {} : { accountDigest }
    const end = this.#after(request.refreshTokenExpiresInMs ?? null)
    const granted = {
      ...(grant.kind === 'keep' ? kept : { ...fresh, refreshToken: grant.refreshToken }),
      ...account,
      ...(end === null ? {} : { refreshTokenExpiresAt: end }),
    }
    if (expected === null) {
      const issued = this.#issued(request, null)
      return this.#insert(request, { ...granted, ...issued, generation: 1 }, told('connected', origin))
    }
    const row = this.#matching(expected)
    if (row === undefined) return false
    const stored = { ...granted, ...this.#issued(request, row), rejectedAt: null }
    const change = { ...stored, generation: row.generation + 1 }
    return this.#write(row, change, ...(grant.kind === 'keep' ? [] : [told('reconnected', origin)]))
  }

  async delete(request: DeleteRequest, options: InTransaction = {}): Promise<ConnectionRow | null> {
    this.#enter(options)
    this.#seeds.forget(request, request.seed)
    const row = this.#rows.get(idOf(request))
    if (row === undefined) return null
    this.#remove(row, told('deleted', request.revoke ? 'revoke' : null))
    if (request.revoke) this.revocations.record(row)
    return this.#given(row)
  }

  async insertEmpty(key: ConnectionKey, metadata: Metadata): Promise<boolean> {
    this.#enter()
    return this.#insert(key, { metadata: storableMetadata(metadata) }, told('connected'))
  }

  async seedMemory(seed: Seed, provider: string): Promise<SeedMemory> {
    this.#enter()
    return this.#seeds.memory(seed, provider)
  }

  async plant(request: PlantRequest): Promise<PlantResult> {
    this.#enter()
    const { replaces } = request
    const refusal = this.#seeds.refusal(request)
    if (refusal !== null) return refusal
    const row = this.#rows.get(idOf(request))
    if (replaces === null ? row !== undefined : row === undefined || row !== this.#matching(replaces)) {
      return 'exists'
    }
    if (row !== undefined) this.#remove(row, told('deleted', 'replaced'))
    this.#seeds.planted(request)
    const metadata = storableMetadata(request.metadata)
    const planted = { refreshToken: request.refreshToken, refreshAt: this.#now(), metadata }
    this.#insert(request, planted, told('seeded'))
    return 'planted'
  }

  async ping(): Promise<number> {
    this.#enter()
    return this.#now()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
  }

  #enter({ tx }: InTransaction = {}): void {
    if (tx !== undefined) {
      throw new InvalidInputError('`tx` works with a PostgreSQL database only. This store is in memory.')
    }
    if (this.#closed) throw closedStore()
  }

  #now(): number {
    return Math.floor(this.#clock.wallMs())
  }

  #after(ms: number): number
  #after(ms: number | null): number | null
  #after(ms: number | null): number | null {
    return ms === null ? null : this.#now() + storableDuration(ms)
  }

  #expiryOf({ expiresInMs, expiresAtMost }: CommitRequest | PutRequest): number | null {
    const expiry = this.#after(expiresInMs)
    return expiry === null || expiresAtMost === null ? expiry : Math.min(expiry, Math.floor(expiresAtMost))
  }

  #matching({ id, generation }: Fence): StoredRow | undefined {
    this.#enter()
    const row = this.#rows.get(this.#keysById.get(id) ?? '')
    return row?.id === id && row.generation === generation ? row : undefined
  }

  #issued(
    request: CommitRequest | PutRequest,
    row: StoredRow | null,
  ): Pick<StoredRow, 'accessToken' | 'expiresAt' | 'lifetimeMs' | 'refreshAt' | 'scopes' | 'metadata'> {
    return {
      accessToken: request.accessToken,
      expiresAt: this.#expiryOf(request),
      lifetimeMs: storableLifetime(request.lifetimeMs),
      refreshAt: this.#after(request.refreshInMs),
      scopes: request.scopes === null ? (row?.scopes ?? null) : storableText(request.scopes),
      metadata: request.metadata === null ? (row?.metadata ?? {}) : storableMetadata(request.metadata),
    }
  }

  #expired({ expiresAt, refreshAt }: StoredRow): Pick<StoredRow, 'expiresAt' | 'refreshAt'> {
    const now = this.#now()
    return { expiresAt: Math.min(expiresAt ?? now, now), refreshAt: Math.min(refreshAt ?? now, now) }
  }

  #failed(failure: FailureRecord, row: StoredRow): Partial<StoredRow> {
    return {
      status: failure.status,
      statusReason: failure.statusReason,
      failureCount: row.failureCount + 1,
      nextAttemptAt: this.#after(failure.nextAttemptInMs),
      lastError: failure.code,
    }
  }

  /** @param always what is told beside a status that turns */
  #write(row: StoredRow, change: Partial<StoredRow>, ...always: readonly Told[]): true {
    const after: StoredRow = { ...row, ...change, updatedAt: this.#now() }
    this.#rows.set(idOf(row), after)
    const turned = after.status === row.status ? [] : [toldOfStatus(after.status, after.statusReason)]
    this.eventLog.record(after, [...always, ...turned])
    return true
  }

  #insert({ clientId, provider }: ConnectionKey, values: Partial<StoredRow>, event: Told): boolean {
    const key = idOf({ clientId, provider })
    if (this.#rows.has(key)) return false
    const now = this.#now()
    const id = this.#randomness.uuid()
    this.#keysById.set(id, key)
    const row = newRow({ clientId, provider }, id, now, values)
    this.#rows.set(key, row)
    this.eventLog.record(row, [event])
    return true
  }

  #remove(row: StoredRow, event: Told): void {
    this.#rows.delete(idOf(row))
    this.#keysById.delete(row.id)
    this.eventLog.record(row, [event])
  }

  // Copies, so that nobody outside changes what is stored.
  #given(row: StoredRow): ConnectionRow {
    return { ...row, metadata: structuredClone(row.metadata), now: this.#now() }
  }
}
