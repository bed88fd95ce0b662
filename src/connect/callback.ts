import { AuthorizationFlowError } from '../errors.ts'

/** A callback as it arrived: where, and with what. */
export interface Callback {
  /** Null: only the path is known. */
  readonly origin: string | null
  readonly pathname: string
  readonly state: string
  /** Every parameter, each of which is there once. */
  readonly parameters: ReadonlyMap<string, string>
}

const LONGEST = 64 * 1024
const STATE = /^[\x21-\x7e]{1,512}$/

/**
 * Reads a callback: a URL, the path and query of one, or a request (RFC 6749 §4.1.2; form_post of OAuth 2.0 Form Post
 * Response Mode). Nothing has been consumed when it throws.
 * @throws AuthorizationFlowError `malformed`
 */
export async function parseCallback(callback: string | URL | Request): Promise<Callback> {
  const isRequest = typeof callback === 'object' && callback !== null && 'headers' in callback
  const url = parseUrl(isRequest ? callback.url : callback)
  const form = isRequest && callback.method === 'POST' ? await formOf(callback) : []
  const parameters = new Map<string, string>()
  for (const [name, value] of [...url.parameters, ...form]) {
    // Of two, a proxy may have looked at the one and we at the other.
    if (parameters.has(name)) throw malformed('a parameter stands in it twice')
    parameters.set(name, value)
  }
  const state = parameters.get('state') ?? ''
  if (!STATE.test(state)) throw malformed('it has no state')
  if (parameters.has('code') && parameters.has('error')) throw malformed('it holds a code and an error')
  return { origin: url.origin, pathname: url.pathname, state, parameters }
}

/** The refusal of a callback that makes no sense. */
export function malformed(what: string): AuthorizationFlowError {
  return new AuthorizationFlowError(
    `The callback makes no sense: ${what}. Nothing was exchanged; connect the account again.`,
    'malformed',
  )
}

interface ParsedUrl {
  readonly origin: string | null
  readonly pathname: string
  readonly parameters: URLSearchParams
}

function parseUrl(callback: unknown): ParsedUrl {
  const text = String(callback)
  if (text.length > LONGEST) throw malformed('it is longer than 64 KiB')
  const isPath = /^\/(?![/\\])/.test(text)
  if (!isPath && !URL.canParse(text)) throw malformed('it is no URL, and no path with a query')
  const url = isPath ? new URL(text, 'https://path.invalid') : new URL(text)
  const { origin, pathname, searchParams } = url
  return { origin: isPath ? null : origin, pathname, parameters: searchParams }
}

async function formOf(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) throw malformed('its body is no form')
  return new URLSearchParams(await textOf(request))
}

// A stranger sends it: no more is read than a callback can need.
async function textOf(request: Request): Promise<string> {
  if (request.bodyUsed) throw malformed('its body was read before')
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of request.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > LONGEST) throw malformed('its body is longer than 64 KiB')
  }
  return text + decoder.decode()
}
