import { Agent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isSecureUrl } from '../ports/secure-url.ts'
import type { Transport, TransportAnswer, TransportRequest } from '../ports/transport.ts'
import { exchange, STALE_CONNECTION } from './exchange.ts'

/**
 * How long an idle connection is kept. Shorter than the idle timeouts of common servers (5 s and more): a
 * connection that the server closes while we send leaves in doubt whether a refresh token was spent.
 */
const IDLE_MS = 4_000

/**
 * POST over node:http and node:https, with connections kept alive. It follows no redirect, reads no proxy from
 * the environment, and checks certificates whatever `NODE_TLS_REJECT_UNAUTHORIZED` says. A request in flight
 * keeps the process alive; an idle connection does not.
 */
export function httpTransport(): Transport {
  const http = new Agent({ keepAlive: true, timeout: IDLE_MS })
  const https = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS, rejectUnauthorized: true })
  const inFlight = new Set<Promise<TransportAnswer>>()

  return {
    post: async request => {
      if (!isSecureUrl(request.url)) return { kind: 'unsent', reason: 'INSECURE_URL' }
      const answer = exchangeOnGoodConnection(request, request.url.protocol === 'https:' ? https : http)
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
    },
  }
}

// Each stale connection is gone once it was found stale, so this ends.
async function exchangeOnGoodConnection(request: TransportRequest, agent: Agent): Promise<TransportAnswer> {
  const answer = await exchange(request, agent)
  const stale = answer.kind === 'unsent' && answer.reason === STALE_CONNECTION
  return stale ? exchangeOnGoodConnection(request, agent) : answer
}
