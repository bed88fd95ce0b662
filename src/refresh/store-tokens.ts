import { DecryptionError, StoreUnavailableError } from '../errors.ts'
import type { ProviderTraits } from '../lifecycle/provider-traits.ts'
import { type Term, termOf } from '../lifecycle/term.ts'
import type { ConnectionKey, ConnectionRow, InTransaction, Metadata, PutRequest } from '../ports/store.ts'
import type { Secret } from '../secret.ts'
import { mergedMetadata } from './merged-metadata.ts'
import type { RefreshPorts } from './ports.ts'
import { named } from './refusal-error.ts'

/** What an OAuth flow brought, or an import from elsewhere. */
export interface NewTokens {
  /** Null: an import of a refresh token alone; the first call refreshes. */
  readonly accessToken: Secret | null
  /** Null: the stored one is kept. */
  readonly refreshToken: Secret | null
  readonly expiresInMs: number | null
  /** When the refresh token ends for good. Absent or null: nobody said. */
  readonly refreshTokenExpiresInMs?: number | null | undefined
  /** Null: the stored ones are kept. */
  readonly scopes: readonly string[] | null
  /** Merged over the stored ones. */
  readonly metadata: Metadata
}

/** Whether the tokens were stored. `exists`: a row was there, and was to be left alone. */
export type StoreTokensResult = 'stored' | 'exists'

export interface StoreTokensOptions extends InTransaction {
  /** Whether a connection that is there is left alone. Default: none is. */
  readonly keeps?: ((row: ConnectionRow) => boolean) | undefined
  /** Of whose account the grant is. Absent: kept with the grant, and not known of another one. */
  readonly accountDigest?: PutRequest['accountDigest']
  /** Whether the refresh token that is there goes, although none came in its place. Default: it stays. */
  readonly dropsGrant?: ((row: ConnectionRow) => boolean) | undefined
  /** Where the tokens come from. Default: an OAuth flow. */
  readonly origin?: PutRequest['origin'] | undefined
  /** Looked at before each write. One that has begun is waited for: behind a caller's back it could undo the next. */
  readonly signal?: AbortSignal | undefined
}

// Due for its first refresh at once.
const NO_ACCESS_TOKEN: Term = { lifetimeMs: null, expiresInMs: null, refreshInMs: 0 }

// Each try loses only to another write that succeeded, so this many mean that something else is wrong.
const TRIES = 20

/**
 * Stores tokens over whatever is there: a re-connect always wins over a refresh under way. Which it is (the same
 * grant or another) is decided by the refresh token that lies in the row, so the write is a compare-and-set.
 * @throws StoreUnavailableError, or the signal's reason
 */
export async function storeTokens(
  ports: RefreshPorts,
  key: ConnectionKey,
  tokens: NewTokens,
  traits: ProviderTraits,
  options: StoreTokensOptions,
): Promise<StoreTokensResult> {
  const term =
    tokens.accessToken === null
      ? NO_ACCESS_TOKEN
      : termOf(tokens.expiresInMs, ports.randomness.fraction(), traits, ports.policy)
  const accessToken =
    tokens.accessToken === null
      ? null
      : ports.cipher.seal(tokens.accessToken, { purpose: 'access_token', ...keyOf(key) })
  const startedAt = ports.clock.monotonicMs()
  for (let tries = 0; tries < TRIES; tries += 1) {
    const askedAt = ports.clock.monotonicMs()
    const row = await ports.store.read(key, options)
    if (row !== null && options.keeps?.(row)) return 'exists'
    const request: PutRequest = {
      ...keyOf(key),
      expected: row === null ? null : { id: row.id, generation: row.generation },
      accessToken,
      grant: grantOf(ports, key, tokens, row, options),
      ...term,
      expiresAtMost: await latestExpiry(
        ports,
        term,
        row && row.now - (askedAt - startedAt),
        startedAt,
        options,
      ),
      scopes: tokens.scopes === null ? (row?.scopes ?? null) : tokens.scopes.join(','),
      metadata: mergedMetadata(row?.metadata, tokens.metadata),
      accountDigest: options.accountDigest,
      refreshTokenExpiresInMs: tokens.refreshTokenExpiresInMs,
      origin: options.origin,
    }
    options.signal?.throwIfAborted()
    if (!(await ports.store.put(request, options))) continue
    // What may still be rolled back is not told.
    if (options.tx === undefined) report(ports, request, row)
    return 'stored'
  }
  throw new StoreUnavailableError(
    `${named(key)}: the row is written by others all the time.`,
    'CONTENTION',
    key,
  )
}

function report(
  { emit }: RefreshPorts,
  { clientId, provider, grant, origin }: PutRequest,
  before: ConnectionRow | null,
): void {
  const reason = origin ?? null
  if (before === null) emit({ type: 'connected', clientId, provider, reason })
  if (before === null || grant.kind === 'keep') return
  emit({ type: 'reconnected', clientId, provider, reason })
  if (before.status !== 'active') emit({ type: 'recovered', clientId, provider })
}

/**
 * The expiry by the database's clock, as it was when the caller had the tokens: the statement that stores them can run
 * long after that. Where there is no row yet, the database is asked for its clock. In the caller's own transaction nothing else is asked: it may hold the only connection.
 */
async function latestExpiry(
  { store, clock }: RefreshPorts,
  { expiresInMs }: Term,
  begunAt: number | null,
  startedAt: number,
  { tx }: InTransaction,
): Promise<number | null> {
  if (expiresInMs === null || !Number.isFinite(expiresInMs)) return null
  if (begunAt !== null) return begunAt + expiresInMs
  if (tx !== undefined) return null
  const askedAt = clock.monotonicMs()
  return (await store.ping()) - (askedAt - startedAt) + expiresInMs
}

function grantOf(
  ports: RefreshPorts,
  key: ConnectionKey,
  { refreshToken }: NewTokens,
  row: ConnectionRow | null,
  { dropsGrant }: StoreTokensOptions,
): PutRequest['grant'] {
  const seal = (token: Secret): string =>
    ports.cipher.seal(token, { purpose: 'refresh_token', ...keyOf(key) })
  const stored = storedRefreshToken(ports, row)
  if (refreshToken !== null && !refreshToken.equals(stored)) {
    return { kind: 'replace', refreshToken: seal(refreshToken) }
  }
  if (refreshToken === null && row !== null && dropsGrant?.(row))
    return { kind: 'replace', refreshToken: null }
  const isPlaintext = stored !== null && !ports.cipher.isSealed(row?.refreshToken ?? '')
  return { kind: 'keep', sealed: isPlaintext ? seal(stored) : undefined }
}

// What does not open is no grant that could be compared: it is kept, or replaced, as it lies there.
function storedRefreshToken({ cipher }: RefreshPorts, row: ConnectionRow | null): Secret | null {
  if (row === null || row.refreshToken === null) return null
  try {
    return cipher.open(row.refreshToken, { purpose: 'refresh_token', ...keyOf(row) })
  } catch (error) {
    if (error instanceof DecryptionError) return null
    throw error
  }
}

function keyOf({ clientId, provider }: ConnectionKey): ConnectionKey {
  return { clientId, provider }
}
