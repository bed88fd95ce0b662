import type { Hono } from 'hono'
import { responseOf } from './answer.ts'
import { addCalendarRoutes } from './calendar/routes.ts'
import { addCrmRoutes } from './crm/routes.ts'
import { answerToOwner } from './resource.ts'
import type { RouteEnvironment, ZohoRoute } from './route-environment.ts'

/** Adds what access tokens are for: the APIs, and a resource of no product to try a token on. */
export function addApiRoutes(app: Hono<ZohoRoute>, environment: RouteEnvironment): void {
  app.get('/api/echo', ({ req, var: { line } }) =>
    responseOf(
      answerToOwner(environment, req.header('authorization'), line, null, ({ scopes }) => ({
        status: 'success',
        scopes,
      })),
    ),
  )
  addCrmRoutes(app, environment)
  if (environment.kind === 'production') addCalendarRoutes(app, environment)
}
