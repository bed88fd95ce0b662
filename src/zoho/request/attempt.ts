import { setMaxListeners } from 'node:events'
import { EvergrantError, type Secret } from 'evergrant'
import type { ApiPlace } from './api-place.ts'
import { retryAfterMs } from './back-off.ts'
import { parseExactJson } from './exact-json.ts'
import { isRefusal, refusalOf, type ZohoRefusal } from './refusal.ts'
import type { ZohoConnection } from './zoho-connection.ts'
import { contentOf, type ZohoAnswer, type ZohoRequest } from './zoho-request.ts'

/** How one attempt ended. */
export type Attempt =
  | { readonly kind: 'answered'; readonly answer: ZohoAnswer }
  /** Zoho did not do it, and says so. */
  | { readonly kind: 'refused'; readonly status: number; readonly refusal: ZohoRefusal }
  | { readonly kind: 'lacks_scope' }
  /** Zoho did not do it, and would at another time. */
  | {
      readonly kind: 'throttled'
      readonly status: number
      readonly refusal: ZohoRefusal
      readonly askedMs: number | null
    }
  /** No answer, or none that says what happened. */
  | {
      readonly kind: 'failed'
      readonly status: number | null
      readonly refusal: ZohoRefusal | null
      /** In our own words. */
      readonly why: string
      /** Whether anything of the request may have arrived. */
      readonly mayHaveArrived: boolean
    }

type Received =
  | { readonly kind: 'received'; readonly status: number; readonly headers: Headers; readonly text: string }
  | Extract<Attempt, { readonly kind: 'failed' }>

const throttleCodes = ['TOO_MANY_REQUESTS', 'RATE_LIMIT_EXCEEDED', 'URL_ROLLING_THROTTLES_LIMIT_EXCEEDED']
const scopeCodes = ['OAUTH_SCOPE_MISMATCH', 'INVALID_OAUTHSCOPE']

/**
 * Sends a request once; `tokens.fetch` repeats it once when Zoho does not accept the token.
 * @throws EvergrantError no token is to be had: nothing was done
 * @throws the signal's reason
 */
export async function attempt(
  connection: ZohoConnection,
  place: ApiPlace,
  url: string,
  request: ZohoRequest,
): Promise<Attempt> {
  const received = await exchange(connection, url, request)
  return received.kind === 'failed' ? received : judge(received, place, request, connection)
}

async function exchange(connection: ZohoConnection, url: string, request: ZohoRequest): Promise<Received> {
  const { tokens, clientId, provider, timeoutMs, clock, baseUrl } = connection
  const { signal } = request
  const ending = new AbortController()
  const over = new AbortController()
  let timedOut = false
  const leave = (): void => ending.abort(signal?.reason)
  void clock.delay(timeoutMs, { signal: over.signal }).then(() => {
    if (over.signal.aborted) return
    timedOut = true
    ending.abort()
  })
  if (signal !== undefined) setMaxListeners(0, signal)
  signal?.addEventListener('abort', leave, { once: true })
  try {
    signal?.throwIfAborted()
    const allowHosts = baseUrl === null ? undefined : [new URL(baseUrl).host]
    const init = { method: request.method, ...contentOf(request), signal: ending.signal, allowHosts }
    const response = await tokens.fetch(clientId, provider, url, init)
    const { status, headers } = response
    return { kind: 'received', status, headers, text: await response.text() }
  } catch (error) {
    if (error instanceof EvergrantError) throw error
    if (signal?.aborted) throw signal.reason
    const why = timedOut ? `no answer within ${timeoutMs} ms` : `the connection failed${causeOf(error)}`
    return { kind: 'failed', status: null, refusal: null, why, mayHaveArrived: timedOut || !neverSent(error) }
  } finally {
    over.abort()
    signal?.removeEventListener('abort', leave)
  }
}

function judge(
  { status, headers, text }: Extract<Received, { readonly kind: 'received' }>,
  { accessToken }: ApiPlace,
  request: ZohoRequest,
  { clock }: ZohoConnection,
): Attempt {
  const parsed = text.trim() === '' ? { value: null } : parseExactJson(text)
  const answer = { status, body: parsed?.value ?? null }
  const isGood = (status >= 200 && status < 300) || status === 304
  // First of all: a code of one record among many says nothing of the others.
  const isAccepted = isGood ? !isRefusal(answer.body) : request.accepts?.(answer) === true
  if (parsed !== null && isAccepted) return { kind: 'answered', answer }
  const refusal = refusalOf(parseExactJson(withoutToken(text, accessToken))?.value)
  const { zohoCode } = refusal
  if (status === 429 || (zohoCode !== null && throttleCodes.includes(zohoCode) && status < 500)) {
    const askedMs = retryAfterMs(headers, clock) ?? minutesIn(refusal.message)
    return { kind: 'throttled', status, refusal, askedMs }
  }
  if (zohoCode !== null && scopeCodes.includes(zohoCode)) return { kind: 'lacks_scope' }
  const failed = { kind: 'failed', status, refusal, mayHaveArrived: true } as const
  if (status >= 500) return { ...failed, why: `Zoho answered with HTTP ${status}` }
  if (!isGood || parsed !== null) return { kind: 'refused', status, refusal }
  return { ...failed, why: `Zoho answered with HTTP ${status} and something that is no JSON` }
}

// A server may print what it was sent. A token that is shorter is none, and its letters are everywhere.
function withoutToken(text: string, token: Secret): string {
  const secret = token.reveal()
  return secret.length < 16 ? text : text.replaceAll(secret, '[secret]')
}

// "Cannot execute more than 100 requests per API in 2 minutes. Try again after 2 minutes."
function minutesIn(message: string): number | null {
  const [, minutes] = /try again after (\d{1,3}) minutes?/i.exec(message) ?? []
  return minutes === undefined ? null : Number(minutes) * 60_000
}

/** Whether a connection failed before anything was written to it. */
function neverSent(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const parts = cause instanceof AggregateError ? cause.errors : [cause]
  return parts.length > 0 && parts.every(isOfConnecting)
}

function isOfConnecting(cause: unknown): boolean {
  if (typeof cause !== 'object' || cause === null) return false
  const { syscall, code } = cause as { readonly syscall?: unknown; readonly code?: unknown }
  return syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT'
}

// The code alone: messages of HTTP clients hold addresses, and those hold what was searched for.
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : ''
}
