import { randomUUID } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import Libsql from 'libsql'
import pg from 'pg'
import { afterAll, expect, test, vi } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'
import { betterAuthOn } from '../support/sign-in-libraries.ts'
import { userProject } from '../support/user-project.ts'
import { Walk } from './walk.ts'

/*
 * The guide for those who come from another system, followed literally from its first command to its last.
 */
vi.setConfig({ testTimeout: 120_000 })

const user = userProject()
const database = await freshDatabase()
const [shop, web, next] = [await freshDatabase(), await freshDatabase(), await freshDatabase()]
const zoho = await startLocalZoho({ throttle: null })
const reader = `reader_${randomUUID().replaceAll('-', '')}`
afterAll(async () => {
  await zoho.close()
  for (const source of [shop, web, next]) await source.query(`drop owned by ${reader}`)
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

/** better-auth makes its table and its rows; the ids of its users are those of the guide. */
async function betterAuthAccounts(grant: { accessToken: string; refreshToken: string }): Promise<void> {
  const pool = new pg.Pool({ connectionString: web.directUrl })
  const library = await betterAuthOn(pool)
  const hour = 3_600_000
  const expiresAt = new Date(Date.now() + hour)
  const late = new Date(Date.now() - hour)
  await library.link({ user: 'user-1', provider: 'zoho', account: '1', ...grant, expiresAt })
  await library.link({ user: 'user-2', provider: 'zoho', account: '2', ...grant, expiresAt: late })
  await library.link({ user: 'user-1', provider: 'credential', account: 'user-1' })
  const google = { user: 'user-3', provider: 'google', account: '10769150350006150715' }
  await library.link({ ...google, accessToken: 'ya29', expiresAt })
  await web.query('alter table account drop constraint "account_userId_fkey"')
  for (const name of ['user-1', 'user-2', 'user-3']) {
    const id = await library.user(name)
    await web.query('update account set "userId" = $1 where "userId" = $2', [name, id])
  }
  await web.query(`grant select on account to ${reader}`)
  await pool.end()
}

async function authjsAccounts(): Promise<void> {
  await next.query(`
    create table accounts (id serial primary key, "userId" integer, type text, provider text,
      "providerAccountId" text, refresh_token text, access_token text, expires_at bigint, id_token text, scope text,
      session_state text, token_type text);
    insert into accounts ("userId", provider, "providerAccountId", refresh_token) values (17, 'zoho', '5', 'rt-5');
    grant select on accounts to ${reader}`)
}

/** The file that `FileStore` would have written, and a `mysqldump` that has a dump to give. */
function zohoStores(directory: string): void {
  const columns = 'id,user_name,client_id,client_secret,refresh_token,access_token,grant_token,expiry_time'
  const app = `${localZohoApp.clientId},${localZohoApp.clientSecret}`
  const rows = [
    `1,abc@zoho.com,${app},1000.rt.6,1000.at.6,,2114380800000`,
    `2,def@zoho.com,${app},,,1000.g.7,`,
  ]
  const file = [`${columns},redirect_url,api_domain`, ...rows.map(row => `${row},u,https://www.zohoapis.eu`)]
  writeFileSync(join(directory, 'sdk_tokens.csv'), file.join('\n'))
  const dump = `create table oauthtoken (id text, user_name text, client_id text, refresh_token text, access_token text);
    insert into oauthtoken values ('1', 'ghi@zoho.com', '${localZohoApp.clientId}', '1000.rt.8', null);`
  const program = join(user.directory, 'bin/mysqldump')
  writeFileSync(program, `#!/bin/sh\n[ "$*" = "zohooauth oauthtoken" ] && cat <<'END'\n${dump}\nEND\n`)
  chmodSync(program, 0o755)
}

test('the guide for moving in: each command does what the page shows', async () => {
  const directory = user.folder('moving-in')
  await sources(directory)
  await betterAuthAccounts(await zoho.issueGrant())
  await authjsAccounts()
  zohoStores(directory)
  const walk = new Walk('moving-in.md', {
    directory,
    environment: {
      ...user.environment,
      ZOHO_ACCOUNTS_SERVER: zoho.url,
      ZOHO_CLIENT_ID: localZohoApp.clientId,
      ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
    },
    replacements: {
      'postgres://app:secret@db/app': database.url,
      'postgres://reader:secret@old-db/shop': urlOfReader(shop.url),
      'postgres://reader:secret@app-db/web': urlOfReader(web.url),
      'postgres://reader:secret@next-db/web': urlOfReader(next.url),
    },
  })
  const printed: string[] = []
  let shown = 0
  for await (const step of walk.steps()) {
    if (step.kind === 'ran') printed.push(step.printed)
    if (step.kind !== 'shown') continue
    shown += 1
    const places = { 'old-db/shop': shop, 'app-db/web': web }
    const named = Object.entries(places).reduce((text, [place, { url }]) => {
      const { host, pathname } = new URL(url)
      return text.replaceAll(host + pathname, place)
    }, step.printed ?? '')
    expect(named.replaceAll(`${directory}/`, '')).toBe(step.shown)
  }
  expect(shown).toBe(3)
  const found = (pattern: RegExp): number => printed.filter(text => pattern.test(text)).length
  expect(found(/^2 imported \(1 without an access token\), 0 kept, 1 left, 0 refused\n.*^smart-tax/ms)).toBe(
    1,
  )
  expect(found(/^2 imported \(1 without an access token\), 0 kept, 2 left, 0 refused$/m)).toBe(1)
  expect(found(/^1 imported \(1 without an access token\), 0 kept, 0 left, 0 refused$/m)).toBe(2)
  const rows = await database.query(
    'select client_id, refresh_token, last_refreshed_at is not null as refreshed from oauth_tokens order by client_id',
  )
  const sealed = expect.stringMatching(/^eg1\./)
  expect(rows).toEqual(
    ['17', 'abc@zoho.com', 'another-client', 'ghi@zoho.com', 'smart-tax-nation', 'user-1', 'user-2'].map(
      client_id => ({
        client_id,
        refresh_token: sealed,
        refreshed: client_id === 'user-1',
      }),
    ),
  )
})
