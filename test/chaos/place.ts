import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Evergrant from 'evergrant'
import type * as Providers from 'evergrant/providers'
import { type ForkedLocalZoho, forkLocalZoho, localZohoApp } from 'evergrant/testing'
import pg from 'pg'
import type { PostgresServer } from '../support/postgres-server.ts'
import { Crew } from './crew.ts'
import { Customers } from './customers.ts'
import { ANSWER_MS, CONNECTIONS, LIFETIME_MS, type Plan, policy, RETRY_WINDOW_MS } from './plan.ts'
import { profileOf } from './profile.js'
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
  close(): Promise<void>
}

let databases = 0

/**
 * A database, a provider in a process of its own, a lifeboat and connected customers.
 * @param build the folder of the built package
 */
export async function placeFor(plan: Plan, server: PostgresServer, build: string): Promise<Place> {
  databases += 1
  const name = `chaos_${databases}`
  await runOn(server.directUrl(), `create database ${name}`)
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-chaos-'))
  const zoho = await forkLocalZoho({
    throttle: null,
    rotation: plan.rotation,
    retryWindowMs: RETRY_WINDOW_MS,
    accessTokenLifetimeMs: LIFETIME_MS,
    refreshTokensPerUser: 1_000_000,
    accessTokensPerRefreshToken: 1_000,
  })
  await zoho.fault({ kind: 'delay', ms: ANSWER_MS }, { times: 'until_cleared' })

  const moduleOf = (path: string): string => pathToFileURL(join(build, path)).href
  const provider = {
    name: PROVIDER,
    tokenEndpoint: `${zoho.url}/oauth/v2/token`,
    rotation: plan.rotation,
    app: localZohoApp,
  }
  const open = {
    database: server.url(name),
    encryptionKeys: `chaos:${KEY.toString('base64')}`,
    lifeboat: join(folder, 'lifeboat'),
    policy,
  }
  const connections = Array.from({ length: CONNECTIONS }, (_, index) => `customer-${index + 1}`)
  const { OAuthTokenService } = (await import(moduleOf('index.js'))) as typeof Evergrant
  const { defineProvider } = (await import(moduleOf('providers/index.js'))) as typeof Providers
  const tokens = await OAuthTokenService.open({
    ...open,
    providers: { [PROVIDER]: { ...localZohoApp, profile: profileOf(provider, defineProvider) } },
  })
  const records = postgresRecords(server.directUrl(name))
  await records.keep()
  const customers = new Customers(tokens, PROVIDER, zoho, records)
  // Their tokens do not expire all at once.
  for (const [index, connection] of connections.entries())
    await customers.connect(connection, 1 + (index % 6))
  const crew = new Crew({
    index: moduleOf('index.js'),
    service: moduleOf('service.js'),
    providers: moduleOf('providers/index.js'),
    open,
    provider,
    connections,
    accepts: `${zoho.url}/api/echo`,
  })
  return {
    zoho,
    server,
    records,
    customers,
    crew,
    close: async () => {
      await crew.killAll()
      await tokens.close()
      await records.close()
      await zoho.close()
      await runOn(server.directUrl(), `drop database if exists ${name} with (force)`).catch(() => {})
      rmSync(folder, { recursive: true, force: true })
    },
  }
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
