import { and, asc, eq, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { EventLog } from '../ports/event-log.ts'
import type { FlowStore } from '../ports/flows.ts'
import type { KeyProofs } from '../ports/key-proofs.ts'
import type { RevocationOutbox } from '../ports/revocations.ts'
import type { SealedValues } from '../ports/sealed-values.ts'
import type {
  ClaimRequest,
  CommitRequest,
  ConnectionKey,
  ConnectionRow,
  ConnectionSummary,
  DeleteRequest,
  DuePage,
  DueRequest,
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
import { DueRows } from './due-rows.ts'
import { EVENT_RETENTION_MS } from './event-retention.ts'
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
import { SqlEventLog } from './sql-event-log.ts'
import { SqlFlows } from './sql-flows.ts'
import { SqlKeyProofs } from './sql-key-proofs.ts'
import { SqlRevocations } from './sql-revocations.ts'
import { SqlSealedValues } from './sql-sealed-values.ts'
import { storableMetadata } from './storable.ts'
import {
  type Fields,
  parseInstant,
  parseRow,
  parseSubject,
  parseSummary,
  rowFields,
  summaryFields,
  type Values,
} from './stored-row.ts'
import { TokenChanges } from './token-changes.ts'
import { TokenWrites } from './token-writes.ts'
import { told, toldOfFailure } from './told.ts'

type KeyValues = { readonly [part in keyof ConnectionKey]: string | Placeholder }

/** The token store on PostgreSQL and on SQLite: every statement, once. */
export class SqlStore implements TokenStore {
  readonly kind: 'postgres' | 'sqlite'
  readonly sealedValues: SealedValues
  readonly keyProofs: KeyProofs
  readonly eventLog: EventLog
  readonly flows: FlowStore
  readonly revocations: RevocationOutbox
  readonly #engine: SqlEngine
  readonly #tables: PostgresTables
  readonly #changes: TokenChanges
  readonly #events: SqlEventLog
  readonly #writes: TokenWrites
  readonly #seeds: SeedLedger
  readonly #revocations: SqlRevocations
  readonly #due: DueRows
  readonly #primary: PrimaryRead
  readonly #row: Fields
  readonly #summary: Fields
  readonly #readPrepared: (values: Placeholders, options: RunOptions) => Promise<Values[]>

  constructor(engine: SqlEngine, eventRetentionMs: number = EVENT_RETENTION_MS) {
    const { oauthTokens } = engine.tables
    this.kind = engine.kind
    this.sealedValues = new SqlSealedValues(engine)
    this.keyProofs = new SqlKeyProofs(engine)
    this.flows = new SqlFlows(engine)
    this.#engine = engine
    this.#tables = engine.tables
    this.#changes = new TokenChanges(oauthTokens, engine.dialect)
    this.#events = new SqlEventLog(engine, eventRetentionMs)
    this.eventLog = this.#events
    this.#revocations = new SqlRevocations(engine, this.#events)
    this.revocations = this.#revocations
    this.#writes = new TokenWrites(engine, this.#events)
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
    return this.#writes.update(this.#changes.claimed(request), this.#changes.claimable(request))
  }

  commit(request: CommitRequest): Promise<boolean> {
    return this.#writes.updateStatus({
      change: this.#changes.committed(request),
      where: this.#changes.is(request),
      status: 'active',
      turned: told('recovered'),
    })
  }

  salvage(request: SalvageRequest): Promise<boolean> {
    const { failure } = request
    return this.#writes.updateStatus({
      change: this.#changes.salvaged(request),
      where: this.#changes.is(request),
      status: failure.status,
      always: [told('salvaged', failure.code)],
      turned: toldOfFailure(failure),
    })
  }

  settle(request: SettleRequest): Promise<boolean> {
    const { failure } = request
    const change = this.#changes.settled(request)
    const where = this.#changes.holdsLease(request)
    if (failure === null) return this.#writes.update(change, where)
    return this.#writes.updateStatus({
      change,
      where,
      status: failure.status,
      turned: toldOfFailure(failure),
    })
  }

  succeed(request: SucceedRequest): Promise<boolean> {
    return this.#writes.update(this.#changes.succeeded(request), this.#changes.is(request))
  }

  restore(request: RestoreRequest): Promise<boolean> {
    return this.#writes.updateStatus({
      change: this.#changes.restored(request),
      where: this.#changes.restorable(request),
      status: 'active',
      always: [told('lifeboat_replayed')],
      turned: told('recovered'),
    })
  }

  reject(request: RejectRequest): Promise<boolean> {
    return this.#writes.update(this.#changes.rejected(), this.#changes.rejectable(request))
  }

  async put(request: PutRequest, { tx }: InTransaction = {}): Promise<boolean> {
    const options = { session: this.#session(tx), subject: request }
    const { expected, grant, origin = null } = request
    if (expected === null) {
      const row = {
        ...this.#changes.issued({ ...request, metadata: request.metadata ?? {} }),
        ...this.#changes.grantEnd(request),
        refreshToken: grant.kind === 'keep' ? null : grant.refreshToken,
        accountDigest: request.accountDigest,
        generation: 1,
      }
      return this.#writes.insert(request, row, told('connected', origin), options.session)
    }
    const change = this.#changes.put(request)
    const where = this.#changes.is(expected)
    if (grant.kind === 'keep') return this.#writes.update(change, where, [], options)
    return this.#writes.updateStatus(
      {
        change,
        where,
        status: 'active',
        always: [told('reconnected', origin)],
        turned: told('recovered'),
      },
      options,
    )
  }

  async delete(request: DeleteRequest, { tx }: InTransaction = {}): Promise<ConnectionRow | null> {
    const { oauthTokens } = this.#tables
    return this.#session(tx).transaction(
      async session => {
        const [deleted] = await session.run(
          db => db.delete(oauthTokens).where(this.#at(request)).returning(this.#row),
          { subject: request },
        )
        await this.#seeds.forget(session, request, request.seed)
        if (deleted === undefined) return null
        const row = parseRow(deleted)
        await this.#events.record(session, row, told('deleted', request.revoke ? 'revoke' : null))
        if (request.revoke) await this.#revocations.add(row, session)
        return row
      },
      { subject: request },
    )
  }

  insertEmpty(key: ConnectionKey, metadata: Metadata): Promise<boolean> {
    return this.#writes.insert(key, { metadata: storableMetadata(metadata) }, told('connected'))
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
      const [gone] = await session.run(
        db =>
          db
            .delete(oauthTokens)
            .where(and(this.#at(request), this.#changes.is(replaces)))
            .returning(this.#events.subject),
        { subject: request },
      )
      if (gone === undefined) throw new NotPlanted('exists')
      await this.#events.record(session, parseSubject(gone), told('deleted', 'replaced'))
    }
    const row = {
      refreshToken: request.refreshToken,
      refreshAt: this.#engine.dialect.now,
      metadata: storableMetadata(request.metadata),
    }
    const planted = await this.#writes.insert(request, row, told('seeded'), session)
    if (!planted) throw new NotPlanted('exists')
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
}

/** Rolls the transaction of `plant` back. */
class NotPlanted extends Rollback {
  readonly result: Exclude<PlantResult, 'planted'>

  constructor(result: Exclude<PlantResult, 'planted'>) {
    super(result)
    this.result = result
  }
}
