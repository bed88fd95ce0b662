import type { Assembly } from './assemble.ts'
import type { ConnectionKey } from './ports/store.ts'
import { unlessAborted } from './refresh/giving-up.ts'

/**
 * `hasToken`: whether `getAccessToken` has something to begin with. With client credentials these are the app's.
 * @throws InvalidInputError | StoreUnavailableError
 */
export async function hasToken(
  assembly: Assembly,
  key: ConnectionKey,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const app = assembly.appFor(key, undefined)
  const row = await unlessAborted(assembly.ports.store.read(key), signal)
  if (assembly.usesAppGrant(key.provider)) {
    return app !== null || (row !== null && row.accessToken !== null)
  }
  if (row !== null) return row.accessToken !== null || row.refreshToken !== null
  return (await unlessAborted(assembly.seeds.available(key), signal)) !== null
}
