import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Clock, DelayOptions } from '../../src/ports/clock.ts'

/** A request as it came. */
export interface ReceivedCall {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What the server answers: a status and a body, as JSON unless it is text; or whatever a function does. */
export type ApiReply =
  | {
      readonly status: number
      readonly body?: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  | ((call: ReceivedCall, response: ServerResponse) => void)

/** A server that answers as it is told: for what the local Zoho does not do. */
export interface ScriptedApi extends AsyncDisposable {
  readonly url: string
  readonly calls: ReceivedCall[]
  /** The replies to come; then `usually`. */
  readonly replies: ApiReply[]
  usually: ApiReply
}

export async function scriptedApi(): Promise<ScriptedApi> {
  const calls: ReceivedCall[] = []
  const replies: ApiReply[] = []
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request
    const call = { method, path, headers, body: await text(request) }
    calls.push(call)
    const reply = replies.shift() ?? api.usually
    if (typeof reply === 'function') return reply(call, response)
    const { status, body } = reply
    response.writeHead(status, reply.headers)
    response.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const api: ScriptedApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    replies,
    usually: { status: 200, body: {} },
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return api
}

/** A clock on which back-offs are over at once, and are remembered. What bounds an attempt is never over. */
export class SkippedWaits implements Clock {
  /** How long each back-off would have been, in ms. */
  readonly waits: number[] = []
  #nowMs = Date.UTC(2026, 0, 1)

  wallMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  delay(ms: number, { signal, keepAlive = false }: DelayOptions = {}): Promise<void> {
    if (keepAlive) {
      this.waits.push(ms)
      this.#nowMs += ms
      return Promise.resolve()
    }
    return new Promise(resolve => signal?.addEventListener('abort', () => resolve(), { once: true }))
  }
}
