import type { Context, Hono } from 'hono'
import type { Accounts } from './accounts.ts'
import { type Answer, errorAnswer, htmlAnswer, jsonAnswer, responseOf } from './answer.ts'
import {
  AUTHORIZATION_PATH,
  type AuthorizationPlace,
  answerAuthorizationRequest,
  answerDecision,
} from './authorization-endpoint.ts'
import { deliver, deliveryUnder } from './delivery.ts'
import {
  answerDeviceDecision,
  answerDeviceLook,
  answerDevicePage,
  answerDeviceRequest,
  DEVICE_CODE_PATH,
  DEVICE_PAGE_PATH,
  DEVICE_TOKEN_PATH,
} from './device-endpoint.ts'
import type { FaultEndpoint } from './faults.ts'
import { type LedgerLine, TOKEN_PATH } from './ledger.ts'
import { answerToOwner, userInfo } from './resource.ts'
import type { RouteEnvironment, ZohoRoute } from './route-environment.ts'
import { answerTokenRequest } from './token-endpoint.ts'
import { parseBasic, parseTokenParams, type TokenParams } from './token-params.ts'

/** Adds the routes of Zoho's accounts server. */
export function addAccountsRoutes(app: Hono<ZohoRoute>, environment: RouteEnvironment): void {
  const { accounts } = environment
  app.post(TOKEN_PATH, context =>
    answerWithFaults(context, environment, 'token', params => {
      return answerTokenRequest(accounts, params, context.var.line)
    }),
  )
  app.post('/oauth/v2/token/revoke', context =>
    answerWithFaults(context, environment, 'revoke', params => revoke(accounts, params, context.var.line)),
  )
  app.post('/oauth/v2/revoke/token', context =>
    answerWithFaults(context, environment, 'revoke', params => {
      const { client_id: clientId, client_secret: clientSecret } = parseBasic(
        context.req.header('authorization'),
      )
      const client = accounts.findApp(clientId)
      const known = client !== undefined && accounts.secretOf(client) === clientSecret
      return known ? revoke(accounts, params, context.var.line) : errorAnswer('invalid_client')
    }),
  )
  addAuthorizationRoutes(app, environment)
  addDeviceRoutes(app, environment)
  app.get('/oauth/serverinfo', () => responseOf(serverInfo(accounts)))
  app.get('/oauth/user/info', ({ req, var: { line } }) =>
    responseOf(
      answerToOwner(environment, req.header('authorization'), line, 'AaaServer.profile.READ', ({ user }) =>
        userInfo(accounts, user),
      ),
    ),
  )
  app.all(TOKEN_PATH, () => responseOf(htmlAnswer(400)))
}

/** The accounts servers of all data centres. China is apart, and not among them. */
function serverInfo({ centres }: Accounts): Answer {
  const listed = centres.all.filter(({ location }) => location !== 'cn')
  const locations = Object.fromEntries(listed.map(({ location, url }) => [location, url]))
  return jsonAnswer({ result: 'success', locations })
}

function addAuthorizationRoutes(app: Hono<ZohoRoute>, { accounts }: RouteEnvironment): void {
  const placeOf = ({ req, var: { line } }: Context<ZohoRoute>): AuthorizationPlace => ({
    accounts,
    line,
    params: req.query(),
  })
  app.get(AUTHORIZATION_PATH, context => responseOf(answerAuthorizationRequest(placeOf(context))))
  app.post(AUTHORIZATION_PATH, async context =>
    responseOf(answerDecision(placeOf(context), await context.req.parseBody())),
  )
}

function addDeviceRoutes(app: Hono<ZohoRoute>, environment: RouteEnvironment): void {
  const { accounts } = environment
  app.post(DEVICE_CODE_PATH, context =>
    answerWithFaults(context, environment, 'device', params =>
      answerDeviceRequest(accounts, params, context.var.line),
    ),
  )
  app.post(DEVICE_TOKEN_PATH, context =>
    answerWithFaults(context, environment, 'device', params =>
      answerDeviceLook(accounts, params, context.var.line),
    ),
  )
  app.get(DEVICE_PAGE_PATH, ({ req }) => responseOf(answerDevicePage(accounts, req.query())))
  app.post(DEVICE_PAGE_PATH, async ({ req, var: { line } }) =>
    responseOf(answerDeviceDecision(accounts, await req.parseBody(), line)),
  )
}

async function answerWithFaults(
  context: Context<ZohoRoute>,
  { accounts, clock, closing }: RouteEnvironment,
  endpoint: FaultEndpoint,
  work: (params: TokenParams) => Answer,
): Promise<Response> {
  const params = await parseTokenParams(context.req)
  const { line } = context.var
  const fault = accounts.faults.take(endpoint)
  line.note({
    app: params.client_id ?? null,
    grantType: params.grant_type ?? null,
    fault: fault?.kind ?? null,
  })
  if (params.refresh_token !== undefined) {
    line.uses(params.refresh_token)
    line.note({ grant: accounts.grants.find(params.refresh_token)?.id ?? null })
  }
  return deliver(
    deliveryUnder(fault, () => work(params), accounts.settings),
    context.env.outgoing,
    clock,
    closing,
  )
}

/** A refresh token takes its grant with it; a token that nobody knows gets an HTML page with HTTP 400. */
function revoke(accounts: Accounts, { token = '' }: TokenParams, line: LedgerLine): Answer {
  const grant = accounts.grants.find(token)
  const revoked = grant === null ? accounts.accessTokens.end(token) : accounts.grants.revoke(token)
  line.note({ grant: grant?.id ?? null, outcome: revoked ? 'revoked' : 'invalid_token' })
  return revoked ? jsonAnswer({ status: 'success' }) : htmlAnswer(400)
}
