import { InsufficientScopeError } from 'evergrant'
import { apiPlace, type ZohoApi } from './api-place.ts'
import { type Attempt, attempt } from './attempt.ts'
import { backOffMs, LONGEST_WAIT_MS } from './back-off.ts'
import { inTurn } from './concurrency.ts'
import { ZohoApiError, type ZohoFailure } from './zoho-api-error.ts'
import type { ZohoConnection } from './zoho-connection.ts'
import { contentOf, urlOf, type ZohoAnswer, type ZohoRequest } from './zoho-request.ts'

type Unanswered = Exclude<Attempt, { readonly kind: 'answered' | 'lacks_scope' }>

/**
 * Calls one API of Zoho's for one connection: at its data centre, with its token, in its turn, and again where that can
 * double nothing. A throttle and a bad token mean that nothing was done, so every call is repeated after them. A server
 * error or a broken connection leaves that open, so only reads are.
 */
export class ZohoRequests {
  /** Whose Zoho it is, and how it is asked. */
  readonly connection: ZohoConnection
  readonly #api: ZohoApi

  constructor(connection: ZohoConnection, api: ZohoApi) {
    this.connection = connection
    this.#api = api
  }

  /** The same API for another customer, with the same settings. */
  forClient(clientId: string): ZohoRequests {
    return new ZohoRequests({ ...this.connection, clientId }, this.#api)
  }

  /**
   * Makes a call and gives its answer: 2xx, 304, and what `accepts` takes.
   * @throws ZohoApiError Zoho refuses, fails, throttles for too long, or does not answer
   * @throws InsufficientScopeError the grant lacks a scope for this call; the token is left as it is
   * @throws EvergrantError as `getToken` does: no token is to be had
   * @throws the signal's reason; a write that was under way may then have been done
   */
  async send(request: ZohoRequest): Promise<ZohoAnswer> {
    request.signal?.throwIfAborted()
    // Wrong input is told at once, and not when its turn comes.
    urlOf('', this.#api.root, request, this.connection)
    contentOf(request)
    const { heavy = false, signal } = request
    return inTurn(this.connection, { heavy, signal }, () => this.#repeat(request))
  }

  async #repeat(request: ZohoRequest): Promise<ZohoAnswer> {
    const { retries, clock } = this.connection
    const { signal } = request
    for (let failures = 1; ; failures += 1) {
      const place = await apiPlace(this.connection, this.#api, signal)
      const url = urlOf(place.origin, this.#api.root, request, this.connection)
      const ended = await attempt(this.connection, place, url, request)
      if (ended.kind === 'answered') return ended.answer
      if (ended.kind === 'lacks_scope') throw this.#insufficientScope(request)
      const askedMs = ended.kind === 'throttled' ? ended.askedMs : null
      const waitMs = backOffMs(failures, askedMs, this.connection.randomness)
      if (failures > retries || waitMs > LONGEST_WAIT_MS || !mayRepeat(ended, request)) {
        throw this.#error(ended, request)
      }
      await clock.delay(waitMs, { signal, keepAlive: true })
      signal?.throwIfAborted()
    }
  }

  #insufficientScope({ scopes }: ZohoRequest): InsufficientScopeError {
    const { clientId, provider } = this.connection
    return new InsufficientScopeError(
      `${provider} of ${clientId}: the grant lacks a scope for this call, which needs ${scopes.join(' and ')}. ` +
        'Connect the account again and ask for it.',
      scopes,
      { clientId, provider },
    )
  }

  #error(ended: Unanswered, request: ZohoRequest): ZohoApiError {
    const { clientId, provider } = this.connection
    const failure = failureOf(ended, request, this.connection)
    const call = `${request.method} ${this.#api.root}/${request.path.join('/')}`
    const advice =
      failure.outcome === 'unknown' ? ' It may have been done all the same: read before you repeat it.' : ''
    return new ZohoApiError(`${provider} of ${clientId}: ${call}: ${whatOf(ended)}.${advice}`, failure, {
      clientId,
      provider,
    })
  }
}

function isRead({ method, idempotent }: ZohoRequest): boolean {
  return idempotent ?? method === 'GET'
}

function mayRepeat(ended: Unanswered, request: ZohoRequest): boolean {
  switch (ended.kind) {
    case 'refused':
      return false
    case 'throttled':
      return true
    case 'failed':
      return isRead(request) || !ended.mayHaveArrived
  }
}

const tokenCodes = ['INVALID_TOKEN', 'INVALID_OAUTHTOKEN', 'AUTHENTICATION_FAILURE']

function failureOf(ended: Unanswered, request: ZohoRequest, { clock }: ZohoConnection): ZohoFailure {
  const { status } = ended
  const zohoCode = ended.refusal?.zohoCode ?? null
  const told = { status, zohoCode, details: ended.refusal?.details ?? {} }
  switch (ended.kind) {
    case 'refused': {
      // A fresh token was not accepted either, or none was to be had so soon after the last.
      const retryable = zohoCode !== null && tokenCodes.includes(zohoCode)
      return { ...told, retryable, outcome: 'not_done', retryAt: null }
    }
    case 'throttled': {
      const retryAt = ended.askedMs === null ? null : new Date(clock.wallMs() + ended.askedMs)
      return { ...told, retryable: true, outcome: 'not_done', retryAt }
    }
    case 'failed': {
      const isOpen = ended.mayHaveArrived && !isRead(request)
      return { ...told, retryable: !isOpen, outcome: isOpen ? 'unknown' : 'not_done', retryAt: null }
    }
  }
}

function whatOf(ended: Unanswered): string {
  const { zohoCode = null, message = '' } = ended.refusal ?? {}
  const words = [zohoCode, message === '' ? null : message].filter(word => word !== null).join(', ')
  if (ended.kind === 'failed') return words === '' ? ended.why : `${ended.why}: ${words}`
  const what = ended.kind === 'throttled' ? 'Zoho throttles' : 'Zoho refuses'
  return `${what} (HTTP ${ended.status}${words === '' ? '' : `: ${words}`})`
}
