import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { EvergrantError, type EvergrantEvent, OAuthTokenService, type OpenOptions } from 'evergrant'
import { startLocalZoho, type ZohoFault } from 'evergrant/testing'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'

// Every secret of this world holds the same mark: it must turn up in nothing that is thrown or told.
const CANARY = 'canary4711'
const APP = { clientId: '1000.APP', clientSecret: `${CANARY}-app-secret` }
const ECHO = JSON.stringify({
  error: 'invalid_request',
  error_description: `${CANARY}-echo of your refresh token`,
  refresh_token: '',
})

const zoho = await startLocalZoho({ throttle: null, apps: [APP] })
const database = await freshDatabase()
const directory = mkdtempSync(join(tmpdir(), 'evergrant-canary-'))
const key = Buffer.from(CANARY.padEnd(32, '.')).toString('base64')
afterAll(async () => {
  await zoho.close()
  rmSync(directory, { recursive: true })
})

const events: EvergrantEvent[] = []
const opened = new Set<OAuthTokenService>()
let files = 0

async function service(url: string, options: OpenOptions = {}): Promise<OAuthTokenService> {
  const tokens = await OAuthTokenService.open({
    database: url,
    encryptionKeys: `test:${key}`,
    cache: false,
    providers: { zoho_crm: { ...APP, accountsServer: zoho.url } },
    onEvent: event => void events.push(event),
    ...options,
  })
  opened.add(tokens)
  return tokens
}

/** Everything that a log could hold of a thing. */
function printed(thing: unknown): string {
  const stack = thing instanceof Error ? `${thing.stack}${thing.message}` : ''
  return `${inspect(thing, { showHidden: true, depth: 9, getters: true })}${JSON.stringify(thing)}${stack}`
}

/** In the five encodings in which a secret may hide. */
function expectClean(thing: unknown): void {
  const text = printed(thing)
  const bytes = Buffer.from(CANARY)
  for (const form of [CANARY, encodeURIComponent(CANARY), bytes.toString('hex'), [...bytes].join(',')]) {
    expect(text).not.toContain(form)
  }
  for (const shift of [0, 1, 2]) {
    expect(text).not.toContain(
      Buffer.from('x'.repeat(shift) + CANARY)
        .toString('base64')
        .slice(4, 12),
    )
  }
}

async function failureOf(call: Promise<unknown>): Promise<EvergrantError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(EvergrantError)
  expectClean(error)
  return error as EvergrantError
}

afterEach(async () => {
  await Promise.all([...opened].map(tokens => tokens.close()))
  opened.clear()
  await zoho.clearFaults()
  expectClean(events)
  events.length = 0
})

const faults: ZohoFault[] = [
  { kind: 'server_error' },
  { kind: 'bad_gateway' },
  { kind: 'drop' },
  { kind: 'headers_only' },
  { kind: 'cut_body' },
  { kind: 'lost_answer' },
  { kind: 'garbage' },
  { kind: 'empty' },
  { kind: 'throttled' },
  { kind: 'too_many_requests', retryAfter: '7' },
  { kind: 'error', error: 'invalid_code' },
  { kind: 'error', error: 'invalid_client' },
  { kind: 'error', error: `${CANARY}-unknown code` },
  { kind: 'custom', status: 400, headers: { 'content-type': 'application/json' }, body: ECHO },
  { kind: 'custom', status: 200, headers: { 'content-type': 'text/html' }, body: `<p>${CANARY}</p>` },
  { kind: 'custom', status: 302, headers: { location: `http://127.0.0.1:1/?token=${CANARY}` }, body: '' },
  {
    kind: 'custom',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: `{"access_token":"${CANARY}\\u0000","refresh_token":"${CANARY}-salvaged","token_type":"mac"}`,
  },
]

describe.each([
  ['SQLite', () => `file:${join(directory, `canary-${++files}.db`)}`],
  ['PostgreSQL', () => database.url],
])('on %s no error and no event carries a secret', (_, url) => {
  test.each(faults.map(fault => [JSON.stringify(fault).slice(0, 70), fault] as const))(
    'when the provider answers %s',
    async (_name, fault) => {
      const tokens = await service(url())
      const client = `client-${Math.random()}`
      await tokens.storeTokens(client, 'zoho_crm', {
        accessToken: `${CANARY}-access`,
        refreshToken: `${CANARY}-refresh`,
      })
      await zoho.fault(fault, { times: 2 })
      await failureOf(tokens.refreshToken(client, 'zoho_crm'))
      await failureOf(tokens.refreshToken(client, 'zoho_crm'))
    },
  )

  test('when records and lists are printed', async () => {
    const tokens = await service(url())
    await tokens.storeTokens('client', 'zoho_crm', {
      accessToken: `${CANARY}-access`,
      refreshToken: `${CANARY}-refresh`,
    })
    const record = await tokens.getTokenRecord('client', 'zoho_crm')
    expectClean(record)
    expectClean(structuredClone(JSON.parse(JSON.stringify(record))))
    expectClean(await tokens.listTokens())
    expectClean(tokens)
    expect(record?.accessToken?.reveal()).toContain(CANARY)
  })

  test('when the key is another, or the value was altered', async () => {
    const where = url()
    const tokens = await service(where)
    await tokens.storeTokens('client', 'zoho_crm', {
      accessToken: `${CANARY}-a`,
      refreshToken: `${CANARY}-r`,
    })
    const other = `other:${Buffer.alloc(32, 1).toString('base64')}`
    const error = await failureOf(
      (await service(where, { encryptionKeys: other })).getAccessToken('client', 'zoho_crm'),
    )
    expect(error.code).toBe('DECRYPTION_FAILED')
    expect(error.message).toContain('test')
    expect((await zoho.ledger()).filter(entry => entry.app === 'client')).toEqual([])
  })

  test('when the store is asked for things that it cannot do', async () => {
    const tokens = await service(url())
    await failureOf(
      tokens.storeTokens(
        'client',
        'zoho_crm',
        { accessToken: `${CANARY}-a` },
        {
          tx: { [CANARY]: CANARY } as never,
        },
      ),
    )
    await failureOf(tokens.storeTokens('client', 'zoho_crm', { accessToken: `${CANARY}\n` }))
    await failureOf(
      tokens.storeTokens('client', 'zoho_crm', { accessToken: 'a', metadata: { a: `${CANARY}\0` } }),
    )
    await failureOf(tokens.reportRejected('client', 'zoho_crm', `${CANARY}\r`))
  })
})

test('a database that drops its tables, refuses, or is not there tells no bind parameter', async () => {
  const tokens = await service(database.url)
  await tokens.storeTokens('client', 'zoho_crm', { accessToken: `${CANARY}-a`, refreshToken: `${CANARY}-r` })
  const store = (accessToken: string): Promise<void> =>
    tokens.storeTokens('client', 'zoho_crm', { accessToken, refreshToken: `${CANARY}-x` })
  await database.query(
    'alter table oauth_tokens add constraint no_canary check (length(access_token) < 5) not valid',
  )
  expect((await failureOf(store(`${CANARY}-b`))).code).toBe('STORE_UNAVAILABLE')
  await database.query('alter table oauth_tokens drop constraint no_canary')
  await database.query('alter table oauth_tokens rename column refresh_token to elsewhere')
  await failureOf(store(`${CANARY}-c`))
  await database.query('drop table oauth_tokens')
  await failureOf(store(`${CANARY}-d`))
  const gone = new URL(database.url)
  gone.password = CANARY
  gone.port = '1'
  await failureOf(service(gone.href))
  gone.protocol = 'mysql:'
  await failureOf(service(gone.href))
})
