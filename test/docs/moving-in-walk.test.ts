import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import Libsql from 'libsql'
import { afterAll, expect, test, vi } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'
import { userProject } from '../support/user-project.ts'
import { Walk } from './walk.ts'

/*
 * The guide for those who come from another system, followed literally from its first command to its last.
 */
vi.setConfig({ testTimeout: 120_000 })

const user = userProject()
const database = await freshDatabase()
const shop = await freshDatabase()
const reader = `reader_${randomUUID().replaceAll('-', '')}`
afterAll(async () => {
  await shop.query(`drop owned by ${reader}`)
  await shop.query(`drop role ${reader}`)
})

/** A URL for a role that may do nothing but read. */
function urlOfReader(url: string): string {
  return Object.assign(new URL(url), { username: reader, password: 'reader' }).href
}

/** What the guide says lies there. */
async function sources(directory: string): Promise<void> {
  await shop.query(`
    create role ${reader} login password 'reader';
    create table oauth_tokens (client_id text, provider text, access_token text, refresh_token text,
      token_expiry timestamptz, scopes text, metadata jsonb);
    insert into oauth_tokens (client_id, provider, access_token, refresh_token, token_expiry) values
      ('smart-tax-nation', 'zoho_crm', 'at-1', 'rt-1', now() + interval '1 hour'),
      ('another-client', 'zoho_crm', 'at-2', 'rt-2', now() - interval '1 hour'),
      ('third-client', 'zoho_crm', null, null, null);
    grant select on oauth_tokens to ${reader}`)
  const old = new Libsql(join(directory, 'old.db'))
  old.exec(`create table tokens (client_id, provider, access_token, refresh_token, token_expiry);
    insert into tokens values ('from-sqlite', 'zoho_crm', null, 'rt-3', null)`)
  old.close()
}

test('the guide for moving in: each command does what the page shows', async () => {
  const directory = user.folder('moving-in')
  await sources(directory)
  const walk = new Walk('moving-in.md', {
    directory,
    environment: user.environment,
    replacements: {
      'postgres://app:secret@db/app': database.url,
      'postgres://reader:secret@old-db/shop': urlOfReader(shop.url),
    },
  })
  const { host, pathname } = new URL(shop.url)
  const printed: string[] = []
  let shown = 0
  for await (const step of walk.steps()) {
    if (step.kind === 'ran') printed.push(step.printed)
    if (step.kind !== 'shown') continue
    shown += 1
    expect(step.printed?.replaceAll(host + pathname, 'old-db/shop')).toBe(step.shown)
  }
  expect(shown).toBe(1)
  expect(printed[2]).toContain('2 imported (1 without an access token), 0 kept, 1 left, 0 refused')
  expect(printed[2]).toMatch(/^smart-tax-nation +zoho_crm +active/m)
  expect(printed[3]).toMatch(/^1 to import/m)
  const rows = await database.query('select client_id, refresh_token from oauth_tokens order by client_id')
  expect(rows).toEqual([
    { client_id: 'another-client', refresh_token: expect.stringMatching(/^eg1\./) },
    { client_id: 'smart-tax-nation', refresh_token: expect.stringMatching(/^eg1\./) },
  ])
})
