/**
 * Routes for Hono that connect users' accounts.
 * @module evergrant/hono
 */

import type { ConnectRoutesOptions, ConnectService } from './connect-options.ts'
import { connectHandler } from './connect-routes.ts'
import { textsOf } from './node-request.ts'

export type * from './connect-options.ts'

/** A context of Hono, as far as it is needed. */
export interface HonoContext {
  /** The request. */
  readonly req: {
    /** As the web platform has it. */
    readonly raw: Request
    /** Its form, also where a handler before has read it; with `all` a list where a name stands in it twice. */
    parseBody(options: Record<'all', true>): Promise<Readonly<Record<string, unknown>>>
  }
}

/**
 * A handler with the routes `POST /connect/<provider>`, `GET /callback/<provider>` and `POST /confirm`, for
 * `app.all('/oauth/*', …)`. What is none of them goes on to the next handler.
 * @throws InvalidInputError options that mean nothing
 */
export function connectRoutes<Context = HonoContext>(
  tokens: ConnectService,
  options: ConnectRoutesOptions<Context>,
): (context: HonoContext & Context, next: () => Promise<void>) => Promise<Response | undefined> {
  const handle = connectHandler(tokens, options)
  return async (context, next) => {
    const { raw } = context.req
    const request = raw.bodyUsed ? await readAgain(context) : raw
    const response = await handle(request, context)
    if (response !== null) return response
    await next()
    return undefined
  }
}

/** A handler before has read the form; Hono keeps what it was. */
async function readAgain({ req }: HonoContext): Promise<Request> {
  const texts = textsOf(await req.parseBody({ all: true }))
  const headers = new Headers(req.raw.headers)
  headers.delete('content-type')
  headers.delete('content-length')
  return new Request(req.raw.url, { method: req.raw.method, headers, body: new URLSearchParams(texts) })
}
