import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { afterEach, beforeEach } from 'vitest'
import type { Transport, TransportAnswer, TransportRequest } from '../../src/ports/transport.ts'
import { httpTransport } from '../../src/transport/http-transport.ts'
import { onRequest, type RawServer, rawServer } from './raw-server.ts'

/** A certificate for localhost and 127.0.0.1 that nobody vouches for, good until 2126. */
export const selfSigned = {
  key: readFileSync(new URL('./self-signed.key.pem', import.meta.url)),
  cert: readFileSync(new URL('./self-signed.cert.pem', import.meta.url)),
}

export const wholeAnswer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'

/** Servers and a transport to reach them, closed after each test. */
export interface Wire {
  readonly transport: () => Transport
  readonly serve: typeof rawServer
  /** A server that answers every request with these bytes, and then does `after`. */
  readonly serveBytes: (bytes: string | Uint8Array, after?: 'keep' | 'end' | 'reset') => Promise<RawServer>
  readonly post: (url: URL, options?: Partial<TransportRequest>) => Promise<TransportAnswer>
}

export function useWire(): Wire {
  let transport: Transport
  const servers: RawServer[] = []

  beforeEach(() => {
    transport = httpTransport()
  })
  afterEach(async () => {
    await transport.close()
    for (const server of servers.splice(0)) await server[Symbol.asyncDispose]()
  })

  const serve: typeof rawServer = async (...parameters) => {
    const server = await rawServer(...parameters)
    servers.push(server)
    return server
  }
  return {
    transport: () => transport,
    serve,
    serveBytes: (bytes, after = 'keep') =>
      serve(socket =>
        onRequest(socket, () => {
          socket.write(bytes, () => {
            if (after === 'end') socket.end()
            if (after === 'reset') socket.resetAndDestroy()
          })
        }),
      ),
    post: (url, options = {}) =>
      transport.send({
        url,
        headers: {},
        body: 'refresh_token=canary',
        timeoutMs: 10_000,
        reach: 'anywhere',
        ...options,
      }),
  }
}

/** The body of an answer, each byte a character. */
export function textOf(answer: TransportAnswer): string {
  return answer.kind === 'unsent' ? '' : Buffer.from(answer.body).toString('latin1')
}

/** Waits until the other end has closed a connection. */
export async function closed(socket: Socket | undefined): Promise<void> {
  if (socket === undefined) throw new Error('There was no connection.')
  if (!socket.closed) await new Promise(resolve => socket.once('close', resolve))
}
