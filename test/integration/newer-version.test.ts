import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const { database } = world
const options = { providers: { zoho_crm: { ...CREDENTIALS, accountsServer: world.zoho.url } } }

/*
 * What a version to come may do to the tables while this one runs (migrations only add). It stands for every newer
 * version: columns, an index, a table, a status that nobody here knows.
 */
async function migrateByNewerVersion(): Promise<void> {
  await database.query(`
    alter table oauth_tokens add column audience text, add column priority integer not null default 7;
    create index oauth_tokens_of_tomorrow on oauth_tokens (audience);
    create table oauth_of_tomorrow (id text primary key);
    insert into evergrant_migrations (id, name) values (9999, 'of-tomorrow');`)
}

describe('beside a newer version, during a deploy', () => {
  test('F42: a running service goes on, statements it had prepared included', async () => {
    const tokens = await world.open(world.url('PostgreSQL'), options)
    await tokens.storeTokens(CLIENT, 'zoho_crm', await world.zoho.issueGrant())
    await tokens.refreshToken(CLIENT, 'zoho_crm')
    await migrateByNewerVersion()
    const { accessToken } = await tokens.refreshToken(CLIENT, 'zoho_crm')
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe(accessToken)
    await tokens.storeTokens('another', 'zoho_crm', { accessToken: 'a', refreshToken: 'b' })
    expect((await tokens.listTokens()).connections).toHaveLength(2)
    await tokens.deleteToken('another', 'zoho_crm')
    expect(await database.query('select priority from oauth_tokens')).toEqual([{ priority: 7 }])
  })

  test.each([true, false])('this version starts (migrate: %s), and reads and writes', async migrate => {
    await (await world.open(world.url('PostgreSQL'), options)).close()
    await migrateByNewerVersion()
    const tokens = await world.open(world.url('PostgreSQL'), { ...options, migrate })
    await tokens.storeTokens(CLIENT, 'zoho_crm', await world.zoho.issueGrant())
    await database.query("update oauth_tokens set audience = 'kept'")
    await tokens.refreshToken(CLIENT, 'zoho_crm')
    expect(await database.query('select audience, generation from oauth_tokens')).toEqual([
      { audience: 'kept', generation: 2 },
    ])
  })
})
