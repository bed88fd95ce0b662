import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { ConnectionStatus, LastError } from '../lifecycle/connection.ts'
import { REVOCATION_LONGEST_MS } from '../lifecycle/revocation.ts'
import type { RecordedEvent, RecordedEventType } from '../ports/event-log.ts'
import type { FlowRecord } from '../ports/flows.ts'
import type { Revocation, WaitingRevocations } from '../ports/revocations.ts'
import type { ConnectionKey, ConnectionRow, ConnectionSummary } from '../ports/store.ts'
import type { PostgresTables } from './postgres/schema.ts'
import type { SqlDialect } from './sql-engine.ts'
import { asMetadata } from './storable.ts'

/** What to select, and under which name. */
export type Fields = Record<string, PgColumn | SQL>
/** What a driver gave for {@link Fields}. */
export type Values = Readonly<Record<string, unknown>>

/** What a list shows of a row: everything but the secrets. */
export function summaryFields(t: PostgresTables['oauthTokens'], { epochMs, now }: SqlDialect): Fields {
  return {
    id: t.id,
    clientId: t.clientId,
    provider: t.provider,
    hasAccessToken: sql`${t.accessToken} is not null`,
    hasRefreshToken: sql`${t.refreshToken} is not null`,
    expiresAt: epochMs(t.tokenExpiry),
    scopes: t.scopes,
    metadata: t.metadata,
    accountDigest: t.accountDigest,
    createdAt: epochMs(t.createdAt),
    updatedAt: epochMs(t.updatedAt),
    status: t.status,
    statusReason: t.statusReason,
    generation: t.generation,
    lifetimeMs: t.lifetimeMs,
    refreshAt: epochMs(t.refreshAt),
    leaseId: t.leaseId,
    leaseUntil: epochMs(t.leaseUntil),
    attemptId: t.attemptId,
    appId: t.appId,
    failureCount: t.failureCount,
    nextAttemptAt: epochMs(t.nextAttemptAt),
    lastError: t.lastError,
    lastRefreshedAt: epochMs(t.lastRefreshedAt),
    refreshTokenExpiresAt: epochMs(t.refreshTokenExpiry),
    budgetUntil: epochMs(t.budgetUntil),
    rejectedAt: epochMs(t.rejectedAt),
    now: epochMs(now),
  }
}

/** A whole row, secrets included. */
export function rowFields(t: PostgresTables['oauthTokens'], dialect: SqlDialect): Fields {
  return { ...summaryFields(t, dialect), accessToken: t.accessToken, refreshToken: t.refreshToken }
}

export function parseSummary(values: Values): ConnectionSummary {
  return {
    id: parseText(values.id),
    clientId: parseText(values.clientId),
    provider: parseText(values.provider),
    hasAccessToken: Boolean(values.hasAccessToken),
    hasRefreshToken: Boolean(values.hasRefreshToken),
    expiresAt: parseNumber(values.expiresAt),
    scopes: parseOptionalText(values.scopes),
    metadata: asMetadata(values.metadata),
    accountDigest: parseOptionalText(values.accountDigest),
    // An adopted table may hold rows without these two.
    createdAt: parseNumber(values.createdAt) ?? 0,
    updatedAt: parseNumber(values.updatedAt) ?? 0,
    status: parseStatus(values.status),
    statusReason: parseOptionalText(values.statusReason),
    generation: parseNumber(values.generation) ?? 0,
    lifetimeMs: parseNumber(values.lifetimeMs),
    refreshAt: parseNumber(values.refreshAt),
    leaseId: parseOptionalText(values.leaseId),
    leaseUntil: parseNumber(values.leaseUntil),
    attemptId: parseOptionalText(values.attemptId),
    appId: parseOptionalText(values.appId),
    failureCount: parseNumber(values.failureCount) ?? 0,
    nextAttemptAt: parseNumber(values.nextAttemptAt),
    lastError: parseLastError(values.lastError),
    lastRefreshedAt: parseNumber(values.lastRefreshedAt),
    refreshTokenExpiresAt: parseNumber(values.refreshTokenExpiresAt),
    budgetUntil: parseNumber(values.budgetUntil),
    rejectedAt: parseNumber(values.rejectedAt),
    now: parseInstant(values.now),
  }
}

export function parseRow(values: Values): ConnectionRow {
  const { hasAccessToken: _access, hasRefreshToken: _refresh, ...row } = parseSummary(values)
  return {
    ...row,
    accessToken: parseOptionalText(values.accessToken),
    refreshToken: parseOptionalText(values.refreshToken),
  }
}

export function revocationFields(t: PostgresTables['oauthTokenRevocations'], { isOver }: SqlDialect): Fields {
  const isPaused = sql`not (${isOver(t.nextAttemptAt, REVOCATION_LONGEST_MS)})`
  return {
    id: t.id,
    clientId: t.clientId,
    provider: t.provider,
    refreshToken: t.refreshToken,
    accessToken: t.accessToken,
    metadata: t.metadata,
    attempts: t.attempts,
    isBeingAsked: sql`${t.attempts} > 0 and ${t.lastError} is null and ${isPaused}`,
  }
}

export function parseRevocation(values: Values): Revocation {
  return {
    id: parseText(values.id),
    clientId: parseText(values.clientId),
    provider: parseText(values.provider),
    refreshToken: parseOptionalText(values.refreshToken),
    accessToken: parseOptionalText(values.accessToken),
    metadata: asMetadata(values.metadata),
    attempts: parseNumber(values.attempts) ?? 0,
    isBeingAsked: Boolean(values.isBeingAsked),
  }
}

export function parseWaiting({ count, since, now, reason }: Values): WaitingRevocations {
  const waitsMs = parseInstant(now) - parseInstant(since)
  return { count: Number(count), oldest: { waitsMs, reason: parseOptionalText(reason) } }
}

/** A row of `oauth_flows`. */
export interface StoredFlow {
  readonly flow: Omit<FlowRecord, 'sealed'>
  /** Null: wiped. */
  readonly sealed: string | null
  readonly isConsumed: boolean
  readonly outcome: string | null
}

export function flowFields(t: PostgresTables['oauthFlows']): Fields {
  const { kind, clientId, provider, issuer, appId, redirectUri, userDigest, bindingDigest } = t
  const { sealed, details, outcome } = t
  const isConsumed = sql`${t.consumedAt} is not null`
  return {
    ...{ kind, clientId, provider, issuer, appId, redirectUri, userDigest, bindingDigest },
    ...{ sealed, details, isConsumed, outcome },
  }
}

export function parseFlow(values: Values): StoredFlow {
  return {
    flow: {
      kind: parseText(values.kind) as FlowRecord['kind'],
      clientId: parseText(values.clientId),
      provider: parseText(values.provider),
      issuer: parseOptionalText(values.issuer),
      appId: parseText(values.appId),
      redirectUri: parseText(values.redirectUri),
      userDigest: parseOptionalText(values.userDigest),
      bindingDigest: parseText(values.bindingDigest),
      details: asMetadata(values.details),
    },
    sealed: parseOptionalText(values.sealed),
    isConsumed: Boolean(values.isConsumed),
    outcome: parseOptionalText(values.outcome),
  }
}

/** The row that an event tells of. */
export interface EventSubject extends ConnectionKey {
  readonly id: string
  readonly generation: number | null
}

export function parseSubject(values: Values): EventSubject {
  return {
    id: parseText(values.id),
    clientId: parseText(values.clientId),
    provider: parseText(values.provider),
    generation: parseNumber(values.generation),
  }
}

export function parseEvent(values: Values): RecordedEvent {
  return {
    id: Number(values.id),
    at: parseInstant(values.at),
    // As it lies there: a newer version may have more of them.
    type: parseText(values.type) as RecordedEventType,
    clientId: parseText(values.clientId),
    provider: parseText(values.provider),
    connectionId: parseText(values.connectionId),
    generation: parseNumber(values.generation),
    reason: parseOptionalText(values.reason),
  }
}

export function parseInstant(value: unknown): number {
  return parseNumber(value) ?? Number.NaN
}

export function parseText(value: unknown): string {
  return String(value)
}

function parseOptionalText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

// Some drivers give 64-bit numbers as text.
function parseNumber(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}

const STATUSES: readonly string[] = [
  'active',
  'suspect',
  'reauthorization_required',
] satisfies ConnectionStatus[]

// A status that only a newer version knows: leave the row alone.
function parseStatus(value: unknown): ConnectionStatus {
  return STATUSES.includes(String(value)) ? (value as ConnectionStatus) : 'reauthorization_required'
}

const LAST_ERRORS: readonly string[] = [
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_MISCONFIGURED',
  'PROVIDER_RESPONSE',
  'REAUTHORIZATION_REQUIRED',
  'NO_PROGRESS',
] satisfies LastError[]

function parseLastError(value: unknown): LastError | null {
  if (value === null || value === undefined) return null
  return LAST_ERRORS.includes(String(value)) ? (value as LastError) : 'PROVIDER_UNAVAILABLE'
}
