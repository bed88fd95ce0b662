import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EvergrantError, type EvergrantEvent, OAuthTokenService, type OpenOptions } from 'evergrant'
import { startLocalZoho } from 'evergrant/testing'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'
import { makeCanary } from './canary.ts'
import { providerFaults } from './provider-faults.ts'

const canary = makeCanary()
const APP = { clientId: '1000.APP', clientSecret: canary.secret('app-secret') }

const zoho = await startLocalZoho({ throttle: null, apps: [APP] })
const database = await freshDatabase()
const directory = mkdtempSync(join(tmpdir(), 'evergrant-failures-'))
const key = Buffer.from(canary.mark.padEnd(32, '.')).toString('base64')
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

async function failureOf(call: Promise<unknown>): Promise<EvergrantError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(EvergrantError)
  canary.expectAbsentFrom(error)
  return error as EvergrantError
}

afterEach(async () => {
  await Promise.all([...opened].map(tokens => tokens.close()))
  opened.clear()
  await zoho.clearFaults()
  canary.expectAbsentFrom(events)
  events.length = 0
})

const tokensOf = (): { accessToken: string; refreshToken: string } => ({
  accessToken: canary.secret('access'),
  refreshToken: canary.secret('refresh'),
})

const faults = providerFaults(canary)

describe.each([
  ['SQLite', () => `file:${join(directory, `failures-${++files}.db`)}`],
  ['PostgreSQL', () => database.url],
])('T8: on %s no error and no event carries a secret', (_, url) => {
  test.each(faults)('T8: when the provider answers %s', async (_name, fault) => {
    const policy = { requestTimeoutMs: fault.kind === 'hang' ? 300 : 10_000 }
    const tokens = await service(url(), { policy })
    const client = `client-${Math.random()}`
    await tokens.storeTokens(client, 'zoho_crm', tokensOf())
    await zoho.fault(fault, { times: 2 })
    await failureOf(tokens.refreshToken(client, 'zoho_crm'))
    await failureOf(tokens.refreshToken(client, 'zoho_crm'))
  })

  test('T8: when the key is another', async () => {
    const where = url()
    const tokens = await service(where)
    await tokens.storeTokens('client', 'zoho_crm', tokensOf())
    await zoho.clearLedger()
    const error = await failureOf(
      service(where, { encryptionKeys: `other:${Buffer.alloc(32, 1).toString('base64')}` }),
    )
    expect(error.code).toBe('DECRYPTION_FAILED')
    expect(error.message).toContain('test')
    expect(await zoho.ledger()).toEqual([])
  })

  test('T8: when a secret stands where something else belongs', async () => {
    const tokens = await service(url())
    const { accessToken, refreshToken } = tokensOf()
    const store = (input: object, tx?: unknown): Promise<void> =>
      tokens.storeTokens('client', 'zoho_crm', input as never, { tx } as never)
    await failureOf(store({ accessToken }, { [canary.mark]: canary.mark }))
    await failureOf(store({ accessToken: `${accessToken}\n` }))
    await failureOf(store({ accessToken, refreshToken: `${refreshToken}\0` }))
    await failureOf(store({ accessToken, metadata: { a: `${refreshToken}\0` } }))
    await failureOf(store({ accessToken, scopes: [`${refreshToken} "`] }))
    await failureOf(store([refreshToken]))
    await failureOf(tokens.getAccessToken('client', 'zoho_crm', refreshToken as never))
    await failureOf(tokens.getAccessToken(`${refreshToken}\n`, 'zoho_crm'))
    await failureOf(tokens.getAccessToken('client', `${refreshToken}\n`))
    await failureOf(tokens.listTokens({ cursor: refreshToken }))
    await failureOf(tokens.listTokens({ status: refreshToken as never }))
    await failureOf(tokens.reportRejected('client', 'zoho_crm', `${accessToken}\r`))
    await failureOf(tokens.fetch('client', 'zoho_crm', `not a URL ${accessToken}`))
    await failureOf(
      tokens.fetch('client', 'zoho_crm', `https://u:${accessToken}@evil.example/${accessToken}`),
    )
  })
})

test('T8: opening with a secret in the wrong place tells no secret', async () => {
  const secret = canary.secret('secret')
  const gone = new URL(database.url)
  gone.password = secret
  gone.port = '1'
  const where = (protocol: string): string => gone.href.replace(/^postgres:/, protocol)
  await failureOf(service(where('postgres:')))
  await failureOf(service(where('mysql:')))
  await failureOf(service(`postgres://u:${secret}@:bad:/x`))
  await failureOf(service('memory:', { encryptionKeys: secret }))
  await failureOf(service('memory:', { encryptionKeys: `k1:${secret}` }))
  await failureOf(service('memory:', { encryptionKeys: `${key}:k1` }))
  await failureOf(service('memory:', { providers: { zoho_crm: secret as never } }))
  await failureOf(service('memory:', { providers: { zoho_crm: { clientSecret: [secret] as never } } }))
  await failureOf(service('memory:', { providers: { zoho_crm: { allowHosts: [`https://${secret}`] } } }))
  await failureOf(
    service('memory:', { providers: { zoho_crm: { accountsServer: `https://u:${secret}@a` } } }),
  )
  await failureOf(service('memory:', { cache: { maxAgeMs: secret as never } }))
  await failureOf(service('memory:', { migrate: secret as never }))
})

test('T8: a database that drops its tables, or refuses, tells no bind parameter', async () => {
  const tokens = await service(database.url)
  await tokens.storeTokens('client', 'zoho_crm', tokensOf())
  const store = (): Promise<void> => tokens.storeTokens('client', 'zoho_crm', tokensOf())
  await database.query(
    'alter table oauth_tokens add constraint no_canary check (length(access_token) < 5) not valid',
  )
  expect((await failureOf(store())).code).toBe('STORE_UNAVAILABLE')
  await database.query('alter table oauth_tokens drop constraint no_canary')
  await database.query('alter table oauth_tokens rename column refresh_token to elsewhere')
  await failureOf(store())
  await database.query('drop table oauth_tokens')
  await failureOf(store())
})
