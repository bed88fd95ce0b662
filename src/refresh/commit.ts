import { remainingOf } from '../lifecycle/state.ts'
import { isNoProgress, type Term, termOf } from '../lifecycle/term.ts'
import type { IssuedTokens } from '../ports/provider.ts'
import type { CommitRequest, ConnectionRow } from '../ports/store.ts'
import type { RefreshEnd } from '../ports/telemetry.ts'
import type { Secret } from '../secret.ts'
import { type Claim, claimNow } from './claim.ts'
import type { AttemptContext } from './context.ts'
import type { HeldToken } from './held-token.ts'
import { mergedMetadata } from './merged-metadata.ts'
import { type Exchange, type Moved, resolveMoved } from './moved.ts'
import { databaseNowAtLeast } from './observed.ts'
import { revokeOrphan } from './orphan.ts'
import { persist } from './persist.ts'
import type { RefreshPorts } from './ports.ts'

/** Tokens on their way into the row: sealed once, so that a second try writes the same bytes. */
interface Pending extends Exchange {
  readonly tokens: IssuedTokens
  readonly term: Term
  readonly noProgressForMs: number | null
  readonly appId: string
  readonly sealedAccessToken: string
  /** The successor, else the stored one where it is plaintext from before. Null: the stored one stays. */
  readonly sealedRefreshToken: string | null
  /** By the monotonic clock. The lifetime began no earlier: what the network took is taken off it. */
  readonly sentAt: number
}

/**
 * Writes issued tokens by compare-and-set on row id and generation, as often as it takes: while the database is
 * down the callers already have the token, and it is tried again for as long as the process lives.
 */
export async function commitTokens(
  context: AttemptContext,
  claim: Claim,
  spent: Secret | null,
  tokens: IssuedTokens,
  sentAt: number,
): Promise<RefreshEnd> {
  const { ports, health, rescue, land, stop } = context
  const pending = seal(context, claim, spent, tokens, sentAt)
  const boarded = await rescue.board(pending)
  const held = heldAfter(ports, pending)
  const done = await persist(ports, health, () => commitOnce(ports, pending), {
    onDelay: () => land({ kind: 'refreshed', held }),
    until: Infinity,
    stop,
  })
  if (done === null) return { kind: 'unwritten' }
  const { clientId, provider } = claim.key
  if (done.attempts > 1) ports.emit({ type: 'commit_retried', clientId, provider, attempts: done.attempts })
  if (done.result.kind === 'superseded') {
    land({ kind: 'changed' })
    ports.emit({ type: 'commit_superseded', clientId, provider })
    // Before it leaves the lifeboat: in one of the two it always is.
    await revokeOrphan(context, pending, done.result)
    await boarded.clear()
    return { kind: 'superseded' }
  }
  land({ kind: 'refreshed', held })
  report(ports, pending, held)
  await boarded.clear()
  return { kind: 'refreshed' }
}

function seal(
  { ports, target }: AttemptContext,
  claim: Claim,
  spent: Secret | null,
  tokens: IssuedTokens,
  sentAt: number,
): Pending {
  const { clientId, provider } = claim.key
  const sealRefreshToken = (token: Secret): string =>
    ports.cipher.seal(token, { purpose: 'refresh_token', clientId, provider })
  // The refresh token first: nothing that is wrong with the rest of the answer may lose it.
  const sealedSuccessor = tokens.refreshToken === null ? null : sealRefreshToken(tokens.refreshToken)
  const isPlaintext = !ports.cipher.isSealed(claim.observed.row.refreshToken ?? '')
  const sealedAccessToken = ports.cipher.seal(tokens.accessToken, {
    purpose: 'access_token',
    clientId,
    provider,
  })
  const term = termOf(tokens.expiresInMs, ports.randomness.fraction(), target.provider.traits, ports.policy)
  const stuck = isNoProgress(remainingOf(claim.found, claimNow(claim, ports)), term)
  return {
    claim,
    spent,
    accessToken: tokens.accessToken,
    successor: tokens.refreshToken,
    sealedSuccessor,
    sealedRefreshToken: sealedSuccessor ?? (spent !== null && isPlaintext ? sealRefreshToken(spent) : null),
    tokens,
    term,
    noProgressForMs: stuck ? ports.policy.noProgressMs : null,
    appId: target.app.clientId,
    sealedAccessToken,
    sentAt,
  }
}

async function commitOnce(ports: RefreshPorts, pending: Pending): Promise<Moved> {
  if (await ports.store.commit(requestOf(ports, pending))) return { kind: 'ours' }
  return resolveMoved(ports, pending)
}

function requestOf(ports: RefreshPorts, pending: Pending): CommitRequest {
  const { claim, tokens, term } = pending
  const elapsed = ports.clock.monotonicMs() - pending.sentAt
  const left = (ms: number | null): number | null => (ms === null ? null : Math.max(0, ms - elapsed))
  return {
    id: claim.observed.row.id,
    generation: claim.observed.row.generation,
    leaseId: claim.leaseId,
    accessToken: pending.sealedAccessToken,
    refreshToken: pending.sealedRefreshToken,
    expiresInMs: left(term.expiresInMs),
    expiresAtMost: latestExpiry(pending),
    lifetimeMs: term.lifetimeMs,
    refreshInMs: left(term.refreshInMs),
    scopes: tokens.scopes === null ? null : tokens.scopes.join(','),
    metadata: mergedMetadata(claim.observed.row.metadata, tokens.metadata),
    appId: pending.appId,
    refreshTokenExpiresInMs: left(tokens.refreshTokenExpiresInMs),
    noProgressForMs: pending.noProgressForMs,
  }
}

/** The expiry by the database's clock, as far as this process knows it: it knows it from before the request. */
function latestExpiry({ claim, term, sentAt }: Pending): number | null {
  const { row, answeredAt } = claim.observed
  if (term.expiresInMs === null || !Number.isFinite(term.expiresInMs)) return null
  return row.now + (sentAt - answeredAt) + term.expiresInMs
}

/** The row as the commit leaves it, without reading it again. */
function heldAfter(ports: RefreshPorts, pending: Pending): HeldToken {
  const { claim, tokens, term } = pending
  const heldAt = ports.clock.monotonicMs()
  const now = databaseNowAtLeast(claim.observed, ports.clock)
  const sentAt = now - (heldAt - pending.sentAt)
  const at = (ms: number | null): number | null => (ms === null ? null : sentAt + ms)
  const before = claim.observed.row
  const row: ConnectionRow = {
    ...before,
    accessToken: pending.sealedAccessToken,
    refreshToken: pending.sealedRefreshToken ?? before.refreshToken,
    scopes: tokens.scopes === null ? before.scopes : tokens.scopes.join(','),
    metadata: { ...before.metadata, ...tokens.metadata },
    status: 'active',
    statusReason: null,
    generation: before.generation + 1,
    lifetimeMs: term.lifetimeMs,
    expiresAt: at(term.expiresInMs),
    refreshAt: at(term.refreshInMs),
    leaseId: null,
    leaseUntil: null,
    attemptId: null,
    appId: pending.appId,
    failureCount: 0,
    nextAttemptAt: pending.noProgressForMs === null ? null : now + pending.noProgressForMs,
    lastError: pending.noProgressForMs === null ? null : 'NO_PROGRESS',
    lastRefreshedAt: now,
    refreshTokenExpiresAt: at(tokens.refreshTokenExpiresInMs) ?? before.refreshTokenExpiresAt,
    updatedAt: now,
    now,
  }
  const { clockOffset } = claim.observed
  return {
    accessToken: tokens.accessToken,
    observed: { row, readAt: heldAt, answeredAt: heldAt, clockOffset },
  }
}

function isRotated({ spent, successor }: Pending): boolean {
  return spent !== null && successor !== null && !successor.equals(spent)
}

function report({ emit, clock, policy }: RefreshPorts, pending: Pending, held: HeldToken): void {
  const { clientId, provider } = pending.claim.key
  for (const warning of pending.tokens.warnings) emit({ type: 'answer_warning', clientId, provider, warning })
  if (pending.claim.found.status !== 'active') emit({ type: 'recovered', clientId, provider })
  emit({
    type: 'refreshed',
    clientId,
    provider,
    generation: held.observed.row.generation,
    rotated: isRotated(pending),
    durationMs: clock.monotonicMs() - pending.sentAt,
  })
  const { refreshTokenExpiresAt, now } = held.observed.row
  const expiresInMs = refreshTokenExpiresAt === null ? Infinity : refreshTokenExpiresAt - now
  if (expiresInMs > policy.expiryWarningMs) return
  emit({ type: 'refresh_token_expiring', clientId, provider, expiresInMs: Math.max(0, expiresInMs) })
}
