import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, expect, test, vi } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'
import { run } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'
import { userProject } from '../support/user-project.ts'
import { blocksOf } from './markdown.ts'
import { settled, Walk } from './walk.ts'

/*
 * Guides, followed literally: what they say to save is saved, what they say to type is typed, and what they show
 * is what came.
 */
vi.setConfig({ testTimeout: 180_000 })

const user = userProject()
const zoho = await startLocalZoho({ throttle: null })
const database = await freshDatabase()
const shop = await freshDatabase()
const role = `app_${randomUUID().replaceAll('-', '')}`
afterAll(async () => {
  await zoho.close()
  await shop.query(`drop owned by ${role}`)
  await shop.query(`drop role ${role}`)
})
const environment = {
  ...user.environment,
  ZOHO_ACCOUNTS_SERVER: zoho.url,
}
const credentials = {
  ZOHO_CLIENT_ID: localZohoApp.clientId,
  ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
}

test('the start guide leads from nothing to a real token', async () => {
  const directory = user.folder('start')
  const walk = new Walk('start.md', {
    directory,
    environment,
    replacements: {
      'postgres://app:secret@127.0.0.1:5432/app': database.url,
      'ZOHO_CLIENT_ID=1000.…': `ZOHO_CLIENT_ID=${credentials.ZOHO_CLIENT_ID}`,
      'ZOHO_CLIENT_SECRET=…': `ZOHO_CLIENT_SECRET=${credentials.ZOHO_CLIENT_SECRET}`,
      // At a terminal it is typed.
      'npx evergrant connect': `echo ${await zoho.issueCode()} | npx evergrant connect`,
    },
  })
  const saved: string[] = []
  const ran: string[] = []
  for await (const step of walk.steps()) {
    if (step.kind === 'saved') saved.push(step.file)
    if (step.kind === 'ran') ran.push(step.printed)
    if (step.kind === 'shown') {
      expect(settled(step.printed ?? '')).toBe(settled(step.shown))
      const files = readdirSync(join(directory, '.evergrant'))
      expect(files).toEqual(expect.arrayContaining(['evergrant.db', 'evergrant.db.key']))
    }
  }
  expect(saved).toEqual(['try.mjs', 'contacts.mjs'])
  expect(ran.find(printed => printed.includes('smart-tax-nation  zoho_crm  active'))).toBeDefined()
  expect(ran.at(-1)).toMatch(/^200 /)
  // Of the try-out nothing is left; of the real connection, sealed tokens.
  expect(await database.query('select client_id, access_token from oauth_tokens')).toEqual([
    { client_id: 'smart-tax-nation', access_token: expect.stringMatching(/^eg1\./) },
  ])
})

test('the import guide: its records are taken, and a misspelt field is told as it shows', async () => {
  const directory = user.folder('import')
  const walk = new Walk('import-records.md', { directory, environment, replacements: {} })
  const shown: string[] = []
  for await (const step of walk.steps()) {
    if (step.kind !== 'shown') continue
    shown.push(step.shown)
    if (step.printed !== null) expect(settled(step.printed)).toBe(settled(step.shown))
  }
  expect(existsSync(join(directory, 'tokens.json'))).toBe(false)
  expect(shown).toHaveLength(2)

  const record = '{"clientId":"a","provider":"zoho_crm","expires_at":"2026-11-23T10:00:00Z"}'
  const { code, stderr } = await run('/bin/sh', ['-c', `echo '${record}' | npx evergrant import`], {
    cwd: directory,
    env: environment,
  })
  expect([code, stderr]).toEqual([2, shown[1]])
})

test('the guide from a token table: the commands adopt it, and the app serves it with its rights alone', async () => {
  await shop.query(`create role ${role} login password 'app'`)
  const url = new URL(shop.url)
  url.username = role
  url.password = 'app'
  const grant = await zoho.issueGrant()
  const walk = new Walk('from-a-token-table.md', {
    directory: user.folder('adoption'),
    environment,
    replacements: { 'postgres://owner:secret@db/shop': shop.url },
    query: shop.query,
  })
  const counts: unknown[] = []
  const ran: string[] = []
  for await (const step of walk.steps()) {
    if (step.kind === 'queried' && step.rows.length > 0) counts.push(...step.rows)
    // The table is there: two rows of the old code.
    if (step.kind === 'queried' && step.rows.length === 0) {
      await shop.query(
        `insert into oauth_tokens (client_id, provider, access_token, refresh_token, token_expiry)
          values ('smart-tax-nation', 'zoho_crm', $1, $2, now() + interval '30 minutes')`,
        [grant.accessToken, grant.refreshToken],
      )
    }
    if (step.kind === 'shown') {
      expect(settled(step.printed ?? '').replace(`${url.host}${url.pathname}`, 'db/shop')).toBe(
        settled(step.shown),
      )
      // Migrated. Now the rights, and from here on the app's role.
      const grants = blocksOf(
        readFileSync(join(projectDirectory, 'docs/guide/postgres-and-sqlite.md'), 'utf8'),
      )
      await shop.query(
        grants.find(({ language }) => language === 'sql')?.text.replaceAll('app_role', role) ?? '',
      )
      walk.export('DATABASE_URL', url.href)
      for (const [name, value] of Object.entries(credentials)) walk.export(name, value)
    }
    if (step.kind === 'ran') ran.push(step.printed)
  }
  expect(counts).toEqual([{ count: '1' }])
  expect(ran.slice(-2)).toEqual([
    expect.stringMatching(/smart-tax-nation +zoho_crm +active/),
    expect.stringMatching(/^2 sealed, 0 left/),
  ])
  const [row] = await shop.query('select access_token, refresh_token from oauth_tokens')
  expect(row).toEqual({
    access_token: expect.stringMatching(/^eg1\./),
    refresh_token: expect.stringMatching(/^eg1\./),
  })
})
