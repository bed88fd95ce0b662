/**
 * Route handlers for Next.js (its App Router) that connect users' accounts.
 * @module evergrant/next
 */

import type { ConnectRoutesOptions, ConnectService } from './connect-options.ts'
import { connectHandler } from './connect-routes.ts'

export type * from './connect-options.ts'

/** The exports of a `route.ts`. */
export interface RouteHandlers {
  /** Answers `GET`, and `HEAD`. */
  readonly GET: (request: Request) => Promise<Response>
  /** Answers `POST`. */
  readonly POST: (request: Request) => Promise<Response>
}

/**
 * Handlers of `POST /connect/<provider>`, `GET /callback/<provider>` and `POST /confirm`, for a catch-all route:
 * `app/oauth/[...connect]/route.ts`.
 * @throws InvalidInputError options that mean nothing
 *
 * @example
 * ```ts
 * export const { GET, POST } = connectRoutes(tokens, { providers: { google: {} }, clientOf: tenant, userOf: user })
 * ```
 */
export function connectRoutes(tokens: ConnectService, options: ConnectRoutesOptions<Request>): RouteHandlers {
  const handle = connectHandler(tokens, options)
  const answer = async (request: Request): Promise<Response> =>
    (await handle(request, request)) ?? new Response('Not found\n', { status: 404 })
  return { GET: answer, POST: answer }
}
