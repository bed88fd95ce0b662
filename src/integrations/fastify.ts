/**
 * Routes for Fastify 5 that connect users' accounts.
 * @module evergrant/fastify
 */

import type { ConnectRoutesOptions, ConnectService } from './connect-options.ts'
import { connectHandler } from './connect-routes.ts'
import { type NodeRequest, webRequest } from './node-request.ts'

export type * from './connect-options.ts'
export type { NodeRequest } from './node-request.ts'

/** A request of Fastify, as far as it is needed. */
export interface FastifyRequestLike {
  /** The request below it. */
  readonly raw: NodeRequest
  /** Path and query as the client sent them. */
  readonly originalUrl: string
  /** Its body, as bytes. */
  readonly body?: unknown
}

/** A reply of Fastify, as far as it is needed. */
export interface FastifyReplyLike {
  /** Sends an answer of the web platform. */
  send(answer?: unknown): unknown
  /** Answers that there is nothing here. */
  callNotFound(): unknown
}

/** An instance of Fastify, as far as it is needed. */
export interface FastifyLike<Req> {
  /** Forgets how bodies are parsed, in this plugin. */
  removeAllContentTypeParsers(): void
  /** Takes bodies as they are. */
  addContentTypeParser(
    type: '*',
    options: Record<'parseAs', 'buffer'> & Record<'bodyLimit', number>,
    parser: (request: Req, body: Uint8Array, done: (error: null, body: Uint8Array) => void) => void,
  ): unknown
  /** Adds a route. */
  route(route: {
    /** Its methods. */
    readonly method: string[]
    /** Its path below the plugin's prefix. */
    readonly url: string
    /** What answers. */
    readonly handler: (request: Req, reply: FastifyReplyLike) => Promise<unknown>
  }): unknown
}

/**
 * A plugin with the routes `POST /connect/<provider>`, `GET /callback/<provider>` and `POST /confirm`, for
 * `app.register(…, { prefix: '/oauth' })`.
 * @throws InvalidInputError options that mean nothing
 */
export function connectRoutes<Req = FastifyRequestLike>(
  tokens: ConnectService,
  options: ConnectRoutesOptions<Req>,
): (app: FastifyLike<FastifyRequestLike & Req>, _: object, done: () => void) => void {
  const handle = connectHandler(tokens, options)
  const handler = async (request: FastifyRequestLike & Req, reply: FastifyReplyLike): Promise<unknown> => {
    const { raw, originalUrl, body } = request
    const response = await handle(await webRequest(raw, originalUrl, body ?? ''), request)
    return response === null ? reply.callNotFound() : reply.send(response)
  }
  return (app, _, done) => {
    app.removeAllContentTypeParsers()
    const whole = { parseAs: 'buffer', bodyLimit: 65_536 } as const
    app.addContentTypeParser('*', whole, (_request, body, parsed) => parsed(null, body))
    const urls = ['/connect/:provider', '/callback/:provider', '/confirm']
    for (const url of urls) app.route({ method: ['GET', 'HEAD', 'POST'], url, handler })
    done()
  }
}
