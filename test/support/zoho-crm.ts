import { OAuthTokenService } from 'evergrant'
import { FakeClock, type LocalZoho, localZohoApp, startLocalZoho } from 'evergrant/testing'
import type { ZohoClientSettings, ZohoCRMService } from 'evergrant/zoho'
import { afterAll, beforeEach } from 'vitest'
import { crmApi } from '../../src/zoho/crm/crm-api.ts'
import { crmOver } from '../../src/zoho/crm/zoho-crm-service.ts'
import { parseClientOptions } from '../../src/zoho/request/client-options.ts'
import { ZohoRequests } from '../../src/zoho/request/zoho-requests.ts'
import { CLIENT } from './services.ts'
import { SkippedWaits } from './zoho-api.ts'

const SCOPES = [
  ...['ZohoCRM.modules.ALL', 'ZohoCRM.settings.ALL', 'ZohoCRM.users.READ', 'ZohoCRM.org.READ'],
  ...['ZohoCRM.coql.READ', 'ZohoSearch.securesearch.READ'],
]

/** A local Zoho CRM without records, a service, and a customer that is connected. */
export interface CrmWorld {
  readonly zoho: LocalZoho
  readonly tokens: OAuthTokenService
  /** The local Zoho's. */
  readonly time: FakeClock
  /** Of the client: back-offs are over at once. */
  readonly clock: SkippedWaits
  readonly crm: ZohoCRMService
  /** The CRM with other settings, or of a grant with other scopes. */
  crmWith(settings: ZohoClientSettings, scopes?: readonly string[]): Promise<ZohoCRMService>
  /** The calls of the CRM since the test began: `POST /crm/v8/Leads 201`. */
  calls(): Promise<readonly string[]>
}

/** Call it outside of tests and hooks. A new Zoho for each file, emptied by none of its tests. */
export async function crmWorld(): Promise<CrmWorld> {
  const time = new FakeClock()
  const zoho = await startLocalZoho({ throttle: null, seedDemoData: false, clock: time })
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    providers: { zoho_crm: { ...localZohoApp, accountsServer: zoho.url } },
  })
  const clock = new SkippedWaits()
  const crmOf = (clientId: string, settings: ZohoClientSettings = {}): ZohoCRMService => {
    const parsed = parseClientOptions({ ...settings, tokens, clientId }, 'ZohoCRMService', 'zoho_crm')
    return crmOver(new ZohoRequests({ ...parsed, clock }, crmApi))
  }
  await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant({ scopes: SCOPES }))
  beforeEach(async () => {
    clock.waits.length = 0
    await zoho.clearLedger()
  })
  afterAll(async () => {
    await tokens.close()
    await zoho.close()
  })
  return {
    ...{ zoho, tokens, time, clock },
    crm: crmOf(CLIENT, { edition: 'enterprise' }),
    crmWith: async (settings, scopes = SCOPES) => {
      await tokens.storeTokens('another', 'zoho_crm', await zoho.issueGrant({ scopes }))
      return crmOf('another', settings)
    },
    calls: async () =>
      (await zoho.ledger())
        .filter(({ path }) => path.startsWith('/crm/'))
        .map(({ method, path, status }) => `${method} ${path} ${status}`),
  }
}

/** What an iterator gives. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const given: Item[] = []
  for await (const item of items) given.push(item)
  return given
}
