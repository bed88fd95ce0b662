import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OAuthTokenService } from 'evergrant'
import { generateKey, rotateKeys } from 'evergrant/admin'
import { runMigrations } from 'evergrant/schema'
import { afterAll, describe, expect, test } from 'vitest'
import type { FlowRecord } from '../../src/ports/flows.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { blocksOf } from '../docs/markdown.ts'
import { freshDatabase } from '../support/postgres.ts'
import { projectDirectory } from '../support/project.ts'
import { CLIENT, CREDENTIALS, KEYS, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const database = await freshDatabase()
const role = `app_${randomUUID().replaceAll('-', '')}`
const url = Object.assign(new URL(database.url), { username: role, password: role }).href

await runMigrations(database.url)
await database.query(`create role ${role} login password '${role}'`)
afterAll(async () => {
  await database.query(`drop owned by ${role}`)
  await database.query(`drop role ${role}`)
})

/** The grants of the guide: one for each table and verb. */
const grants = grantsOf(readFileSync(join(projectDirectory, 'docs/guide/postgres-and-sqlite.md'), 'utf8'))

function grantsOf(page: string): readonly { readonly verb: string; readonly table: string }[] {
  const block = blocksOf(page).find(({ text }) => text.startsWith('grant select'))?.text ?? ''
  return [...block.matchAll(/^grant (?<verbs>.+) on (?<tables>.+) to app_role;$/gm)].flatMap(({ groups }) =>
    (groups?.tables ?? '')
      .split(', ')
      .flatMap(table => (groups?.verbs ?? '').split(', ').map(verb => ({ verb, table }))),
  )
}

const other = generateKey({ id: 'other' })

/** Another key for a while: to it, and back. */
async function rotate(): Promise<void> {
  for (const encryptionKeys of [`${other},${KEYS}`, `${KEYS},${other}`]) {
    await using tokens = await OAuthTokenService.open({ database: url, encryptionKeys, migrate: false })
    expect((await rotateKeys(tokens)).released).toHaveLength(1)
  }
}

/** Everything that a service does in its life, each with a connection of its own. */
async function live(): Promise<void> {
  const client = randomUUID()
  process.env.EVERGRANT_ENV_CLIENT_ID = client
  process.env.ZOHO_REFRESH_TOKEN = (await world.zoho.issueGrant()).refreshToken
  const tokens = await OAuthTokenService.open({
    database: url,
    // Where a rotation was broken off, the database needs both.
    encryptionKeys: `${KEYS},${other}`,
    migrate: false,
    providers: { zoho_crm: { ...CREDENTIALS, accountsServer: world.zoho.url } },
  })
  try {
    await tokens.getAccessToken(client, 'zoho_crm')
    await tokens.refreshToken(client, 'zoho_crm')
    await tokens.storeTokens(CLIENT, 'zoho_crm', await world.zoho.issueGrant())
    await tokens.listTokens()
    await tokens.listEvents()
    await tokens.deleteToken(client, 'zoho_crm')
    await tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })
  } finally {
    await tokens.close()
  }
  await rotate()
  await connect(client)
}

/** A flow, from its beginning to the time when it is forgotten. */
async function connect(clientId: string): Promise<void> {
  await using store = await openPostgresStore({ database: url, migrate: false })
  const flow: FlowRecord = {
    clientId,
    provider: 'zoho_crm',
    kind: 'authorization',
    issuer: null,
    appId: 'app',
    redirectUri: 'https://app.example',
    userDigest: null,
    bindingDigest: 'binding',
    sealed: 'sealed',
    details: {},
  }
  await store.flows.begin(clientId, flow, 60_000)
  expect(await store.flows.consume(clientId, 'authorization')).toMatchObject({ kind: 'consumed' })
  await store.flows.conclude(clientId, 'connected')
  await store.flows.expire()
}

/** Enough new grants for one of them to be the one that deletes what is too old. */
async function record(): Promise<void> {
  await using tokens = await OAuthTokenService.open({
    database: url,
    encryptionKeys: `${KEYS},${other}`,
    migrate: false,
  })
  for (let count = 0; count < 40; count += 1) {
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', refreshToken: `r${count}` })
  }
}

async function oldEvents(): Promise<number> {
  const rows = await database.query(
    "select id from oauth_token_events where occurred_at < now() - interval '90 days'",
  )
  return rows.length
}

const EVENTS = { verb: 'delete', table: 'oauth_token_events' }

describe('the grants of the guide', () => {
  test('are enough for all that a service does, without DDL', async () => {
    expect(grants.length).toBeGreaterThan(10)
    for (const { verb, table } of grants) await database.query(`grant ${verb} on ${table} to ${role}`)
    await live()
  })

  test('let events end; without the one for it they stay, and all else goes on', async () => {
    expect(grants).toContainEqual(EVENTS)
    await database.query(
      `insert into oauth_token_events (occurred_at, type, client_id, provider, connection_id, generation)
       values (now() - interval '91 days', 'deleted', 'gone', 'zoho_crm', gen_random_uuid(), 1)`,
    )
    await database.query(`revoke delete on oauth_token_events from ${role}`)
    await record()
    expect(await oldEvents()).toBe(1)
    await database.query(`grant delete on oauth_token_events to ${role}`)
    await record()
    await expect.poll(oldEvents).toBe(0)
  })

  const needed = grants.filter(({ verb, table }) => verb !== EVENTS.verb || table !== EVENTS.table)
  test.each(needed)('are no more than it needs: not without $verb on $table', async ({ verb, table }) => {
    await database.query(`revoke ${verb} on ${table} from ${role}`)
    try {
      await expect(live()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: false })
    } finally {
      await database.query(`grant ${verb} on ${table} to ${role}`)
    }
  })
})
