import { OAuthTokenService } from 'evergrant'
import { type LocalZoho, localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import type { ZohoApi } from '../../src/zoho/request/api-place.ts'
import { parseClientOptions, type ZohoClientSettings } from '../../src/zoho/request/client-options.ts'
import { ZohoApiError } from '../../src/zoho/request/zoho-api-error.ts'
import type { ZohoConnection } from '../../src/zoho/request/zoho-connection.ts'
import type { ZohoRequest } from '../../src/zoho/request/zoho-request.ts'
import { ZohoRequests } from '../../src/zoho/request/zoho-requests.ts'
import { CLIENT } from './services.ts'
import { type ScriptedApi, SkippedWaits, scriptedApi } from './zoho-api.ts'

/** Zoho CRM, as far as requests go. */
export const crm: ZohoApi = { root: '/crm/v8', originAt: centre => `https://www.${centre.apiDomain}` }
export const read: ZohoRequest = { method: 'GET', path: ['Leads'], scopes: ['ZohoCRM.modules.leads.READ'] }
export const write: ZohoRequest = { ...read, method: 'POST', body: { data: [{ Last_Name: 'Doe' }] } }
export const throttled = {
  status: 429,
  body: { code: 'TOO_MANY_REQUESTS', details: {}, message: 'too many', status: 'error' },
}

/** A service with one connection, the local Zoho for its tokens, and an API that answers as it is told. */
export interface RequestWorld {
  readonly zoho: LocalZoho
  readonly api: ScriptedApi
  readonly tokens: OAuthTokenService
  /** Of the test that runs. */
  clock: SkippedWaits
  requests(
    settings?: ZohoClientSettings & { readonly clientId?: string },
    given?: Partial<ZohoConnection>,
    of?: ZohoApi,
  ): ZohoRequests
  /** How often a token was refreshed. */
  refreshes(): Promise<number>
  /** Waits until so many calls have come to the API. */
  untilCalls(count: number): Promise<void>
}

/** Call it outside of tests and hooks. */
export async function requestWorld(): Promise<RequestWorld> {
  const zoho = await startLocalZoho({ throttle: null })
  const api = await scriptedApi()
  const hosts = [new URL(api.url).host, new URL(zoho.url).host]
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    providers: { zoho_crm: { ...localZohoApp, accountsServer: zoho.url, allowHosts: hosts } },
  })
  beforeEach(async () => {
    await zoho.configure({ apiDomain: api.url })
    await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    await zoho.clearLedger()
    api.calls.length = 0
    api.replies.length = 0
    api.usually = { status: 200, body: { data: [] } }
    world.clock = new SkippedWaits()
  })
  afterEach(() => zoho.clearFaults())
  afterAll(async () => {
    await tokens.close()
    await zoho.close()
    await api[Symbol.asyncDispose]()
  })
  const world: RequestWorld = {
    zoho,
    api,
    tokens,
    clock: new SkippedWaits(),
    requests: (settings = {}, given = {}, of = crm) => {
      const options = { tokens, clientId: CLIENT, ...settings }
      const parsed = parseClientOptions(options, 'ZohoCRMService', 'zoho_crm')
      const randomness = { fraction: () => 0.5, uuid: () => '' }
      return new ZohoRequests({ ...parsed, clock: world.clock, randomness, ...given }, of)
    },
    refreshes: async () => (await zoho.summary()).requests,
    untilCalls: async count => {
      await expect.poll(() => api.calls.length, { interval: 2 }).toBeGreaterThanOrEqual(count)
    },
  }
  return world
}

/** The error of a call that Zoho does not do. */
export async function zohoErrorOf(call: Promise<unknown>): Promise<ZohoApiError> {
  const error = await call.catch((reason: unknown) => reason)
  if (!(error instanceof ZohoApiError)) throw error
  return error
}
