/**
 * Routes for Express, 4 or 5, that connect users' accounts.
 * @module evergrant/express
 */

import type { ConnectRoutesOptions, ConnectService } from './connect-options.ts'
import { connectHandler, isConnectRoute } from './connect-routes.ts'
import { type NodeRequest, webRequest } from './node-request.ts'

export type * from './connect-options.ts'
export type { NodeRequest } from './node-request.ts'

declare global {
  namespace Express {
    // Where sign-in libraries and apps add what they put on a request. Empty here, as in Express's own types.
    interface Request {}
  }
}

/** A request of Express, as far as it is needed, with what the app's own types add to it. */
export interface ExpressRequest extends NodeRequest, Express.Request {
  /** Path and query as the client sent them. */
  readonly originalUrl: string
  /** What a parser made of the body; undefined: none has read it. */
  readonly body?: unknown
}

/** A response of Express, as far as it is needed. */
export interface ExpressResponse {
  /** The HTTP status. */
  statusCode: number
  /** Adds a header to those that are there. */
  appendHeader(name: string, value: string): unknown
  /** Sends it. */
  end(body: string): unknown
}

/**
 * A handler with the routes `POST /connect/<provider>`, `GET /callback/<provider>` and `POST /confirm`, for
 * `app.use('/oauth', …)`. What is none of them goes on to the next handler; errors of the app's own set-up do, too.
 * @throws InvalidInputError options that mean nothing
 *
 * @example
 * ```ts
 * const providers = { google: { scopes: ['https://www.googleapis.com/auth/calendar'] } }
 * app.use('/oauth', connectRoutes(tokens, { providers, clientOf: req => req.user.tenant, userOf: req => req.user.id }))
 * ```
 */
export function connectRoutes<Req = ExpressRequest>(
  tokens: ConnectService,
  options: ConnectRoutesOptions<Req>,
): (req: ExpressRequest & Req, res: ExpressResponse, next: (error?: unknown) => void) => void {
  const handle = connectHandler(tokens, options)
  const answer = async (req: ExpressRequest & Req, res: ExpressResponse): Promise<boolean> => {
    // What is not for these routes keeps its body for the next.
    if (!isConnectRoute(req.originalUrl)) return false
    const response = await handle(await webRequest(req, req.originalUrl, req.body), req)
    if (response === null) return false
    res.statusCode = response.status
    for (const [name, value] of response.headers) res.appendHeader(name, value)
    res.end(await response.text())
    return true
  }
  return (req, res, next) => {
    answer(req, res).then(isAnswered => isAnswered || next(), next)
  }
}
