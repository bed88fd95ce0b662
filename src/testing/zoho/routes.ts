import type { Context, Hono } from 'hono'
import type { Accounts } from './accounts.ts'
import { addAccountsRoutes } from './accounts-routes.ts'
import { htmlAnswer, responseOf } from './answer.ts'
import { addApiRoutes } from './api-routes.ts'
import type { RouteEnvironment, ZohoRoute } from './route-environment.ts'

/** Adds the routes of one server: those of the accounts server, where it is one, and the APIs. */
export function addZohoRoutes(app: Hono<ZohoRoute>, environment: RouteEnvironment): void {
  app.use(recordIn(environment.accounts))
  if (environment.kind === 'production') addAccountsRoutes(app, environment)
  addApiRoutes(app, environment)
  app.onError(() => responseOf(htmlAnswer(500)))
  app.notFound(() => responseOf(htmlAnswer(404)))
}

/** Writes each request into the ledger, until its answer left or its connection ended. */
function recordIn({ ledger, location }: Accounts) {
  return async (context: Context<ZohoRoute>, next: () => Promise<void>): Promise<void> => {
    const { outgoing } = context.env
    const line = ledger.open(context.req.method, context.req.path, location)
    const end = (delivered: boolean) => (): void =>
      line.end({ status: outgoing.headersSent ? outgoing.statusCode : null, delivered })
    outgoing.once('finish', end(true)).once('close', end(false))
    context.set('line', line)
    await next()
  }
}
