import { OAuthTokenService } from 'evergrant'
import {
  type CalendarSettings,
  type LocalZoho,
  localZohoApp,
  startLocalZoho,
  zohoCalendarSettings,
} from 'evergrant/testing'
import { ZohoCalendarService } from 'evergrant/zoho'
import { afterAll, afterEach, beforeEach } from 'vitest'
import { CLIENT } from './services.ts'

/** A local Zoho with a Calendar, and a client of it. */
export interface CalendarWorld {
  readonly zoho: LocalZoho
  readonly tokens: OAuthTokenService
  readonly service: ZohoCalendarService
  /** The uid of the only calendar. Of the test that runs: each has a fresh, empty one. */
  calendar: string
  settings(changes: Partial<CalendarSettings>): Promise<void>
  /** The paths of the requests to the Calendar since the last test began. */
  requests(method?: string): Promise<readonly string[]>
}

const scopes = ['calendar', 'event', 'freebusy'].map(group => `ZohoCalendar.${group}.ALL`)

/** Call it outside of tests and hooks. */
export async function calendarWorld(): Promise<CalendarWorld> {
  const zoho = await startLocalZoho({ throttle: null, seedDemoData: false })
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    providers: {
      zoho_calendar: { ...localZohoApp, accountsServer: zoho.url, allowHosts: [new URL(zoho.url).host] },
    },
  })
  await tokens.storeTokens(CLIENT, 'zoho_calendar', await zoho.issueGrant({ scopes }))
  const service = new ZohoCalendarService({ tokens, clientId: CLIENT, retries: 0 })
  const world: CalendarWorld = {
    zoho,
    tokens,
    service,
    calendar: '',
    settings: changes => zoho.configure({ calendar: changes }),
    requests: async method =>
      (await zoho.ledger())
        .filter(
          entry => entry.path.startsWith('/api/v1') && (method === undefined || entry.method === method),
        )
        .map(({ path }) => path),
  }
  beforeEach(async () => {
    const made = await service.createCalendar({
      name: 'Test',
      color: '#123456',
      timeZone: 'America/New_York',
    })
    world.calendar = made.uid
    await zoho.clearLedger()
  })
  afterEach(async () => {
    await zoho.clearFaults()
    await zoho.configure({ calendar: zohoCalendarSettings })
    await service.deleteCalendar(world.calendar)
  })
  afterAll(async () => {
    await tokens.close()
    await zoho.close()
  })
  return world
}
