/**
 * What can go wrong with an answer.
 *
 * The server did nothing: `server_error` (500), `bad_gateway` (502, HTML), `too_many_requests` (429),
 * `throttled` (Zoho's own throttle), `error` (HTTP 200 with that error word), `empty` (200 without a body),
 * `garbage` (200 with bytes that are no JSON), `custom`, `hang` (never answers), `drop` (the connection ends).
 *
 * The server did its work, tokens rotated: `delay`, `lost_answer` (the connection ends without an answer),
 * `headers_only` (it ends after the headers), `cut_body` (it ends in the middle of the body).
 */
export type ZohoFault =
  | { readonly kind: 'server_error' | 'bad_gateway' | 'throttled' | 'empty' | 'garbage' | 'hang' | 'drop' }
  | { readonly kind: 'lost_answer' | 'headers_only' | 'cut_body' }
  | { readonly kind: 'too_many_requests'; readonly retryAfter: string }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'delay'; readonly ms: number }
  | {
      readonly kind: 'custom'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }

/** Which answers a fault strikes. */
export interface FaultScope {
  /** Default 1. */
  readonly times?: number | 'until_cleared' | undefined
  /** Default `token`. */
  readonly endpoint?: FaultEndpoint | undefined
}

/** The endpoints that can be made to fail. */
export type FaultEndpoint = 'token' | 'revoke' | 'device' | 'crm' | 'calendar'

interface QueuedFault {
  readonly fault: ZohoFault
  readonly endpoint: FaultEndpoint
  left: number
}

/** Faults to come, first in, first out. */
export class FaultQueue {
  #queue: QueuedFault[] = []

  add(fault: ZohoFault, { times = 1, endpoint = 'token' }: FaultScope = {}): void {
    this.#queue.push({ fault, endpoint, left: times === 'until_cleared' ? Infinity : times })
  }

  /** The fault of the next answer, which it uses up. */
  take(endpoint: FaultEndpoint): ZohoFault | null {
    const queued = this.#queue.find(candidate => candidate.endpoint === endpoint && candidate.left > 0)
    if (queued === undefined) return null
    queued.left -= 1
    this.#queue = this.#queue.filter(({ left }) => left > 0)
    return queued.fault
  }

  clear(): void {
    this.#queue = []
  }
}
