import { EvergrantError, InvalidInputError, StoreUnavailableError } from '../errors.ts'
import type { ConnectionKey } from '../ports/store.ts'
import { assemblyOf, type OAuthTokenService } from '../service.ts'

/** Which connections, and how. */
export interface RevokeTokensOptions {
  /** Only connections of this client. */
  readonly clientId?: string | undefined
  /** Only connections at this provider. */
  readonly provider?: string | undefined
  /** Only connections that were first stored before this instant. */
  readonly before?: Date | undefined
  /** Say what would be done, and do nothing. Default false. */
  readonly dryRun?: boolean | undefined
  /** Connections that are revoked at the same time. Default 8. */
  readonly concurrency?: number | undefined
  /** Is told of each connection when it is done. */
  readonly onResult?: ((result: RevokeResult) => void) | undefined
  /** Ends it between two connections; what is done stays done. */
  readonly signal?: AbortSignal | undefined
}

/**
 * What became of one connection.
 * - `revoked`: deleted here, and the provider confirmed.
 * - `unconfirmed`: deleted here; the provider did not confirm. It stays recorded: run the same again.
 * - `kept`: it cannot be revoked from here, so nothing was done.
 */
export interface RevokeResult extends ConnectionKey {
  /** What became of it. */
  readonly outcome: 'revoked' | 'unconfirmed' | 'kept'
  /** Why it is not `revoked`; else null. */
  readonly reason: string | null
}

/**
 * Deletes connections and revokes their grants at the providers (RFC 7009): for the day on which tokens may have
 * leaked. Revocations that a provider did not confirm before are sent again. One that fails stops no other.
 * @returns one result for each connection that matched
 * @throws InvalidInputError an option is wrong
 * @throws StoreUnavailableError the database does not answer; what is done is done, run it again
 */
export async function revokeTokens(
  service: OAuthTokenService,
  options: RevokeTokensOptions,
): Promise<readonly RevokeResult[]> {
  const { dryRun = false, concurrency = 8, onResult, signal } = options
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new InvalidInputError('concurrency must be a whole number of 1 or more.')
  }
  const results: RevokeResult[] = []
  const found = connectionsOf(service, options)
  // They share one list: each takes the next connection that nobody has.
  const work = async (): Promise<void> => {
    for await (const key of found) {
      signal?.throwIfAborted()
      const result = dryRun ? await wouldRevoke(service, key) : await revokeOne(service, key)
      results.push(result)
      onResult?.(result)
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, work))
  const broken = ends.find(end => end.status === 'rejected')
  if (broken !== undefined) throw broken.reason
  return results
}

async function* connectionsOf(
  service: OAuthTokenService,
  { clientId, provider, before }: RevokeTokensOptions,
): AsyncGenerator<ConnectionKey> {
  const { ports } = await assemblyOf(service)
  // Those first, as they were before this run adds to them.
  const pending = await ports.store.revocations.connections({ clientId, provider })
  yield* pending
  const seen = new Set(pending.map(nameOf))
  let cursor: string | undefined
  do {
    const page = await service.listTokens({ clientId, provider, cursor, limit: 500 })
    for (const connection of page.connections) {
      const isInTime = before === undefined || (connection.createdAt ?? before) <= before
      if (isInTime && !seen.has(nameOf(connection))) {
        yield { clientId: connection.clientId, provider: connection.provider }
      }
    }
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

async function revokeOne(service: OAuthTokenService, key: ConnectionKey): Promise<RevokeResult> {
  try {
    await service.deleteToken(key.clientId, key.provider, { revoke: true })
    return { ...key, outcome: 'revoked', reason: null }
  } catch (error) {
    return failed(key, error)
  }
}

/** What `deleteToken` refuses before it deletes anything. */
async function wouldRevoke(service: OAuthTokenService, key: ConnectionKey): Promise<RevokeResult> {
  try {
    const assembly = await assemblyOf(service)
    assembly.revocationOf(key)
    return { ...key, outcome: 'revoked', reason: null }
  } catch (error) {
    return failed(key, error)
  }
}

function failed(key: ConnectionKey, error: unknown): RevokeResult {
  if (!(error instanceof EvergrantError) || error instanceof StoreUnavailableError) throw error
  const outcome = error.code === 'PROVIDER_UNAVAILABLE' ? 'unconfirmed' : 'kept'
  return { ...key, outcome, reason: error.message }
}

function nameOf({ clientId, provider }: ConnectionKey): string {
  return JSON.stringify([clientId, provider])
}
