import { and, eq, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import type {
  ClaimRequest,
  CommitRequest,
  FailureRecord,
  Fence,
  PutRequest,
  SalvageRequest,
  SettleRequest,
} from '../ports/store.ts'
import type { PostgresTables } from './postgres/schema.ts'
import type { SqlDialect } from './sql-engine.ts'
import { storableDuration, storableLifetime, storableMetadata, storableText } from './storable.ts'

type TokenTable = PostgresTables['oauthTokens']
/** New values of some columns. */
export type Change = PgUpdateSetSource<TokenTable>

/** What each write does to a row of `oauth_tokens`, and which row it may do it to. */
export interface TokenChanges {
  is(fence: Fence): SQL | undefined
  claimable(request: ClaimRequest): SQL | undefined
  holdsLease(request: SettleRequest): SQL | undefined
  claimed(request: ClaimRequest): Change
  committed(request: CommitRequest): Change
  salvaged(request: SalvageRequest): Change
  settled(request: SettleRequest): Change
  succeeded(refreshToken: string): Change
  rejected(): Change
  put(request: PutRequest): Change
}

export function tokenChanges(t: TokenTable, { now, after, leaseIsOver }: SqlDialect): TokenChanges {
  const afterOrNull = (ms: number | null): SQL | null => (ms === null ? null : after(storableDuration(ms)))
  const kept = <Value>(value: Value | null): Value | undefined => value ?? undefined
  const nextGeneration = sql`${t.generation} + 1`
  const noLease = { leaseId: null, leaseUntil: null }
  const noFailure = {
    status: 'active',
    statusReason: null,
    failureCount: 0,
    nextAttemptAt: null,
    lastError: null,
    attemptId: null,
    ...noLease,
  }
  const failed = (failure: FailureRecord): Change => ({
    status: failure.status,
    statusReason: failure.statusReason,
    failureCount: sql`${t.failureCount} + 1`,
    nextAttemptAt: afterOrNull(failure.nextAttemptInMs),
    lastError: failure.code,
  })
  const is = ({ id, generation }: Fence): SQL | undefined => and(eq(t.id, id), eq(t.generation, generation))

  return {
    is,
    claimable: ({ row, skipNoProgress, longestLeaseMs }) =>
      and(
        is(row),
        eq(t.status, row.status),
        row.attemptId === null ? isNull(t.attemptId) : eq(t.attemptId, row.attemptId),
        eq(t.failureCount, row.failureCount),
        or(
          isNull(t.nextAttemptAt),
          lte(t.nextAttemptAt, now),
          skipNoProgress ? eq(t.lastError, 'NO_PROGRESS') : undefined,
        ),
        or(isNull(t.leaseUntil), leaseIsOver(t.leaseUntil, longestLeaseMs)),
      ),
    holdsLease: request => and(is(request), eq(t.leaseId, request.leaseId)),

    claimed: ({ leaseId, leaseMs, attemptId }) => ({
      leaseId,
      leaseUntil: after(storableDuration(leaseMs)),
      attemptId,
      updatedAt: now,
    }),
    committed: request => ({
      ...noFailure,
      accessToken: request.accessToken,
      refreshToken: kept(request.refreshToken),
      tokenExpiry: afterOrNull(request.expiresInMs),
      lifetimeMs: storableLifetime(request.lifetimeMs),
      refreshAt: afterOrNull(request.refreshInMs),
      scopes: request.scopes === null ? undefined : storableText(request.scopes),
      metadata: storableMetadata(request.metadata),
      generation: nextGeneration,
      appId: request.appId,
      refreshTokenExpiry: kept(afterOrNull(request.refreshTokenExpiresInMs)),
      nextAttemptAt: afterOrNull(request.noProgressForMs),
      lastError: request.noProgressForMs === null ? null : 'NO_PROGRESS',
      lastRefreshedAt: now,
      updatedAt: now,
    }),
    salvaged: ({ refreshToken, failure }) => ({
      ...failed(failure),
      ...noLease,
      refreshToken,
      generation: nextGeneration,
      attemptId: null,
      updatedAt: now,
    }),
    settled: ({ attemptId, failure }) => ({
      ...(failure === null ? {} : failed(failure)),
      ...noLease,
      attemptId,
      updatedAt: now,
    }),
    succeeded: refreshToken => ({
      ...noLease,
      refreshToken,
      generation: nextGeneration,
      attemptId: null,
      updatedAt: now,
    }),
    // A token that has expired before stays expired since then.
    rejected: () => ({
      tokenExpiry: sql`case when ${lte(t.tokenExpiry, now)} then ${t.tokenExpiry} else ${now} end`,
      refreshAt: sql`case when ${lte(t.refreshAt, now)} then ${t.refreshAt} else ${now} end`,
      updatedAt: now,
    }),
    put: ({ grant, ...request }) => ({
      ...(grant.kind === 'keep'
        ? {}
        : {
            ...noFailure,
            refreshToken: grant.refreshToken,
            appId: null,
            lastRefreshedAt: null,
            refreshTokenExpiry: null,
          }),
      accessToken: request.accessToken,
      tokenExpiry: afterOrNull(request.expiresInMs),
      lifetimeMs: storableLifetime(request.lifetimeMs),
      refreshAt: afterOrNull(request.refreshInMs),
      scopes: request.scopes === null ? undefined : storableText(request.scopes),
      metadata: storableMetadata(request.metadata),
      generation: nextGeneration,
      updatedAt: now,
    }),
  }
}
