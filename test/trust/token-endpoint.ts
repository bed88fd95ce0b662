import type { Socket } from 'node:net'
import { genericProvider, type ProviderProfile } from 'evergrant/providers'
import { afterAll, beforeEach } from 'vitest'
import { onRequest, type RawServer, rawServer } from '../support/raw-server.ts'

/** What becomes of one request: bytes, or whatever is done to its connection. */
export type Reply = string | Uint8Array | ((socket: Socket, refreshToken: string) => void)

/** A token endpoint that answers as it is told, byte by byte, and keeps a record of what it was asked. */
export interface TokenEndpoint {
  readonly url: string
  /** The refresh tokens that it was sent, in order. */
  readonly asked: string[]
  /** The heads of all requests, in order. */
  readonly heads: string[]
  readonly server: RawServer
  /** Replies to come, first in, first out. */
  readonly replies: Reply[]
  /** The reply when none is queued. */
  usually: Reply
  /** A profile of a provider with this token endpoint; plain OAuth 2 unless told otherwise. */
  profile(name: string, options?: Partial<Parameters<typeof genericProvider>[0]>): ProviderProfile
}

/** Call it outside of tests and hooks. Record and replies are new for each test. */
export async function tokenEndpoint(): Promise<TokenEndpoint> {
  const asked: string[] = []
  const heads: string[] = []
  const replies: Reply[] = []
  const plain = json({ access_token: 'fresh', token_type: 'Bearer', expires_in: 3_600 })
  const server = await rawServer(socket =>
    onRequest(socket, (head, body) => {
      heads.push(head)
      const refreshToken = new URLSearchParams(body).get('refresh_token') ?? ''
      asked.push(refreshToken)
      const reply = replies.shift() ?? endpoint.usually
      if (typeof reply === 'function') reply(socket, refreshToken)
      else socket.write(reply)
    }),
  )
  const endpoint: TokenEndpoint = {
    url: server.url.href,
    asked,
    heads,
    server,
    replies,
    usually: plain,
    profile: (name, options = {}) =>
      genericProvider({ name, tokenEndpoint: server.url.href, apiHosts: [server.url.host], ...options }),
  }
  beforeEach(() => {
    asked.length = 0
    heads.length = 0
    replies.length = 0
    endpoint.usually = plain
  })
  afterAll(() => server[Symbol.asyncDispose]())
  return endpoint
}

/** A whole HTTP answer. */
export function answer(
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
): Uint8Array {
  const bytes = Buffer.from(body)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${status} X\r\n${lines.join('')}content-length: ${bytes.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes])
}

/** A whole answer with a JSON body. */
export function json(body: object, status = 200): Uint8Array {
  return answer(status, JSON.stringify(body))
}
