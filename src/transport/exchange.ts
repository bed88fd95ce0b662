import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  validateHeaderName,
  validateHeaderValue,
} from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import type { Clock } from '../ports/clock.ts'
import { hasSlept, type Moment, momentOf } from '../ports/moment.ts'
import { TOO_LATE, type TransportAnswer, type TransportRequest } from '../ports/transport.ts'
import { decodedBody } from './decoded-body.ts'
import { receivedHeaders } from './received-headers.ts'

const MAX_BODY_BYTES = 64 * 1024
const MAX_HEADER_BYTES = 16 * 1024

/** The reason of an `unsent` that another connection would not have: a kept one was no longer good. */
export const STALE_CONNECTION = 'STALE_CONNECTION'

/**
 * Sends one request over a connection of the agent. Never rejects.
 * @param begunAt when the request was given to the transport
 */
export function exchange(
  request: TransportRequest,
  agent: Agent,
  clock: Clock,
  begunAt: Moment = momentOf(clock),
): Promise<TransportAnswer> {
  const { timeoutMs, until = Infinity } = request
  // Frozen before it came here. Cut short, it might be worked on, and its answer not heard.
  if (clock.monotonicMs() + timeoutMs > until) return Promise.resolve({ kind: 'unsent', reason: TOO_LATE })
  return new Promise(resolve => {
    let outgoing: ClientRequest
    try {
      outgoing = prepare(request, agent)
    } catch {
      // A header that HTTP cannot carry. Node's message would quote it.
      return resolve({ kind: 'unsent', reason: 'INVALID_REQUEST' })
    }
    new Exchange(outgoing, request, { clock, begunAt }, resolve).begin()
  })
}

function prepare({ method = 'POST', url, headers, body }: TransportRequest, agent: Agent): ClientRequest {
  const all = Object.entries({
    ...headers,
    'accept-encoding': 'identity',
    ...(method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
  })
  for (const [name, value] of all) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const outgoing = request(url, { method, agent, maxHeaderSize: MAX_HEADER_BYTES })
  // Not among the options: with NODE_DEBUG=net or http, Node prints those, and Basic credentials with them.
  for (const [name, value] of all) outgoing.setHeader(name, value)
  return outgoing
}

/** One request and what became of it, told once. */
class Exchange {
  readonly #outgoing: ClientRequest
  readonly #request: TransportRequest
  readonly #clock: Clock
  readonly #begunAt: Moment
  /** By the monotonic clock. */
  readonly #deadlineAt: number
  readonly #resolve: (answer: TransportAnswer) => void
  readonly #chunks: Buffer[] = []
  #deadline: NodeJS.Timeout | undefined
  #socket: Socket | undefined
  #receivedBytes = 0
  #status: number | null = null
  #encoding = ''
  /** Whether a byte of the request may have left. */
  #sent = false
  #settled = false

  constructor(
    outgoing: ClientRequest,
    request: TransportRequest,
    { clock, begunAt }: { readonly clock: Clock; readonly begunAt: Moment },
    resolve: (answer: TransportAnswer) => void,
  ) {
    this.#outgoing = outgoing
    this.#request = request
    this.#clock = clock
    this.#begunAt = begunAt
    this.#deadlineAt = clock.monotonicMs() + request.timeoutMs
    this.#resolve = resolve
  }

  begin(): void {
    // A process that was busy or frozen past its deadline may already have been answered: before giving up, the
    // event loop polls its sockets once.
    this.#deadline = setTimeout(() => afterOnePoll(() => this.#giveUp('TIMEOUT')), this.#request.timeoutMs)
    this.#outgoing.on('socket', socket => this.#connect(socket))
    this.#outgoing.on('response', response => this.#receive(response))
    this.#outgoing.on('error', error => this.#giveUp(reasonOf(error)))
    this.#outgoing.on('close', () => this.#giveUp('CONNECTION_CLOSED'))
  }

  // Nothing is handed to the socket before it is connected and its certificate checked: until then, `unsent` is
  // certain. A kept connection gets one poll first, because the server may have closed it meanwhile.
  #connect(socket: Socket): void {
    this.#socket = socket
    if (this.#outgoing.reusedSocket) {
      socket.off('data', dropConnection)
      afterOnePoll(() => this.#send())
    } else {
      const connected = this.#request.url.protocol === 'https:' ? 'secureConnect' : 'connect'
      socket.once(connected, () => this.#send())
    }
  }

  #send(): void {
    if (this.#settled || this.#outgoing.destroyed) return
    const refusal = this.#tooLate()
    if (refusal !== null) {
      this.#giveUp(refusal)
      return
    }
    this.#sent = true
    this.#outgoing.end(this.#request.method === 'GET' ? undefined : this.#request.body)
  }

  // Frozen while it connected: the time is over, and the lease may be, too. Where the whole machine slept, only the wall
  // clock knows.
  #tooLate(): string | null {
    const { until = Infinity } = this.#request
    if (this.#clock.monotonicMs() >= this.#deadlineAt) return 'TIMEOUT'
    return until < Infinity && hasSlept(this.#begunAt, this.#clock) ? TOO_LATE : null
  }

  #receive(response: IncomingMessage): void {
    // An answer to nothing: left over from the request before on this connection.
    if (!this.#sent) {
      this.#giveUp('UNEXPECTED_ANSWER')
      return
    }
    this.#status = response.statusCode ?? null
    this.#encoding = response.headers['content-encoding'] ?? ''
    response.on('data', (chunk: Buffer) => this.#collect(chunk))
    response.on('error', error => this.#giveUp(reasonOf(error)))
    response.on('end', () => this.#answered(response))
  }

  #collect(chunk: Buffer): void {
    this.#chunks.push(chunk.subarray(0, MAX_BODY_BYTES - this.#receivedBytes))
    this.#receivedBytes += chunk.length
    if (this.#receivedBytes > MAX_BODY_BYTES) this.#giveUp('BODY_TOO_LARGE')
  }

  #answered(response: IncomingMessage): void {
    const status = this.#status
    if (status === null || !response.complete) {
      this.#giveUp('CONNECTION_CLOSED')
      return
    }
    const body = this.#decoded()
    if (body === null) {
      this.#giveUp('BODY_UNDECODABLE')
      return
    }
    this.#socket?.on('data', dropConnection)
    this.#settle({ kind: 'answered', status, headers: receivedHeaders(response.rawHeaders), body })
  }

  #giveUp(reason: string): void {
    if (this.#settled) return
    this.#settle(
      this.#sent
        ? { kind: 'cut', reason, status: this.#status, body: this.#decoded() ?? Buffer.alloc(0) }
        : {
            kind: 'unsent',
            reason: this.#outgoing.reusedSocket && reason !== 'TIMEOUT' ? STALE_CONNECTION : reason,
          },
    )
    this.#outgoing.destroy()
  }

  #decoded(): Buffer | null {
    return decodedBody(Buffer.concat(this.#chunks), this.#encoding, MAX_BODY_BYTES)
  }

  #settle(answer: TransportAnswer): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#deadline)
    this.#resolve(answer)
  }
}

// The first immediate may belong to the turn of the event loop that runs now, after its poll.
function afterOnePoll(callback: () => void): void {
  setImmediate(() => setImmediate(callback))
}

// What arrives on an idle connection would pass for the answer to the next request.
function dropConnection(this: Socket): void {
  this.destroy()
}

// Codes of Node, OpenSSL and the HTTP parser. Messages may quote the peer.
function reasonOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : 'NETWORK_ERROR'
}
