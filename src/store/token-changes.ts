import { and, eq, gt, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import type { Allowance } from '../lifecycle/budget.ts'
import type {
  ClaimRequest,
  CommitRequest,
  FailureRecord,
  Fence,
  Metadata,
  OwnLease,
  PutRequest,
  RejectRequest,
  RestoreRequest,
  SalvageRequest,
  SettleRequest,
  SucceedRequest,
} from '../ports/store.ts'
import type { PostgresTables } from './postgres/schema.ts'
import type { SqlDialect } from './sql-engine.ts'
import { storableDuration, storableLifetime, storableMetadata, storableText } from './storable.ts'

type TokenTable = PostgresTables['oauthTokens']
/** New values of some columns. */
export type Change = PgUpdateSetSource<TokenTable>

/** The columns that belong to an access token. */
export interface IssuedColumns {
  readonly accessToken: string | null
  readonly tokenExpiry: SQL | null
  readonly lifetimeMs: number | null
  readonly refreshAt: SQL | null
  /** Undefined: those that are there stay. */
  readonly scopes: string | undefined
  /** Undefined: those that are there stay. */
  readonly metadata: Metadata | undefined
}

const NO_LEASE = { leaseId: null, leaseUntil: null }
const NO_FAILURE = {
  status: 'active',
  statusReason: null,
  failureCount: 0,
  nextAttemptAt: null,
  lastError: null,
  attemptId: null,
}

/** What each write does to a row of `oauth_tokens`, and which row it may do it to. */
export class TokenChanges {
  readonly #table: TokenTable
  readonly #dialect: SqlDialect

  constructor(table: TokenTable, dialect: SqlDialect) {
    this.#table = table
    this.#dialect = dialect
  }

  is({ id, generation }: Fence): SQL | undefined {
    const t = this.#table
    return and(eq(t.id, id), eq(t.generation, generation))
  }

  claimable({
    row,
    skipNoProgress,
    longestLeaseMs,
    longestGateMs,
    allowance,
  }: ClaimRequest): SQL | undefined {
    const t = this.#table
    return and(
      this.is(row),
      eq(t.status, row.status),
      row.attemptId === null ? isNull(t.attemptId) : eq(t.attemptId, row.attemptId),
      eq(t.failureCount, row.failureCount),
      or(
        isNull(t.nextAttemptAt),
        this.#dialect.isOver(t.nextAttemptAt, longestGateMs),
        skipNoProgress ? eq(t.lastError, 'NO_PROGRESS') : undefined,
      ),
      this.#isAllowed(allowance),
      this.#leaseIsOver(longestLeaseMs),
    )
  }

  restorable(request: RestoreRequest): SQL | undefined {
    return and(this.is(request), this.#leaseIsOver(request.longestLeaseMs))
  }

  holdsLease(request: SettleRequest): SQL | undefined {
    return and(this.is(request), eq(this.#table.leaseId, request.leaseId))
  }

  rejectable({ pauseMs, allowance, ...fence }: RejectRequest): SQL | undefined {
    const { rejectedAt } = this.#table
    const { now, after } = this.#dialect
    return and(
      this.is(fence),
      // In the future: the clock was set back.
      or(isNull(rejectedAt), lte(rejectedAt, after(-pauseMs)), gt(rejectedAt, now)),
      this.#isAllowed(allowance),
    )
  }

  claimed({ leaseId, leaseMs, attemptId, allowance }: ClaimRequest): Change {
    const budgetUntil = allowance === null ? undefined : this.#taken(allowance)
    return { leaseId, leaseUntil: this.#after(leaseMs), attemptId, budgetUntil, updatedAt: this.#dialect.now }
  }

  committed(request: CommitRequest): Change {
    const { now } = this.#dialect
    return {
      ...NO_FAILURE,
      ...this.#withoutLease(request),
      ...this.issued(request),
      refreshToken: request.refreshToken ?? undefined,
      generation: this.#nextGeneration(),
      appId: request.appId,
      refreshTokenExpiry: this.#after(request.refreshTokenExpiresInMs) ?? undefined,
      nextAttemptAt: this.#after(request.noProgressForMs),
      lastError: request.noProgressForMs === null ? null : 'NO_PROGRESS',
      lastRefreshedAt: now,
      updatedAt: now,
    }
  }

  /** An adopted token of unknown age stays due: with its generation it would pass for one that we stored. */
  salvaged(request: SalvageRequest): Change {
    const { tokenExpiry, generation } = this.#table
    const { now } = this.#dialect
    return {
      ...this.#failed(request.failure),
      ...this.succeeded(request),
      tokenExpiry: sql`case when ${and(isNull(tokenExpiry), eq(generation, 0))} then ${now} else ${tokenExpiry} end`,
    }
  }

  settled({ attemptId, failure, refundMs }: SettleRequest): Change {
    const failed = failure === null ? {} : this.#failed(failure)
    const budgetUntil =
      refundMs === undefined ? undefined : this.#dialect.plus(sql`${this.#table.budgetUntil}`, -refundMs)
    return { ...failed, ...NO_LEASE, attemptId, budgetUntil, updatedAt: this.#dialect.now }
  }

  /** A successor alone. */
  succeeded(request: SucceedRequest): Change {
    return {
      ...this.#withoutLease(request),
      refreshToken: request.refreshToken,
      generation: this.#nextGeneration(),
      attemptId: null,
      updatedAt: this.#dialect.now,
    }
  }

  restored({ refreshToken, accessToken }: RestoreRequest): Change {
    return {
      ...NO_FAILURE,
      ...NO_LEASE,
      ...(accessToken === 'expired' ? this.#expired() : { updatedAt: this.#dialect.now }),
      refreshToken,
      generation: this.#nextGeneration(),
    }
  }

  rejected(): Change {
    return { ...this.#expired(), rejectedAt: this.#dialect.now }
  }

  /** What has expired before stays expired since then. */
  #expired(): Change {
    const { tokenExpiry, refreshAt } = this.#table
    const { now } = this.#dialect
    return {
      tokenExpiry: sql`case when ${lte(tokenExpiry, now)} then ${tokenExpiry} else ${now} end`,
      refreshAt: sql`case when ${lte(refreshAt, now)} then ${refreshAt} else ${now} end`,
      updatedAt: now,
    }
  }

  put(request: PutRequest): Change {
    return {
      ...granted(request.grant),
      ...accountOf(request),
      ...this.grantEnd(request),
      ...this.issued(request),
      rejectedAt: null,
      generation: this.#nextGeneration(),
      updatedAt: this.#dialect.now,
    }
  }

  /** When a new grant ends for good, where that is known. */
  grantEnd({ refreshTokenExpiresInMs: expiresInMs }: PutRequest): { refreshTokenExpiry?: SQL | null } {
    return expiresInMs === undefined || expiresInMs === null
      ? {}
      : { refreshTokenExpiry: this.#after(expiresInMs) }
  }

  issued(request: CommitRequest | PutRequest): IssuedColumns {
    return {
      accessToken: request.accessToken,
      tokenExpiry: this.#expiryOf(request),
      lifetimeMs: storableLifetime(request.lifetimeMs),
      refreshAt: this.#after(request.refreshInMs),
      scopes: request.scopes === null ? undefined : storableText(request.scopes),
      metadata: request.metadata === null ? undefined : storableMetadata(request.metadata),
    }
  }

  #failed(failure: FailureRecord): Change {
    return {
      status: failure.status,
      statusReason: failure.statusReason,
      failureCount: sql`${this.#table.failureCount} + 1`,
      nextAttemptAt: this.#after(failure.nextAttemptInMs),
      lastError: failure.code,
    }
  }

  #isAllowed(allowance: Allowance | null): SQL | undefined {
    if (allowance === null) return undefined
    const { budgetUntil } = this.#table
    const { after } = this.#dialect
    // Further ahead than it can be: the clock was set back.
    return or(
      isNull(budgetUntil),
      lte(budgetUntil, after(allowance.aheadMs)),
      gt(budgetUntil, after(allowance.mostMs)),
    )
  }

  #taken({ costMs, mostMs }: Allowance): SQL {
    const { now, after, plus, later, earlier } = this.#dialect
    const begun = later(sql`coalesce(${this.#table.budgetUntil}, ${now})`, now)
    return earlier(plus(begun, costMs), after(mostMs))
  }

  /** That of another stays: its request may be under way. */
  #withoutLease(own: OwnLease): Change {
    const { leaseId, leaseUntil } = this.#table
    const unlessOwn = (column: typeof leaseId | typeof leaseUntil): SQL =>
      sql`case when ${eq(leaseId, own.leaseId ?? '')} then null else ${column} end`
    return { leaseId: unlessOwn(leaseId), leaseUntil: unlessOwn(leaseUntil) }
  }

  #leaseIsOver(longestLeaseMs: number): SQL | undefined {
    const { leaseUntil } = this.#table
    return or(isNull(leaseUntil), this.#dialect.isOver(leaseUntil, longestLeaseMs))
  }

  #expiryOf({ expiresInMs, expiresAtMost }: CommitRequest | PutRequest): SQL | null {
    const expiry = this.#after(expiresInMs)
    return expiry === null || expiresAtMost === null
      ? expiry
      : this.#dialect.atMost(expiry, Math.floor(expiresAtMost))
  }

  #nextGeneration(): SQL {
    return sql`${this.#table.generation} + 1`
  }

  #after(ms: number | null): SQL | null {
    return ms === null ? null : this.#dialect.after(storableDuration(ms))
  }
}

function accountOf({ accountDigest }: PutRequest): Change {
  return accountDigest === undefined ? {} : { accountDigest }
}

/** With another refresh token, nothing of what befell the one before counts any more. */
function granted(grant: PutRequest['grant']): Change {
  switch (grant.kind) {
    case 'keep':
      return { refreshToken: grant.sealed }
    case 'replace':
      return {
        ...NO_FAILURE,
        ...NO_LEASE,
        refreshToken: grant.refreshToken,
        appId: null,
        lastRefreshedAt: null,
        refreshTokenExpiry: null,
        budgetUntil: null,
        accountDigest: null,
      }
  }
}
