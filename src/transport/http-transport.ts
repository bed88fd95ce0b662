import { Agent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { systemClock } from '../clock.ts'
import type { Clock } from '../ports/clock.ts'
import { type Moment, momentOf } from '../ports/moment.ts'
import { isSecureUrl } from '../ports/secure-url.ts'
import {
  NOT_PUBLIC,
  type Transport,
  type TransportAnswer,
  type TransportRequest,
} from '../ports/transport.ts'
import { exchange, STALE_CONNECTION } from './exchange.ts'
import { mayBePublic, publicLookup, type Resolve, systemResolve } from './public-lookup.ts'

/**
 * How long an idle connection is kept. Shorter than the idle timeouts of common servers (5 s and more): a
 * connection that the server closes while we send leaves in doubt whether a refresh token was spent.
 */
const IDLE_MS = 4_000

/**
 * Requests over node:http and node:https, with connections kept alive. It follows no redirect, reads no proxy from
 * the environment, and checks certificates whatever `NODE_TLS_REJECT_UNAUTHORIZED` says. Unless a request may go
 * anywhere, it connects to public addresses only (docs/decisions/0076-public-addresses.md). A request in flight keeps
 * the process alive; an idle connection does not.
 */
export function httpTransport(clock: Clock = systemClock, resolve: Resolve = systemResolve): Transport {
  const http = new Agent({ keepAlive: true, timeout: IDLE_MS })
  const https = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS, rejectUnauthorized: true })
  // Of its own: a kept connection of the others was not checked.
  const checked = new HttpsAgent({
    keepAlive: true,
    timeout: IDLE_MS,
    rejectUnauthorized: true,
    lookup: publicLookup(resolve),
  })
  const inFlight = new Set<Promise<TransportAnswer>>()

  return {
    send: async request => {
      if (!isSecureUrl(request.url)) return { kind: 'unsent', reason: 'INSECURE_URL' }
      const { protocol, hostname } = request.url
      const isChecked = request.reach !== 'anywhere'
      if (isChecked && !mayBePublic(hostname)) {
        return { kind: 'unsent', reason: NOT_PUBLIC }
      }
      const agent = protocol === 'http:' ? http : isChecked ? checked : https
      const answer = exchangeOnGoodConnection(request, agent, clock)
      inFlight.add(answer)
      try {
        return await answer
      } finally {
        inFlight.delete(answer)
      }
    },
    close: async () => {
      // Destroying an agent cuts its requests in flight. Each of them ends by its own deadline.
      await Promise.all(inFlight)
      http.destroy()
      https.destroy()
      checked.destroy()
    },
  }
}

// Each stale connection is gone once it was found stale, so this ends. All of it counts against one deadline.
async function exchangeOnGoodConnection(
  request: TransportRequest,
  agent: Agent,
  clock: Clock,
  begunAt: Moment = momentOf(clock),
): Promise<TransportAnswer> {
  const startedAt = clock.monotonicMs()
  const answer = await exchange(request, agent, clock, begunAt)
  if (answer.kind !== 'unsent' || answer.reason !== STALE_CONNECTION) return answer
  const timeoutMs = Math.max(0, request.timeoutMs - (clock.monotonicMs() - startedAt))
  return exchangeOnGoodConnection({ ...request, timeoutMs }, agent, clock, begunAt)
}
