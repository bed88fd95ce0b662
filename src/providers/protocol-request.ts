import * as oauth from 'oauth4webapi'
import { isLoopbackHttp } from '../ports/secure-url.ts'
import type { Transport, TransportAnswer, TransportRequest } from '../ports/transport.ts'
import type { ProviderProfile } from './profile.ts'

/** What `oauth4webapi` takes to write a request and hand it over instead of sending it. */
export interface ProtocolOptions {
  readonly headers: Record<string, string>
  readonly [oauth.allowInsecureRequests]: boolean
  readonly [oauth.customFetch]: (
    url: string,
    options: oauth.CustomFetchOptions<'POST', URLSearchParams>,
  ) => Promise<Response>
}

/** How a request differs from what the standards have it. */
export interface RequestShape extends Pick<ProviderProfile, 'requestFormat' | 'clientIdParameter'> {
  readonly method?: 'POST' | 'DELETE'
  /** What the parameter `token` of a revocation is called. */
  readonly tokenMember?: string
}

/**
 * Lets `oauth4webapi` write a request and sends it over our transport, which alone knows whether bytes left and
 * what came back. The library's own reading of answers is not used: see docs/decisions/0013.
 */
export async function sendProtocolRequest(
  transport: Transport,
  endpoint: URL,
  shape: RequestShape,
  limits: Pick<TransportRequest, 'timeoutMs' | 'until'>,
  write: (options: ProtocolOptions) => Promise<Response>,
): Promise<TransportAnswer> {
  let answer: TransportAnswer = { kind: 'unsent', reason: 'INVALID_REQUEST' }
  try {
    await write({
      headers: { 'user-agent': 'evergrant' },
      [oauth.allowInsecureRequests]: isLoopbackHttp(endpoint),
      [oauth.customFetch]: async (url, { headers, body }) => {
        answer = await transport.send({
          method: shape.method ?? 'POST',
          url: new URL(url),
          ...shaped(headers, body, shape),
          ...limits,
        })
        return new Response(null)
      },
    })
  } catch {
    // The library refused its input before it sent anything. Its errors may hold secrets: none goes further.
  }
  return answer
}

function shaped(
  headers: Record<string, string>,
  written: URLSearchParams,
  { requestFormat, clientIdParameter, tokenMember = 'token' }: RequestShape,
): Pick<TransportRequest, 'headers' | 'body'> {
  const names = new Map([
    ['client_id', clientIdParameter],
    ['token', tokenMember],
  ])
  const fields = new URLSearchParams(
    Array.from(written, ([name, value]): [string, string] => [names.get(name) ?? name, value]),
  )
  switch (requestFormat) {
    case 'form':
      return { headers, body: fields.toString() }
    case 'json':
      return {
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(objectOf(fields)),
      }
  }
}

// What is repeated (RFC 8707 §2) is a list.
function objectOf(fields: URLSearchParams): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    Array.from(new Set(fields.keys()), name => {
      const [first = '', ...more] = fields.getAll(name)
      return [name, more.length === 0 ? first : [first, ...more]]
    }),
  )
}
