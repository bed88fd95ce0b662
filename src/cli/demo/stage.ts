import type { Policy } from 'evergrant'
import { generateKey, openWithAnyKeys } from 'evergrant/admin'
import { type ForkedLocalZoho, forkLocalZoho, localZohoApp } from 'evergrant/testing'
import { Actor } from './actor.ts'
import { CLIENT_ID } from './connection.ts'
import { announceDemo } from './one-at-a-time.ts'
import type { DemoPlace } from './place.ts'
import type { Processes } from './processes.ts'

/** How long tokens live while the story runs. Zoho's live an hour. */
export const TOKEN_LIFETIME_MS = 6_000

/**
 * The usual policy, for tokens that live for seconds: they fall due after 40 % of their life, and the last 40 %
 * are the window in which a caller would wait for the refresh. Pauses after failures are as short.
 */
const POLICY: Partial<Policy> = {
  windowShare: 0.4,
  softFactor: 1.5,
  softJitterShare: 0,
  backoffFirstMs: 200,
  backoffInWindowMs: 400,
  backoffLongestMs: 400,
}

/** Four processes with a service each, in the order of their entrance. */
export type Cast = readonly [first: Actor, second: Actor, third: Actor, fourth: Actor]

/** Everything that runs while the story is told. */
export interface Stage {
  readonly place: DemoPlace
  readonly zoho: ForkedLocalZoho
  readonly cast: Cast
  /** Starts one more process. */
  enter(): Promise<Actor>
}

/**
 * A clean database, a local Zoho, and four processes that have opened their service.
 * @throws InvalidInputError | StoreUnavailableError the database cannot be used
 */
export async function setStage(place: DemoPlace, processes: Processes): Promise<Stage> {
  await clean(place)
  // Zoho's throttle, ten refreshes in ten minutes, is for tokens that live an hour.
  const zoho = await forkLocalZoho({ accessTokenLifetimeMs: TOKEN_LIFETIME_MS, throttle: null })
  await processes.add({ end: () => zoho.close() })
  announceDemo(place, zoho.url)
  const environment = await environmentFor(zoho)
  const { schema, keyFile } = place
  const enter = async (): Promise<Actor> => {
    const actor = await processes.add(new Actor(environment))
    await actor.ask('open', { schema, keyFile, policy: POLICY })
    return actor
  }
  return { place, zoho, cast: await Promise.all([enter(), enter(), enter(), enter()]), enter }
}

// The refresh token comes as it would in real life: in a variable of the processes' environment.
async function environmentFor(zoho: ForkedLocalZoho): Promise<NodeJS.ProcessEnv> {
  const grant = await zoho.issueGrant()
  const calendarScopes = ['ZohoCalendar.calendar.ALL', 'ZohoCalendar.event.ALL']
  const calendarGrant = await zoho.issueGrant({ scopes: calendarScopes })
  return {
    ...process.env,
    ZOHO_ACCOUNTS_SERVER: zoho.url,
    ZOHO_CLIENT_ID: localZohoApp.clientId,
    ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
    ZOHO_REFRESH_TOKEN: grant.refreshToken,
    ZOHO_CALENDAR_REFRESH_TOKEN: calendarGrant.refreshToken,
    EVERGRANT_ENV_CLIENT_ID: CLIENT_ID,
  }
}

/** Deletes what an earlier demo has left in the demo's own database. Opens nothing, so its key may be gone. */
async function clean({ schema }: DemoPlace): Promise<void> {
  const encryptionKeys = generateKey({ id: 'not-used' })
  const service = await openWithAnyKeys({ schema, encryptionKeys })
  try {
    for (;;) {
      const { connections } = await service.listTokens()
      if (connections.length === 0) return
      for (const { clientId, provider } of connections) await service.deleteToken(clientId, provider)
    }
  } finally {
    await service.close()
  }
}
