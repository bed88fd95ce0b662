import { InvalidInputError } from 'evergrant'
import type { ZohoConnection } from './zoho-connection.ts'

/** A call of an API of Zoho's. */
export interface ZohoRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Behind the root of the API, segment by segment; each is encoded. */
  readonly path: readonly string[]
  /** What is undefined is left out. */
  readonly query?: ZohoParameters | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as a form, in place of a body. */
  readonly form?: ZohoParameters | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The scopes that Zoho wants for it: named when the grant lacks one. */
  readonly scopes: readonly string[]
  /** Whether it may be done twice. Default: that of a GET. */
  readonly idempotent?: boolean | undefined
  /** Whether Zoho counts it among the heavy calls. Default false. */
  readonly heavy?: boolean | undefined
  /** Answers beside 2xx and 304 that the caller reads itself: those with a result for each record, whatever the status. */
  readonly accepts?: ((answer: ZohoAnswer) => boolean) | undefined
  readonly signal?: AbortSignal | undefined
}

export type ZohoParameters = Readonly<Record<string, string | number | boolean | undefined>>

/** What Zoho answered. */
export interface ZohoAnswer {
  readonly status: number
  /** The parsed JSON, still `unknown`; null: the answer had no body. */
  readonly body: unknown
}

/** The address of a request. @throws InvalidInputError a segment of the path would lead elsewhere */
export function urlOf(
  origin: string,
  root: string,
  { path, query = {} }: ZohoRequest,
  connection: ZohoConnection,
): string {
  const isStray = path.some(segment => typeof segment !== 'string' || /^\.{0,2}$/.test(segment))
  if (isStray) {
    const { clientId, provider } = connection
    throw new InvalidInputError('An id or a name in the path of a call is empty, or no text.', {
      clientId,
      provider,
    })
  }
  const parameters = encodeParameters(query)
  return `${origin}${root}/${path.map(encode).join('/')}${parameters === '' ? '' : `?${parameters}`}`
}

/** Parameters as in a query or a form; what is undefined is left out. */
export function encodeParameters(parameters: ZohoParameters): string {
  return Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encode(name)}=${encode(String(value))}`)
    .join('&')
}

function encode(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    throw new InvalidInputError('A text holds half of a character (a lone surrogate), which cannot be sent.')
  }
}

function jsonOf(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch {
    throw new InvalidInputError('What is to be sent cannot be written as JSON: it holds itself, or a bigint.')
  }
}

/** Body and headers of a request. */
export function contentOf({ body, form, headers }: ZohoRequest): {
  readonly body: string | undefined
  readonly headers: Record<string, string>
} {
  if (form !== undefined) {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return { body: encodeParameters(form), headers: { accept: 'application/json', ...type, ...headers } }
  }
  if (body === undefined) return { body: undefined, headers: { accept: 'application/json', ...headers } }
  const type = { 'content-type': 'application/json' }
  return { body: jsonOf(body), headers: { accept: 'application/json', ...type, ...headers } }
}
