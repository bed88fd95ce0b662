/** A request of Node's, as far as frameworks on it have it in common. */
export interface NodeRequest {
  /** `GET`, `POST`, … */
  readonly method?: string | undefined
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Where its body is read from, unless a parser has done so. */
  on(event: 'data' | 'end' | 'error', listener: (chunk: Uint8Array) => void): unknown
  /** Whether some of its body was read. */
  readonly readableDidRead?: boolean | undefined
  /** Whether its end was read: of an empty body there is nothing else. */
  readonly readableEnded?: boolean | undefined
}

/** More than any route takes. */
const MOST_BYTES = 65_536

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
  if (typeof parsed === 'string' || parsed instanceof Uint8Array) {
    return new Request(url, { method, headers, body: asBody(parsed) })
  }
  if (!isParsed(request, parsed)) {
    return new Request(url, { method, headers, body: asBody(await firstBytes(request)) })
  }
  headers.delete('content-length')
  if (/^application\/json\b/i.test(headers.get('content-type') ?? '')) {
    return new Request(url, { method, headers, body: JSON.stringify(parsed) })
  }
  // It says of itself what it is.
  headers.delete('content-type')
  return new Request(url, { method, headers, body: new URLSearchParams(textsOf(parsed)) })
}

// The parsers of Express 4 leave an empty object behind where the body was not theirs to read.
function isParsed({ readableDidRead, readableEnded }: NodeRequest, parsed: unknown): parsed is object {
  if (typeof parsed !== 'object' || parsed === null) return false
  const isUnread = readableDidRead === false && readableEnded === false
  return !isUnread || Object.keys(parsed).length > 0
}

/** The texts of a form that was parsed: each of a list where a name stands in it more than once. */
export function textsOf(parsed: object): [name: string, value: string][] {
  return Object.entries(parsed).flatMap(([name, value]) =>
    [value].flat().flatMap((text): [string, string][] => (typeof text === 'string' ? [[name, text]] : [])),
  )
}

function asBody(body: string | Uint8Array): string | ArrayBuffer {
  return typeof body === 'string' ? body : new Uint8Array(body).buffer
}

/** A body, or the first of it: one byte more than any route takes. What comes behind is thrown away as it comes. */
function firstBytes(stream: NodeRequest): Promise<Uint8Array> {
  return new Promise(resolve => {
    const first = new Uint8Array(MOST_BYTES + 1)
    let bytes = 0
    const done = (): void => resolve(first.subarray(0, bytes))
    stream.on('data', chunk => {
      const taken = chunk.subarray(0, first.length - bytes)
      first.set(taken, bytes)
      bytes += taken.length
      if (bytes === first.length) done()
    })
    stream.on('end', done)
    stream.on('error', done)
  })
}
