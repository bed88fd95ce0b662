import { authorizedFetch, type FetchOptions } from './authorized-fetch.ts'
import type { ConnectionKey } from './ports/store.ts'
import { parseHost } from './providers/api-host.ts'
import { reject } from './rejecting.ts'
import { type Started, serveToken } from './serving.ts'

/** `fetch`. @throws EvergrantError as `getToken` does, and what `fetch` throws */
export async function fetchAuthorized(
  started: Started,
  key: ConnectionKey,
  input: string | URL | Request,
  init: FetchOptions,
): Promise<Response> {
  const signal = init.signal ?? (input instanceof Request ? input.signal : undefined)
  const assembly = await started(signal)
  const { allowHosts = [], ...request } = init
  return authorizedFetch({
    key,
    profile: assembly.providers.get(key.provider).profile,
    allowHosts: allowHosts.map(host => parseHost(host, key.provider)),
    input,
    init: request,
    token: () => serveToken(started, { name: 'getToken', ...key, options: { signal } }),
    reject: held => reject(assembly, key, held.accessToken.reveal(), signal),
  })
}
