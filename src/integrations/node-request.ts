/** A request of Node's, as far as frameworks on it have it in common. */
export interface NodeRequest {
  /** `GET`, `POST`, … */
  readonly method?: string | undefined
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Where its body is read from, unless a parser has done so. */
  on(event: 'data' | 'end' | 'error', listener: (chunk: Uint8Array) => void): unknown
}

const MOST_BYTES = 16_384

/**
 * The same as a request of the web platform. Of its address only path and query are true: whom the browser asked stands
 * in the header `Host`.
 * @param path what the browser asked for, whatever routers took away
 * @param parsed what a parser made of the body; undefined: nobody has read it
 */
export async function webRequest(request: NodeRequest, path: string, parsed: unknown): Promise<Request> {
  const { method = 'GET' } = request
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && !name.startsWith(':')) headers.set(name, value)
  }
  // Absolute addresses are for proxies; there is no route of ours at one.
  const url = `http://localhost${path.startsWith('/') ? path : '/'}`
  if (method !== 'POST') return new Request(url, { method, headers })
  if (typeof parsed !== 'object' || parsed === null || parsed instanceof Uint8Array) {
    const body =
      typeof parsed === 'string' || parsed instanceof Uint8Array ? parsed : await firstBytes(request)
    return new Request(url, { method, headers, body: asBody(body) })
  }
  // It says of itself what it is.
  headers.delete('content-type')
  headers.delete('content-length')
  return new Request(url, { method, headers, body: new URLSearchParams(textsOf(parsed)) })
}

function textsOf(parsed: object): [name: string, value: string][] {
  return Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
}

function asBody(body: string | Uint8Array): string | ArrayBuffer {
  return typeof body === 'string' ? body : new Uint8Array(body).buffer
}

/** A body, or the first 16 KB of it: more than any route takes. What comes behind is thrown away as it comes. */
function firstBytes(stream: NodeRequest): Promise<Uint8Array> {
  return new Promise(resolve => {
    const bytes: number[] = []
    stream.on('data', chunk => {
      if (bytes.length > MOST_BYTES) return
      bytes.push(...chunk.subarray(0, MOST_BYTES + 1 - bytes.length))
      if (bytes.length > MOST_BYTES) resolve(Uint8Array.from(bytes))
    })
    stream.on('end', () => resolve(Uint8Array.from(bytes)))
    stream.on('error', () => resolve(Uint8Array.from(bytes)))
  })
}
