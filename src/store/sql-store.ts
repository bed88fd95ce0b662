import { randomUUID } from 'node:crypto'
import { and, asc, eq, isNull, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { PgInsertValue } from 'drizzle-orm/pg-core'
import type { KeyProofs } from '../ports/key-proofs.ts'
import type { SealedValues } from '../ports/sealed-values.ts'
import type {
  ClaimRequest,
  CommitRequest,
  ConnectionFilter,
  ConnectionKey,
  ConnectionRow,
  ConnectionSummary,
  DeleteRequest,
  DuePage,
  DueRequest,
  Fence,
  InTransaction,
  ListRequest,
  Metadata,
  PlantRequest,
  PlantResult,
  PutRequest,
  RejectRequest,
  RestoreRequest,
  Revocation,
  SalvageRequest,
  Seed,
  SeedMemory,
  SettleRequest,
  TokenStore,
} from '../ports/store.ts'
import { DueRows } from './due-rows.ts'
import type { PostgresTables } from './postgres/schema.ts'
import { PrimaryRead } from './primary-read.ts'
import { SeedLedger } from './seed-ledger.ts'
import {
  type Database,
  type Placeholders,
  type Query,
  Rollback,
  type RunOptions,
  type SqlEngine,
  type SqlSession,
} from './sql-engine.ts'
import { SqlKeyProofs } from './sql-key-proofs.ts'
import { SqlSealedValues } from './sql-sealed-values.ts'
import { storableMetadata } from './storable.ts'
import {
  type Fields,
  parseInstant,
  parseRevocation,
  parseRow,
  parseSummary,
  revocationFields,
  rowFields,
  summaryFields,
  type Values,
} from './stored-row.ts'
import { type Change, TokenChanges } from './token-changes.ts'

type KeyValues = { readonly [part in keyof ConnectionKey]: string | Placeholder }
type NewRow = PgInsertValue<PostgresTables['oauthTokens']>

/** The token store on PostgreSQL and on SQLite: every statement, once. */
export class SqlStore implements TokenStore {
  readonly kind: 'postgres' | 'sqlite'
  readonly sealedValues: SealedValues
  readonly keyProofs: KeyProofs
  readonly #engine: SqlEngine
  readonly #tables: PostgresTables
  readonly #changes: TokenChanges
  readonly #seeds: SeedLedger
  readonly #due: DueRows
  readonly #primary: PrimaryRead
  readonly #row: Fields
  readonly #summary: Fields
  readonly #readPrepared: (values: Placeholders, options: RunOptions) => Promise<Values[]>

  constructor(engine: SqlEngine) {
    const { oauthTokens } = engine.tables
    this.kind = engine.kind
    this.sealedValues = new SqlSealedValues(engine)
    this.keyProofs = new SqlKeyProofs(engine)
    this.#engine = engine
    this.#tables = engine.tables
    this.#changes = new TokenChanges(oauthTokens, engine.dialect)
    this.#seeds = new SeedLedger(engine)
    this.#row = rowFields(oauthTokens, engine.dialect)
    this.#primary = new PrimaryRead(engine, this.#row)
    this.#due = new DueRows(engine, this.#row)
    this.#summary = summaryFields(oauthTokens, engine.dialect)
    const key = { clientId: sql.placeholder('clientId'), provider: sql.placeholder('provider') }
    this.#readPrepared = engine.prepared(db => this.#select(db, key))
  }

  async read(key: ConnectionKey, { tx }: InTransaction = {}): Promise<ConnectionRow | null> {
    const { clientId, provider } = key
    const rows =
      tx === undefined
        ? await this.#readPrepared({ clientId, provider }, { subject: key, repeatable: true })
        : await this.#engine.joined(tx).run(db => this.#select(db, key), { subject: key })
    const row = this.#primary.found(rows, key)
    return row === undefined ? null : parseRow(row)
  }

  async list(request: ListRequest): Promise<readonly ConnectionSummary[]> {
    const { oauthTokens: t } = this.#tables
    const { clientId, provider, status, after, limit } = request
    const rows = await this.#engine.run(
      db =>
        db
          .select(this.#summary)
          .from(t)
          .where(
            and(
              clientId === undefined ? undefined : eq(t.clientId, clientId),
              provider === undefined ? undefined : eq(t.provider, provider),
              status === undefined ? undefined : eq(t.status, status),
              after === null
                ? undefined
                : sql`(${t.clientId}, ${t.provider}) > (${after.clientId}, ${after.provider})`,
            ),
          )
          .orderBy(asc(t.clientId), asc(t.provider))
          .limit(limit),
      { repeatable: true },
    )
    return rows.map(parseSummary)
  }

  due(request: DueRequest): Promise<DuePage> {
    return this.#due.page(request)
  }

  claim(request: ClaimRequest): Promise<boolean> {
    return this.#update(this.#changes.claimed(request), this.#changes.claimable(request))
  }

  commit(request: CommitRequest): Promise<boolean> {
    return this.#update(this.#changes.committed(request), this.#changes.is(request))
  }

  salvage(request: SalvageRequest): Promise<boolean> {
    return this.#update(this.#changes.salvaged(request), this.#changes.is(request))
  }

  settle(request: SettleRequest): Promise<boolean> {
    return this.#update(this.#changes.settled(request), this.#changes.holdsLease(request))
  }

  succeed(request: Fence & { readonly refreshToken: string }): Promise<boolean> {
    return this.#update(this.#changes.succeeded(request.refreshToken), this.#changes.is(request))
  }

  restore(request: RestoreRequest): Promise<boolean> {
    return this.#update(this.#changes.restored(request), this.#changes.restorable(request))
  }

  reject(request: RejectRequest): Promise<boolean> {
    return this.#update(this.#changes.rejected(), this.#changes.rejectable(request))
  }

  async put(request: PutRequest, { tx }: InTransaction = {}): Promise<boolean> {
    const session = this.#session(tx)
    if (request.expected !== null) {
      return this.#update(this.#changes.put(request), this.#changes.is(request.expected), session, request)
    }
    return this.#insert(session, request, {
      ...this.#changes.issued({ ...request, metadata: request.metadata ?? {} }),
      refreshToken: request.grant.kind === 'keep' ? null : request.grant.refreshToken,
      generation: 1,
    })
  }

  async delete(request: DeleteRequest, { tx }: InTransaction = {}): Promise<ConnectionRow | null> {
    const { oauthTokens, oauthTokenRevocations } = this.#tables
    return this.#session(tx).transaction(
      async session => {
        const [deleted] = await session.run(
          db => db.delete(oauthTokens).where(this.#at(request)).returning(this.#row),
          { subject: request },
        )
        await this.#seeds.forget(session, request, request.seed)
        if (deleted === undefined) return null
        const row = parseRow(deleted)
        if (request.revoke) {
          const { id, clientId, provider, refreshToken, metadata } = row
          const requestedAt = this.#engine.dialect.now
          await session.run(
            db =>
              db
                .insert(oauthTokenRevocations)
                .values({ id, clientId, provider, refreshToken, metadata, requestedAt })
                .returning({ id: oauthTokenRevocations.id }),
            { subject: request },
          )
        }
        return row
      },
      { subject: request },
    )
  }

  async insertEmpty(key: ConnectionKey, metadata: Metadata): Promise<void> {
    await this.#insert(this.#engine, key, { metadata: storableMetadata(metadata) })
  }

  seedMemory(seed: Seed, provider: string): Promise<SeedMemory> {
    return this.#seeds.memory(seed, provider)
  }

  async plant(request: PlantRequest): Promise<PlantResult> {
    try {
      await this.#engine.transaction(session => this.#plant(session, request), { subject: request })
      return 'planted'
    } catch (error) {
      if (error instanceof NotPlanted) return error.result
      throw error
    }
  }

  async #plant(session: SqlSession, request: PlantRequest): Promise<void> {
    const { oauthTokens } = this.#tables
    const { replaces } = request
    if (!(await this.#seeds.take(session, request))) throw new NotPlanted('not_owner')
    if (!(await this.#seeds.use(session, request))) throw new NotPlanted('used')
    if (replaces !== null) {
      const gone = await session.run(
        db =>
          db
            .delete(oauthTokens)
            .where(and(this.#at(request), this.#changes.is(replaces)))
            .returning({ id: oauthTokens.id }),
        { subject: request },
      )
      if (gone.length === 0) throw new NotPlanted('exists')
    }
    const planted = await this.#insert(session, request, {
      refreshToken: request.refreshToken,
      refreshAt: this.#engine.dialect.now,
      metadata: storableMetadata(request.metadata),
    })
    if (!planted) throw new NotPlanted('exists')
  }

  async revocationOf(rowId: string): Promise<Revocation | null> {
    const [revocation] = await this.#revocations(eq(this.#tables.oauthTokenRevocations.id, rowId))
    return revocation ?? null
  }

  pendingRevocations({ clientId, provider }: ConnectionKey): Promise<readonly Revocation[]> {
    const { oauthTokenRevocations: t } = this.#tables
    return this.#revocations(and(eq(t.clientId, clientId), eq(t.provider, provider), isNull(t.revokedAt)))
  }

  async connectionsAwaitingRevocation({
    clientId,
    provider,
  }: ConnectionFilter): Promise<readonly ConnectionKey[]> {
    const { oauthTokenRevocations: t } = this.#tables
    const rows = await this.#engine.run(
      db =>
        db
          .selectDistinct({ clientId: t.clientId, provider: t.provider })
          .from(t)
          .where(
            and(
              isNull(t.revokedAt),
              clientId === undefined ? undefined : eq(t.clientId, clientId),
              provider === undefined ? undefined : eq(t.provider, provider),
            ),
          )
          .orderBy(asc(t.clientId), asc(t.provider)),
      { repeatable: true },
    )
    return rows.map(row => ({ clientId: row.clientId, provider: row.provider }))
  }

  async revoked(rowId: string): Promise<void> {
    const { oauthTokenRevocations: t } = this.#tables
    await this.#engine.run(db =>
      db
        .update(t)
        .set({ refreshToken: null, revokedAt: this.#engine.dialect.now })
        .where(and(eq(t.id, rowId), isNull(t.revokedAt)))
        .returning({ id: t.id }),
    )
  }

  async ping(): Promise<number> {
    const { now, epochMs } = this.#engine.dialect
    const [row] = await this.#engine.run(
      db => db.select({ now: epochMs(now) }).from(sql`(select 1) as ping`),
      {
        repeatable: true,
      },
    )
    return parseInstant(row?.now)
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#engine[Symbol.asyncDispose]()
  }

  #session(tx: unknown): SqlSession {
    return tx === undefined ? this.#engine : this.#engine.joined(tx)
  }

  #select(db: Database, key: KeyValues): Query<Values> {
    return this.#primary.select(db, this.#at(key))
  }

  #at({ clientId, provider }: KeyValues): SQL | undefined {
    const { oauthTokens: t } = this.#tables
    return and(eq(t.clientId, clientId), eq(t.provider, provider))
  }

  async #update(
    change: Change,
    where: SQL | undefined,
    session: SqlSession = this.#engine,
    subject: Partial<ConnectionKey> = {},
  ): Promise<boolean> {
    const { oauthTokens: t } = this.#tables
    const rows = await session.run(db => db.update(t).set(change).where(where).returning({ id: t.id }), {
      subject,
    })
    return rows.length > 0
  }

  /** Inserts a row, unless the connection has one. The id and the instants are given: an adopted table may lack defaults. */
  async #insert(
    session: SqlSession,
    { clientId, provider }: ConnectionKey,
    values: Partial<NewRow>,
  ): Promise<boolean> {
    const { oauthTokens: t } = this.#tables
    const { now } = this.#engine.dialect
    const row = { id: randomUUID(), clientId, provider, createdAt: now, updatedAt: now, ...values }
    const rows = await session.run(
      db =>
        db
          .insert(t)
          .values(row)
          .onConflictDoNothing({ target: [t.clientId, t.provider] })
          .returning({ id: t.id }),
      { subject: { clientId, provider } },
    )
    return rows.length > 0
  }

  async #revocations(where: SQL | undefined): Promise<Revocation[]> {
    const { oauthTokenRevocations: t } = this.#tables
    const rows = await this.#engine.run(
      db => db.select(revocationFields(t)).from(t).where(where).orderBy(asc(t.requestedAt), asc(t.id)),
      { repeatable: true },
    )
    return rows.map(parseRevocation)
  }
}

/** Rolls the transaction of `plant` back. */
class NotPlanted extends Rollback {
  readonly result: Exclude<PlantResult, 'planted'>

  constructor(result: Exclude<PlantResult, 'planted'>) {
    super(result)
    this.result = result
  }
}
