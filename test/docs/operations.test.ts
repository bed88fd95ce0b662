import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OAuthTokenService } from 'evergrant'
import pg from 'pg'
import { expect, test } from 'vitest'
import { projectDirectory } from '../support/project.ts'
import { CLIENT, CREDENTIALS, KEYS, serviceWorld } from '../support/services.ts'
import { rowsOf } from './markdown.ts'

const world = await serviceWorld()
const guide = readFileSync(join(projectDirectory, 'docs/guide/operations.md'), 'utf8')
const providers = { zoho_crm: { ...CREDENTIALS, accountsServer: world.zoho.url } }

/** A pool that counts its statements, and the requests that the local Zoho had meanwhile. */
function countingPool() {
  const pool = new pg.Pool({ connectionString: world.url('PostgreSQL') })
  // The test's database is dropped in the end, with whatever is idle there.
  pool.on('error', () => {})
  let statements = 0
  pool.on('connect', client => {
    const query = client.query
    client.query = ((...args: unknown[]) => {
      statements += 1
      return Reflect.apply(query, client, args)
    }) as typeof query
  })
  const counted = async (work: () => Promise<unknown>): Promise<string> => {
    const before = { statements, requests: (await world.zoho.ledger()).length }
    await work()
    return `${statements - before.statements} ${(await world.zoho.ledger()).length - before.requests}`
  }
  return { pool, counted }
}

test('the guide’s statements and requests are those that happen', async () => {
  const { pool, counted } = countingPool()
  const open = async () => {
    const service = await OAuthTokenService.open({ database: pool, encryptionKeys: KEYS, providers })
    world.adopt(service)
    return service
  }
  const tokens = await open()
  const grant = await world.zoho.issueGrant()
  const opening = await counted(open)
  const storing = await counted(() => tokens.storeTokens(CLIENT, 'zoho_crm', grant))
  const storingAgain = await counted(() => tokens.storeTokens(CLIENT, 'zoho_crm', grant))
  const first = await counted(() => tokens.getAccessToken(CLIENT, 'zoho_crm'))
  const second = await counted(() => tokens.getAccessToken(CLIENT, 'zoho_crm'))
  const refreshing = await counted(() => tokens.refreshToken(CLIENT, 'zoho_crm'))
  const deleting = await counted(() => tokens.deleteToken(CLIENT, 'zoho_crm'))
  const rows = rowsOf(guide, ['what happens', 'statements', 'requests to the provider'])
  expect(rows.map(([, statements, requests = '']) => `${statements} ${requests.split(',')[0]}`)).toEqual([
    second,
    first,
    refreshing,
    storing,
    storingAgain,
    deleting,
    opening,
  ])
  await pool.end()
})

async function restoredAfter(rotation: 'static' | 'strict') {
  await world.zoho.configure({ rotation })
  const tokens = await world.open(world.url('PostgreSQL'), { providers })
  await tokens.storeTokens(CLIENT, 'zoho_crm', await world.zoho.issueGrant())
  await world.database.query('create table backup as select * from oauth_tokens')
  await tokens.refreshToken(CLIENT, 'zoho_crm')
  await tokens.refreshToken(CLIENT, 'zoho_crm')
  await tokens.close()
  await world.database.query('delete from oauth_tokens; insert into oauth_tokens select * from backup')
  await world.database.query(
    "update oauth_tokens set token_expiry = now() - interval '1 hour', refresh_at = now()",
  )
  await world.zoho.clearLedger()
  const policy = { confirmRefusalMs: 1, backoffFirstMs: 1 }
  return world.open(world.url('PostgreSQL'), { providers, policy })
}

test('after a restore a provider that does not rotate gives a token to the next call', async () => {
  const tokens = await restoredAfter('static')
  expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toMatch(/^1000\./)
})

test('after a restore a used refresh token is reported after two requests, and not asked for again', async () => {
  const tokens = await restoredAfter('strict')
  const status = async () => (await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.status
  for (let call = 0; call < 10 && (await status()) !== 'reauthorization_required'; call += 1) {
    await tokens.getAccessToken(CLIENT, 'zoho_crm').catch(() => {})
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  expect(await status()).toBe('reauthorization_required')
  await tokens.getAccessToken(CLIENT, 'zoho_crm').catch(() => {})
  expect((await world.zoho.summary()).requests).toBe(2)
})

test('the guide backs up every table', () => {
  const schema = readFileSync(join(projectDirectory, 'docs/schema.sql'), 'utf8')
  const tables = [...schema.matchAll(/^create table (\w+)/gm)].map(([, name]) => name)
  const [sentence = ''] = guide.match(/^Back up the .*?\./ms) ?? []
  const named = [...sentence.matchAll(/`(\w+)`/g)].map(([, name]) => name)
  expect(named.toSorted()).toEqual(tables.toSorted())
})
