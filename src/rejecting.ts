import type { Assembly } from './assemble.ts'
import { EvergrantError } from './errors.ts'
import { parseToken } from './input.ts'
import type { ConnectionKey } from './ports/store.ts'
import { unlessAborted } from './refresh/giving-up.ts'
import { obtain } from './refresh/obtain.ts'
import { rejectToken } from './refresh/reject-token.ts'
import { NO_DEMAND } from './serving.ts'

/**
 * `reportRejected`.
 * @returns whether the token is served no more because of this report
 * @throws InvalidInputError | StoreUnavailableError, or the signal's reason
 */
export async function reject(
  assembly: Assembly,
  key: ConnectionKey,
  accessToken: unknown,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { ports } = assembly
  const rejected = parseToken(accessToken, 'accessToken', key)
  const request = assembly.request(key, undefined, NO_DEMAND, signal)
  const rejection = await unlessAborted(rejectToken(ports, key, rejected, request.provider.traits), signal)
  if (rejection === 'spared') return false
  assembly.forget(key, false)
  if (rejection === 'replaced') return false
  try {
    await obtain(assembly, request)
  } catch (error) {
    // The token is rejected all the same; the next call says what keeps a new one away.
    if (!(error instanceof EvergrantError)) throw error
  }
  return true
}
