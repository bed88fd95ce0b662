import * as oauth from 'oauth4webapi'
import { isLoopbackHttp } from '../ports/secure-url.ts'
import type { Transport, TransportAnswer, TransportRequest } from '../ports/transport.ts'

/** What `oauth4webapi` takes to write a request and hand it over instead of sending it. */
export interface ProtocolOptions {
  readonly headers: Record<string, string>
  readonly [oauth.allowInsecureRequests]: boolean
  readonly [oauth.customFetch]: (
    url: string,
    options: oauth.CustomFetchOptions<'POST', URLSearchParams>,
  ) => Promise<Response>
}

/**
 * Lets `oauth4webapi` write a request and sends it over our transport, which alone knows whether bytes left and
 * what came back. The library's own reading of answers is not used: see docs/decisions/0013.
 */
export async function sendProtocolRequest(
  transport: Transport,
  endpoint: URL,
  limits: Pick<TransportRequest, 'timeoutMs' | 'until'>,
  write: (options: ProtocolOptions) => Promise<Response>,
): Promise<TransportAnswer> {
  let answer: TransportAnswer = { kind: 'unsent', reason: 'INVALID_REQUEST' }
  try {
    await write({
      headers: { 'user-agent': 'evergrant' },
      [oauth.allowInsecureRequests]: isLoopbackHttp(endpoint),
      [oauth.customFetch]: async (url, { headers, body }) => {
        answer = await transport.post({ url: new URL(url), headers, body: body.toString(), ...limits })
        return new Response(null)
      },
    })
  } catch {
    // The library refused its input before it sent anything. Its errors may hold secrets: none goes further.
  }
  return answer
}
