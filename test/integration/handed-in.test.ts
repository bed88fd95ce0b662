import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import { OAuthTokenService } from 'evergrant'
import postgres from 'postgres'
import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, KEYS, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const providers = { zoho_crm: { ...CREDENTIALS, accountsServer: world.zoho.url } }

async function byPostgresJs() {
  const sql = postgres(world.url('PostgreSQL'), { max: 3, onnotice: () => {} })
  return {
    database: drizzlePostgresJs(sql),
    works: async () => (await sql`select 1 as one`)[0]?.one === 1,
    end: () => sql.end(),
  }
}

async function byPglite() {
  const client = new PGlite()
  return {
    database: drizzlePglite(client),
    works: async () => (await client.query<{ one: number }>('select 1 as one')).rows[0]?.one === 1,
    end: () => client.close(),
  }
}

describe.each([
  ['postgres.js', byPostgresJs],
  ['PGlite', byPglite],
] as const)('a Drizzle database on %s that was handed in', (_, connect) => {
  test('keeps a token fresh, from the first grant to the revocation, and is not closed', async () => {
    await world.zoho.configure({ rotation: 'strict' })
    const { database, works, end } = await connect()
    const open = () => OAuthTokenService.open({ database, encryptionKeys: KEYS, providers })
    const tokens = await open()
    const grant = await world.zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe(grant.accessToken)
    const callers = await Promise.all(
      Array.from({ length: 20 }, () => tokens.refreshToken(CLIENT, 'zoho_crm')),
    )
    const { requests } = await world.zoho.summary()
    expect(requests).toBe(1)
    expect(new Set(callers.map(({ accessToken }) => accessToken)).size).toBe(1)

    // Another service on the same database finds what the first has stored.
    const other = await open()
    expect(await other.getAccessToken(CLIENT, 'zoho_crm')).toBe(callers[0]?.accessToken)
    await other.refreshToken(CLIENT, 'zoho_crm')
    const record = await tokens.getTokenRecord(CLIENT, 'zoho_crm')
    expect(record).toMatchObject({ status: 'active', generation: 3 })
    expect(await world.zoho.stateOf(record?.refreshToken?.reveal() ?? '')).toBe('current')

    await tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })
    expect((await other.listTokens()).connections).toEqual([])
    await tokens.close()
    await other.close()
    expect(await works()).toBe(true)
    await end()
  })
})
