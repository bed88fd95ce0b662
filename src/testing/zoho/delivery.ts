import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Clock } from '../../ports/clock.ts'
import { type Answer, errorAnswer, htmlAnswer, jsonAnswer, responseOf, throttleAnswer } from './answer.ts'
import type { ZohoFault } from './faults.ts'
import type { LocalZohoSettings } from './settings.ts'

/** How much of an answer reaches the client, and when. */
export type Delivery =
  | { readonly kind: 'whole'; readonly answer: Answer; readonly afterMs: number }
  | { readonly kind: 'never' }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'headers_only' | 'cut_body'; readonly answer: Answer }

/** What a fault makes of a request. `work` is the server's own work, with its answer; some faults prevent it. */
export function deliveryUnder(
  fault: ZohoFault | null,
  work: () => Answer,
  settings: LocalZohoSettings,
): Delivery {
  const whole = (answer: Answer, afterMs = 0): Delivery => ({ kind: 'whole', answer, afterMs })
  switch (fault?.kind) {
    case undefined:
      return whole(work())
    case 'delay':
      return whole(work(), fault.ms)
    case 'server_error':
      return whole(jsonAnswer({ error: 'general_error' }, 500))
    case 'bad_gateway':
      return whole(htmlAnswer(502))
    case 'too_many_requests':
      return whole({ status: 429, headers: { 'retry-after': fault.retryAfter }, body: '' })
    case 'throttled':
      return whole(throttleAnswer(settings))
    case 'error':
      return whole(errorAnswer(fault.error))
    case 'empty':
      return whole({ ...jsonAnswer({}), body: '' })
    case 'garbage':
      return whole({ ...jsonAnswer({}), body: '{"access_token":"1000.' })
    case 'custom':
      return whole({ status: fault.status, headers: fault.headers, body: fault.body })
    case 'hang':
      return { kind: 'never' }
    case 'drop':
      return { kind: 'dropped' }
    case 'lost_answer':
      work()
      return { kind: 'dropped' }
    case 'headers_only':
    case 'cut_body':
      return { kind: fault.kind, answer: work() }
  }
}

/** Sends an answer, or as much of it as is to arrive. */
export async function deliver(
  delivery: Delivery,
  outgoing: ServerResponse,
  clock: Clock,
  closing: AbortSignal,
): Promise<Response> {
  switch (delivery.kind) {
    case 'whole': {
      if (delivery.afterMs > 0) await clock.delay(delivery.afterMs, { signal: closing, keepAlive: true })
      return responseOf(delivery.answer)
    }
    case 'never':
      if (!outgoing.closed) await once(outgoing, 'close')
      return RESPONSE_ALREADY_SENT
    case 'dropped':
      outgoing.destroy()
      return RESPONSE_ALREADY_SENT
    case 'headers_only':
    case 'cut_body': {
      const { status, headers, body } = delivery.answer
      outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
      if (delivery.kind === 'headers_only') outgoing.flushHeaders()
      else outgoing.write(body.slice(0, body.length / 2))
      // Ends the connection once what was written has left.
      outgoing.socket?.destroySoon()
      return RESPONSE_ALREADY_SENT
    }
  }
}
