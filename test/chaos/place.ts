import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Evergrant from 'evergrant'
import type { OAuthTokenService } from 'evergrant'
import type * as Providers from 'evergrant/providers'
import { type ForkedLocalZoho, forkLocalZoho, localZohoApp } from 'evergrant/testing'
import pg from 'pg'
import type { PostgresServer } from '../support/postgres-server.ts'
import type { Order } from './back-end.ts'
import { Crew } from './crew.ts'
import { Customers } from './customers.ts'
import type { Scenery } from './mode.ts'
import { definitionOf } from './modes.ts'
import {
  ANSWER_MS,
  CONNECTIONS,
  LIFETIME_MS,
  type Plan,
  policy,
  RETRY_WINDOW_MS,
  SLOW_MS,
  WAIT_BOUNDS_MS,
} from './plan.ts'
import { postgresRecords, type Records } from './records.ts'

export const PROVIDER = 'acme'
export const KEY: Buffer = Buffer.alloc(32, 7)

/** Everything that a campaign plays in. */
export interface Place {
  readonly zoho: ForkedLocalZoho
  readonly server: PostgresServer
  readonly records: Records
  readonly customers: Customers
  readonly crew: Crew
  /** Disturbs it, as its mode does. */
  readonly disturb: Scenery['disturb']
  close(): Promise<void>
}

let databases = 0

/**
 * A database, a provider in a process of its own, a lifeboat and connected customers.
 * @param build the folder of the built package
 */
export async function placeFor(plan: Plan, server: PostgresServer, build: string): Promise<Place> {
  const mode = definitionOf(plan.mode)
  databases += 1
  const name = `chaos_${databases}`
  await runOn(server.directUrl(), `create database ${name}`)
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-chaos-'))
  const zoho = await startProvider(plan, mode.lifetimeMs ?? LIFETIME_MS)
  const scenery = await mode.open({ plan, server, database: name, zoho, folder })
  const { database = server.url(name), detour = database, provider = zoho.url } = scenery
  const order = orderFor(plan, { zoho: zoho.url, provider, database, folder, build })
  const tokens = await openService(order)
  const records = scenery.records ?? postgresRecords(server.directUrl(name))
  await records.keep()
  const customers = new Customers(tokens, PROVIDER, zoho, records)
  for (const [index, connection] of order.connections.entries()) {
    // Their tokens do not expire all at once.
    await customers.connect(connection, mode.lifetimeMs === undefined ? 1 + (index % 6) : undefined)
  }
  const { open = {}, rarelyMs = null } = scenery.backEnds ?? {}
  const crew = new Crew({ ...order, rarelyMs, open: { ...order.open, database: detour, ...open } })
  const close = async (): Promise<void> => {
    await crew.killAll()
    await tokens.close()
    await records.close()
    await scenery.close?.()
    await zoho.close()
    await runOn(server.directUrl(), `drop database if exists ${name} with (force)`).catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  }
  return { zoho, server, records, customers, crew, disturb: scenery.disturb, close }
}

async function startProvider({ rotation }: Plan, accessTokenLifetimeMs: number): Promise<ForkedLocalZoho> {
  const zoho = await forkLocalZoho({
    throttle: null,
    rotation,
    retryWindowMs: RETRY_WINDOW_MS,
    accessTokenLifetimeMs,
    refreshTokensPerUser: 1_000_000,
    accessTokensPerRefreshToken: 1_000,
  })
  await zoho.fault({ kind: 'delay', ms: ANSWER_MS }, { times: 'until_cleared' })
  return zoho
}

interface Parts {
  /** The provider itself, and where the back ends find it. */
  readonly zoho: string
  readonly provider: string
  readonly database: string
  readonly folder: string
  readonly build: string
}

/** What every process of the campaign opens with: the local Zoho is a provider of our own, which may rotate. */
function orderFor(
  { rotation }: Plan,
  { zoho, provider, database, folder, build }: Parts,
): Omit<Order, 'aim'> {
  const moduleOf = (path: string): string => pathToFileURL(join(build, path)).href
  return {
    index: moduleOf('index.js'),
    service: moduleOf('service.js'),
    providers: moduleOf('providers/index.js'),
    open: {
      database,
      encryptionKeys: `chaos:${KEY.toString('base64')}`,
      lifeboat: join(folder, 'lifeboat'),
      policy,
    },
    provider: {
      app: localZohoApp,
      definition: {
        name: PROVIDER,
        tokenEndpoint: `${provider}/oauth/v2/token`,
        traits: { rotation, throttleMs: 1_000 },
        answers: {
          errors: {
            refused: ['invalid_code'],
            misconfigured: ['invalid_client', 'invalid_client_secret'],
            throttled: ['Access Denied'],
            transient: ['general_error'],
          },
        },
      },
    },
    connections: Array.from({ length: CONNECTIONS }, (_, index) => `customer-${index + 1}`),
    rarelyMs: null,
    waitBoundsMs: WAIT_BOUNDS_MS,
    slowMs: SLOW_MS,
    accepts: `${zoho}/api/echo`,
  }
}

async function openService({
  index,
  providers,
  open,
  provider,
}: Omit<Order, 'aim'>): Promise<OAuthTokenService> {
  const evergrant = (await import(index)) as typeof Evergrant
  const { defineProvider } = (await import(providers)) as typeof Providers
  const { app, definition } = provider
  const profile = defineProvider(definition)
  return evergrant.OAuthTokenService.open({ ...open, providers: { [PROVIDER]: { ...app, profile } } })
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
