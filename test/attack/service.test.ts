import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { drizzle } from 'drizzle-orm/node-postgres'
import { OAuthTokenService } from 'evergrant'
import { defineProvider } from 'evergrant/providers'
import Libsql from 'libsql'
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, KEYS, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const { zoho, open, database } = world

const withApp = () => ({ providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } } })

afterEach(() => {
  delete process.env.ZOHO_CLIENT_SECRET
})

test('on SQLite a lease that ends later than any lease can counts as ended: the clock was set back', async () => {
  const url = world.url('SQLite')
  const tokens = await open(url, { ...withApp(), policy: { expiredWaitMs: 1_500 } })
  const grant = await zoho.issueGrant()
  await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
  const db = new Libsql(url.slice('file:'.length))
  db.exec(`update oauth_tokens set token_expiry = 0, refresh_at = 0, lease_id = '${crypto.randomUUID()}',
    lease_until = unixepoch('subsec') * 1000 + 3600000`)
  db.close()
  expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toMatch(/^1000\./)
})

test('a profile’s own check that throws loses no rotated refresh token', async () => {
  await zoho.configure({ rotation: 'strict' })
  const grant = await zoho.issueGrant()
  const profile = defineProvider({
    name: 'mine',
    tokenEndpoint: `${zoho.url}/oauth/v2/token`,
    answers: {
      metadata: new Map([
        [
          'api_domain',
          () => {
            throw new TypeError('not what I expected')
          },
        ],
      ]),
    },
  })
  const tokens = await open('memory:', { providers: { mine: { ...CREDENTIALS, profile } } })
  await tokens.storeTokens(CLIENT, 'mine', grant)
  await tokens.refreshToken(CLIENT, 'mine').catch(() => {})
  const stored = (await tokens.getTokenRecord(CLIENT, 'mine'))?.refreshToken?.reveal() ?? ''
  expect(await zoho.stateOf(stored)).toBe('current')
})

describe('a clientId that is the app’s', () => {
  test('is refused by storeTokens too, with nothing stored', async () => {
    const tokens = await open('memory:', withApp())
    await expect(
      tokens.storeTokens(CREDENTIALS.clientId, 'zoho_crm', { accessToken: 'a', refreshToken: 'r' }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect((await tokens.listTokens()).connections).toEqual([])
  })

  test('is refused by hasToken, whose answer would be that of a call', async () => {
    const tokens = await open('memory:', withApp())
    await expect(tokens.hasToken(CREDENTIALS.clientId, 'zoho_crm')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
  })

  test('is refused by getAccessToken also when a token of that name is in memory', async () => {
    const tokens = await open('memory:')
    await tokens.storeTokens(CREDENTIALS.clientId, 'zoho_crm', { accessToken: 'a' })
    await tokens.getAccessToken(CREDENTIALS.clientId, 'zoho_crm')
    await expect(tokens.getAccessToken(CREDENTIALS.clientId, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
  })
})

test('credentials of the wrong type are refused also when the token is in memory', async () => {
  const tokens = await open('memory:')
  await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a' })
  await tokens.getAccessToken(CLIENT, 'zoho_crm')
  await expect(tokens.getAccessToken(CLIENT, 'zoho_crm', 'oops' as never)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  })
})

test('deleteToken with revoke changes nothing when it is refused as the caller’s mistake', async () => {
  const tokens = await open('memory:')
  await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', refreshToken: 'r' })
  process.env.ZOHO_CLIENT_SECRET = 'without its id'
  await expect(tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  })
  expect(await tokens.getTokenRecord(CLIENT, 'zoho_crm')).toMatchObject({ generation: 1 })
})

test('a second close() waits for what is in flight, as the first does', async () => {
  const url = world.url('SQLite')
  const tokens = await open(url, withApp())
  await tokens.storeTokens(CLIENT, 'zoho_crm', { ...(await zoho.issueGrant()), expiresIn: 1 })
  await zoho.fault({ kind: 'delay', ms: 500 })
  const call = tokens.refreshToken(CLIENT, 'zoho_crm')
  let done = false
  const settled = call.then(() => {
    done = true
  })
  while ((await zoho.summary()).requests === 0) await new Promise(resolve => setTimeout(resolve, 10))
  const first = tokens.close()
  await tokens.close()
  const doneBySecond = done
  await Promise.all([first, settled])
  expect(doneBySecond).toBe(true)
})

describe('on PostgreSQL', () => {
  test('open() that refuses an option leaves no connection behind', async () => {
    const name = `leak-${crypto.randomUUID().slice(0, 8)}`
    const url = `${database.url}?application_name=${name}`
    await expect(
      OAuthTokenService.open({ database: url, encryptionKeys: KEYS, cache: { maxAgeMs: -1 } }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect
      .poll(() => database.query('select 1 from pg_stat_activity where application_name = $1', [name]), {
        timeout: 2_000,
      })
      .toEqual([])
  })

  test('a column that gets another type under a process that runs is read on', async () => {
    const tokens = await open(database.url, { ...withApp(), cache: false })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', scopes: ['b'] })
    for (const type of ['varchar(500)', 'text', 'varchar']) {
      expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('a')
      await database.query(`alter table oauth_tokens alter scopes type ${type}`)
    }
    expect((await tokens.getToken(CLIENT, 'zoho_crm')).scopes).toEqual(['b'])
  })

  test('a seed that nobody has used is not used after deleteToken in a transaction either', async () => {
    process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
    const pool = new pg.Pool({ connectionString: database.url, max: 3 })
    const tokens = await open('', { database: pool, ...withApp() })
    try {
      await drizzle(pool).transaction(tx => tokens.deleteToken(CLIENT, 'zoho_crm', { tx }))
      expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
    } finally {
      await tokens.close()
      await pool.end()
    }
  })

  test('an adopted token without expiry is still refreshed at the next call after an answer was salvaged', async () => {
    const tokens = await open(database.url, withApp())
    const { refreshToken } = await zoho.issueGrant()
    await database.query(
      `insert into oauth_tokens (client_id, provider, access_token, refresh_token) values ($1, 'zoho_crm', 'who knows', 'r')`,
      [CLIENT],
    )
    const body = JSON.stringify({ error: 'general_error', refresh_token: refreshToken })
    await zoho.fault({ kind: 'custom', status: 200, headers: {}, body })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('who knows')
    await database.query('update oauth_tokens set next_attempt_at = null')
    await tokens.close()
    const again = await open(database.url, withApp())
    expect(await again.getAccessToken(CLIENT, 'zoho_crm')).toMatch(/^1000\./)
  })

  test.each(['next_attempt_at', 'lease_until'])(
    'an infinite %s gives a typed error of the provider',
    async column => {
      const tokens = await open(database.url, { ...withApp(), policy: { expiredWaitMs: 300 } })
      await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
      await database.query(
        `update oauth_tokens set token_expiry = now(), last_error = 'PROVIDER_UNAVAILABLE', ${column} = 'infinity'`,
      )
      await expect(tokens.getAccessToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({
        code: 'PROVIDER_UNAVAILABLE',
      })
    },
  )
})

describe('fetch', () => {
  /** An API that does not accept its first token; `body` is what it then says. */
  async function api(body: string) {
    const seen: string[] = []
    const server = createServer((request, response) => {
      let text = ''
      request.on('data', chunk => (text += chunk))
      request.on('end', () => {
        seen.push(text)
        response.writeHead(seen.length === 1 ? 401 : 200).end(seen.length === 1 ? body : 'fine')
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const tokens = await open('memory:', withApp())
    await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    return { seen, tokens, server, host: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}/x` }
  }

  test('repeats a request with its body', async () => {
    const { tokens, seen, server, host, url } = await api('no')
    const init = { method: 'POST', body: '{"a":1}', allowHosts: [host] }
    expect((await tokens.fetch(CLIENT, 'zoho_crm', url, init)).status).toBe(200)
    expect(seen).toEqual(['{"a":1}', '{"a":1}'])
    server.close()
  })

  test('repeats a request after a refusal with a long body', async () => {
    const { tokens, seen, server, host, url } = await api('x'.repeat(1_000_000))
    expect((await tokens.fetch(CLIENT, 'zoho_crm', url, { allowHosts: [host] })).status).toBe(200)
    expect(seen).toHaveLength(2)
    server.close()
  })

  test('does not send a Request with a body of its own twice', async () => {
    const { tokens, seen, server, host, url } = await api('no')
    const request = new Request(url, { method: 'POST', body: 'once' })
    expect((await tokens.fetch(CLIENT, 'zoho_crm', request, { allowHosts: [host] })).status).toBe(401)
    expect(seen).toEqual(['once'])
    server.close()
  })

  test('takes a host of allowHosts in whichever case it is written', async () => {
    const { tokens, server, host, url } = await api('no')
    const allowHosts = [`LOCALHOST:${host.split(':')[1]}`]
    const target = url.replace('127.0.0.1', 'localhost')
    expect((await tokens.fetch(CLIENT, 'zoho_crm', target, { allowHosts })).status).toBe(200)
    server.close()
  })

  test('heeds the signal of a Request while it waits for a token', async () => {
    const url = world.url('SQLite')
    const tokens = await open(url, { ...withApp(), policy: { requestTimeoutMs: 1_000 } })
    await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    const db = new Libsql(url.slice('file:'.length))
    db.exec('update oauth_tokens set token_expiry = 0, refresh_at = 0')
    db.close()
    await zoho.fault({ kind: 'hang' }, { times: 'until_cleared' })
    const patience = new AbortController()
    const request = new Request('https://www.zohoapis.com/', { signal: patience.signal })
    const call = tokens.fetch(CLIENT, 'zoho_crm', request)
    setTimeout(() => patience.abort(new RangeError('enough')), 100)
    await expect(call).rejects.toThrow('enough')
  })

  test.each([
    'https://www.zohoapis.com./',
    'https://user:pass@www.zohoapis.com/',
    'https://www.zohoapis.com@evil.example/',
    'https://[::1]/',
    'https://2130706433/',
    'http://localhost.evil.example/',
    'https://ＷＷＷ.zohoapis.com.evil.example/',
  ])('refuses %s', async target => {
    const tokens = await open('memory:')
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'canary' })
    await expect(tokens.fetch(CLIENT, 'zoho_crm', target)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
