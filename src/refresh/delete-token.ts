import { ProviderUnavailableError } from '../errors.ts'
import type { Revocation } from '../ports/revocations.ts'
import type { ConnectionKey } from '../ports/store.ts'
import type { RefreshPorts } from './ports.ts'
import { named } from './refusal-error.ts'
import type { RevocationTarget } from './revocation-request.ts'
import { type Attempted, attemptRevocation } from './revoker.ts'

// Each try loses only to another attempt that was begun meanwhile.
const TRIES = 5

/**
 * Revokes at the provider what was deleted with `revoke` (RFC 7009). The row is gone already, so a refresh under
 * way cannot bring the grant back. What the provider does not confirm stays recorded: the sweep, `tick()` and the next
 * deletion with `revoke` try again.
 * @throws ProviderUnavailableError the provider did not confirm
 * @throws StoreUnavailableError
 */
export async function revokePending(
  ports: RefreshPorts,
  key: ConnectionKey,
  asked: RevocationTarget,
): Promise<void> {
  let failure: ProviderUnavailableError | null = null
  for (const revocation of await ports.store.revocations.pending(key)) {
    const end = await revokeNow(ports, revocation, asked)
    if (end.kind === 'failed') failure ??= unconfirmed(key, end.detail)
  }
  if (failure !== null) throw failure
}

/** Asks whoever else asks, and whenever the next attempt is due: somebody waits for the answer. */
async function revokeNow(
  ports: RefreshPorts,
  revocation: Revocation,
  asked: RevocationTarget,
): Promise<Attempted> {
  let seen: Revocation | undefined = revocation
  for (let tries = 0; tries < TRIES && seen !== undefined; tries += 1) {
    const end = await attemptRevocation(ports, seen, asked, true)
    if (end.kind !== 'passed_over') return end
    seen = (await ports.store.revocations.pending(revocation)).find(({ id }) => id === revocation.id)
  }
  return seen === undefined
    ? { kind: 'revoked' }
    : { kind: 'failed', detail: 'others are asking all the time' }
}

function unconfirmed(key: ConnectionKey, detail: string): ProviderUnavailableError {
  return new ProviderUnavailableError(
    `${named(key)}: the tokens are deleted here, but the provider has not confirmed the revocation (${detail}). ` +
      'The sweep, or tick(), asks again by itself; run `evergrant delete --revoke` again, or deleteToken() with revoke, ' +
      'to ask now.',
    key,
  )
}
