import { EvergrantError, ProviderUnavailableError } from '../errors.ts'
import type { AppCredentials, TokenProvider } from '../ports/provider.ts'
import type { ConnectionKey, Revocation } from '../ports/store.ts'
import type { RefreshPorts } from './ports.ts'
import { named } from './refusal-error.ts'

/** Who is asked to revoke, and in whose name. */
export interface RevocationTarget {
  readonly provider: TokenProvider
  readonly app: AppCredentials | null
}

/**
 * Revokes at the provider what was deleted with `revoke` (RFC 7009). The row is gone already, so a refresh under
 * way cannot bring the grant back. What the provider does not confirm stays recorded: the next deletion with
 * `revoke` tries again.
 * @throws ProviderUnavailableError the provider did not confirm
 * @throws StoreUnavailableError
 */
export async function revokePending(
  ports: RefreshPorts,
  key: ConnectionKey,
  asked: RevocationTarget,
): Promise<void> {
  let failure: EvergrantError | null = null
  for (const revocation of await ports.store.pendingRevocations(key)) {
    const detail = await revoke(ports, revocation, asked)
    if (detail !== null) failure ??= unconfirmed(key, detail)
    else if (await ports.store.revoked(revocation.id)) ports.emit({ type: 'revoked', ...keyOf(key) })
  }
  if (failure !== null) throw failure
}

/** Null: revoked, or nothing to revoke; else why not, in our own words. */
async function revoke(
  ports: RefreshPorts,
  { clientId, provider: name, refreshToken, metadata }: Revocation,
  { provider, app }: RevocationTarget,
): Promise<string | null> {
  if (refreshToken === null) return null
  try {
    const answer = await provider.revoke({
      app,
      token: ports.cipher.open(refreshToken, { purpose: 'refresh_token', clientId, provider: name }),
      metadata,
      timeoutMs: ports.policy.requestTimeoutMs,
    })
    return answer.kind === 'failed' ? answer.detail : null
  } catch (error) {
    // One that cannot be opened or asked must not keep the others from being revoked.
    if (error instanceof EvergrantError) return error.message
    throw error
  }
}

function keyOf({ clientId, provider }: ConnectionKey): ConnectionKey {
  return { clientId, provider }
}

function unconfirmed(key: ConnectionKey, detail: string): EvergrantError {
  return new ProviderUnavailableError(
    `${named(key)}: the tokens are deleted here, but the provider has not confirmed the revocation (${detail}). ` +
      'Run `evergrant delete --revoke` again, or deleteToken() with revoke.',
    key,
  )
}
