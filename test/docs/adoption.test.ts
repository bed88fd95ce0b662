import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OAuthTokenService } from 'evergrant'
import { runMigrations } from 'evergrant/schema'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, expect, test } from 'vitest'
import { generateKey } from '../../src/sealing/ring-key.ts'
import { freshDatabase } from '../support/postgres.ts'
import { projectDirectory } from '../support/project.ts'
import { blocksOf } from './markdown.ts'

/** The blocks of SQL of a guide. */
function sqlOf(guide: string): readonly string[] {
  const page = readFileSync(join(projectDirectory, 'docs/guide', guide), 'utf8')
  return blocksOf(page)
    .filter(({ language }) => language === 'sql')
    .map(({ text }) => text)
}

const database = await freshDatabase()
const zoho = await startLocalZoho({ throttle: null })
const role = `app_${randomUUID().replaceAll('-', '')}`
afterAll(async () => {
  await zoho.close()
  await database.query(`drop owned by ${role}`)
  await database.query(`drop role ${role}`)
})

test('the steps from a token table work as the guides write them, with the rights of the guide and no more', async () => {
  const [table = '', count = ''] = sqlOf('from-a-token-table.md')
  const [grants = ''] = sqlOf('postgres-and-sqlite.md')
  const grant = await zoho.issueGrant()
  await database.query(`create role ${role} login password 'app'`)
  await database.query('revoke create on schema public from public')
  await database.query(table)
  await database.query(
    `insert into oauth_tokens (client_id, provider, access_token, refresh_token, token_expiry)
      values ('smart-tax-nation', 'zoho_crm', $1, $2, now() + interval '30 minutes')`,
    [grant.accessToken, grant.refreshToken],
  )
  await runMigrations(database.url)
  await database.query(grants.replaceAll('app_role', role))

  const url = new URL(database.url)
  url.username = role
  url.password = 'app'
  const tokens = await OAuthTokenService.open({
    database: url.href,
    migrate: false,
    encryptionKeys: generateKey('guide'),
    providers: { zoho_crm: { ...localZohoApp, accountsServer: zoho.url } },
  })
  expect(await tokens.getAccessToken('smart-tax-nation', 'zoho_crm')).toBe(grant.accessToken)
  expect(await database.query(count)).toEqual([{ count: '1' }])
  await tokens.refreshToken('smart-tax-nation', 'zoho_crm')
  // Both tokens are sealed now.
  expect(await database.query(count)).toEqual([{ count: '0' }])
  await tokens.deleteToken('smart-tax-nation', 'zoho_crm', { revoke: true })

  process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
  try {
    expect(await tokens.getAccessToken('another-client', 'zoho_crm')).toMatch(/^1000\./)
  } finally {
    delete process.env.ZOHO_REFRESH_TOKEN
    await tokens.close()
  }
})
