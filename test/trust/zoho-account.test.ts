import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CallbackResult, OAuthTokenService } from 'evergrant'
import { type LocalZoho, localZohoApp, localZohoUser, startLocalZoho } from 'evergrant/testing'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { OAuth2Provider } from '../../src/providers/oauth2-provider.ts'
import { zohoCrm } from '../../src/providers/zoho.ts'
import { Secret } from '../../src/secret.ts'
import { RecordingTransport } from '../support/recording-transport.ts'
import { KEYS } from '../support/services.ts'

const CLIENT = 'smart-tax-nation'
const PROFILE = 'AaaServer.profile.READ'
const CRM = 'ZohoCRM.modules.READ'
const bob = { email: 'bob@zoho.example', zuid: '20000001', firstName: 'Bob', lastName: 'Bee' }

const directory = await mkdtemp(join(tmpdir(), 'evergrant-zoho-account-'))
afterAll(() => rm(directory, { recursive: true }))

let zoho: LocalZoho
let database: string
let tokens: OAuthTokenService
beforeEach(async () => {
  zoho = await startLocalZoho({ users: [localZohoUser, bob], throttle: null, consent: 'given' })
  database = `file:${join(directory, `${randomUUID()}.db`)}`
  tokens = await OAuthTokenService.open({
    database,
    encryptionKeys: KEYS,
    callbackUrl: 'https://app.example/oauth/callback',
    providers: { zoho_crm: { ...localZohoApp, accountsServer: zoho.url } },
  })
})
afterEach(async () => {
  await tokens.close()
  await zoho.close()
})

/** The whole flow, by whoever is signed in at Zoho. */
async function connect(scopes: readonly string[]): Promise<{ result: CallbackResult; binding: string }> {
  const { url, binding } = await tokens.authorizationUrl(CLIENT, 'zoho_crm', { scopes })
  const answer = await fetch(url, { redirect: 'manual' })
  const result = await tokens.handleCallback(answer.headers.get('location') ?? '', { binding })
  return { result, binding }
}

const asked = async (): Promise<number> =>
  (await zoho.ledger()).filter(({ path }) => path === '/oauth/user/info').length

describe('at Zoho', () => {
  test('T17: another account is asked about first, and the old grant is untouched until somebody agrees', async () => {
    const { result } = await connect([CRM, PROFILE])
    expect(result).toMatchObject({ kind: 'connected', account: localZohoUser.zuid })
    const before = await tokens.getAccessToken(CLIENT, 'zoho_crm')
    await zoho.configure({ signedInUser: bob.email })
    const { result: other, binding } = await connect([CRM, PROFILE])
    if (other.kind !== 'account_changed') throw new Error('nobody was asked')
    expect(other.account).toBe(bob.zuid)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe(before)
    const agreed = await tokens.confirmAccountChange(other.confirmation, { binding })
    expect(agreed.account).toBe(bob.zuid)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).not.toBe(before)
  })

  test('the same account is connected again at once', async () => {
    await connect([CRM, PROFILE])
    expect((await connect([CRM, PROFILE])).result.kind).toBe('connected')
  })

  test('T17: a self-client code of another account is refused', async () => {
    await connect([CRM, PROFILE])
    const code = await zoho.issueCode({ user: bob.email, scopes: [CRM, PROFILE] })
    await expect(tokens.exchangeCode(CLIENT, 'zoho_crm', code)).rejects.toMatchObject({
      reason: 'account_changed',
    })
  })

  test('without the scope nobody is asked, and the account is not known', async () => {
    const { result } = await connect([CRM])
    expect(result).toMatchObject({ kind: 'connected', account: null })
    await zoho.configure({ signedInUser: bob.email })
    expect((await connect([CRM])).result.kind).toBe('connected')
    expect(await asked()).toBe(0)
  })

  test('a scope that was asked for and not granted is none', async () => {
    await zoho.configure({ withheldScopes: [PROFILE] })
    const { result } = await connect([CRM, PROFILE])
    expect(result).toMatchObject({ kind: 'connected', account: null, missingScopes: [PROFILE] })
    expect(await asked()).toBe(0)
  })

  test('T17: without the scope a known account cannot be told from another: somebody is asked', async () => {
    await connect([CRM, PROFILE])
    await zoho.configure({ signedInUser: bob.email })
    expect((await connect([CRM])).result).toMatchObject({ kind: 'account_changed', account: null })
  })
})

test('T17: the same id at another data centre is another account', async () => {
  await connect([CRM, PROFILE])
  const elsewhere = await startLocalZoho({ users: [localZohoUser], throttle: null, consent: 'given' })
  const moved = await OAuthTokenService.open({
    database,
    encryptionKeys: KEYS,
    callbackUrl: 'https://app.example/oauth/callback',
    providers: { zoho_crm: { ...localZohoApp, accountsServer: elsewhere.url } },
  })
  const code = await elsewhere.issueCode({ scopes: [CRM, PROFILE] })
  const exchanged = moved.exchangeCode(CLIENT, 'zoho_crm', code)
  await expect(exchanged).rejects.toMatchObject({ reason: 'account_changed' })
  await moved.close()
  await elsewhere.close()
})

test.each([
  [{ location: 'eu' }, 'https://accounts.zoho.eu/oauth/user/info'],
  [{ location: 'ca' }, 'https://accounts.zohocloud.ca/oauth/user/info'],
  [{ api_domain: 'https://www.zohoapis.in' }, 'https://accounts.zoho.in/oauth/user/info'],
  [{}, 'https://accounts.zoho.com/oauth/user/info'],
] as const)('Zoho is asked at the data centre of the connection (%j): %s', async (metadata, url) => {
  const transport = new RecordingTransport({ body: { ZUID: 7 } })
  const provider = new OAuth2Provider(zohoCrm(), { transport, clock: systemClock })
  const account = await provider.accountOf({
    members: new Map(),
    callback: new Map(),
    accessToken: Secret.of('access'),
    scopes: [CRM, PROFILE.toLowerCase()],
    metadata,
    idToken: { issuer: null, endpoints: [], appId: 'app', nonce: null },
    timeoutMs: 1_000,
  })
  expect(account).toEqual({ kind: 'known', account: '7', issuer: new URL(url).origin })
  expect(transport.last).toMatchObject({ url: { href: url }, method: 'GET' })
  expect(new Headers(transport.last.headers).get('authorization')).toBe('Zoho-oauthtoken access')
})

test.each([
  { location: 'evil.example' },
  { location: null, api_domain: 'https://evil.example' },
  { location: 7 },
])('T20: metadata that lead nowhere, %j, have nobody asked with the token', async metadata => {
  const transport = new RecordingTransport({ body: { ZUID: 7 } })
  const provider = new OAuth2Provider(zohoCrm(), { transport, clock: systemClock })
  const request = {
    members: new Map(),
    callback: new Map(),
    accessToken: Secret.of('access'),
    scopes: [PROFILE],
    metadata,
    idToken: { issuer: null, endpoints: [], appId: 'app', nonce: null },
    timeoutMs: 1_000,
  }
  expect(await provider.accountOf(request)).toEqual({ kind: 'unknown' })
  expect(transport.requests).toEqual([])
})
