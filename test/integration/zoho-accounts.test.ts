import { OAuthTokenService } from 'evergrant'
import { type LocalZoho, localZohoApp, localZohoUser, startLocalZoho } from 'evergrant/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { KEYS } from '../support/services.ts'

const CLIENT = 'emils-company'
const SCOPES = ['ZohoCRM.modules.ALL', 'AaaServer.profile.READ']
const emil = {
  zuid: '20000001',
  email: 'emil@example.com',
  firstName: 'Emil',
  lastName: 'Berg',
  location: 'eu',
}
const app = { ...localZohoApp, clientSecrets: { eu: 'the secret in Europe' } }
const own = { clientId: '1000.SELF', clientSecret: 'self', type: 'self_client' } as const

let zoho: LocalZoho
let tokens: OAuthTokenService
beforeAll(async () => {
  const users = [localZohoUser, emil]
  zoho = await startLocalZoho({ locations: ['us', 'eu'], users, apps: [app, own], deviceIntervalMs: 100 })
})
afterAll(() => zoho.close())
beforeEach(async () => {
  await zoho.configure({
    consent: 'given',
    signedInUser: null,
    withheldScopes: [],
    deviceCodeLifetimeMs: 300_000,
  })
  await zoho.clearLedger()
  tokens = await OAuthTokenService.open({
    database: 'memory:',
    encryptionKeys: KEYS,
    callbackUrl: 'https://app.example/oauth/callback',
    providers: {
      zoho_crm: { ...app, accountsServer: zoho.urls },
      zoho_calendar: {
        ...{ clientId: own.clientId, clientSecret: own.clientSecret, accountsServer: zoho.urls },
        ...{ grant: 'client_credentials', scopes: ['ZohoCalendar.event.ALL'] },
      },
    },
  })
})
afterEach(() => tokens.close())

const issuedAt = async (): Promise<readonly string[]> =>
  (await zoho.ledger()).filter(({ outcome }) => outcome === 'issued').map(({ location }) => location)

test('a user of another data centre comes back from there, is asked for there, and refreshed there', async () => {
  await zoho.configure({ signedInUser: emil.email })
  const { url, binding } = await tokens.authorizationUrl(CLIENT, 'zoho_crm', { scopes: SCOPES })
  expect(new URL(url).origin).toBe(zoho.urls.us)
  const moved = await fetch(url, { redirect: 'manual' })
  const back = await fetch(moved.headers.get('location') ?? '', { redirect: 'manual' })
  const result = await tokens.handleCallback(back.headers.get('location') ?? '', { binding })
  expect(result).toMatchObject({
    kind: 'connected',
    account: emil.zuid,
    refreshable: true,
    missingScopes: [],
  })
  await tokens.refreshToken(CLIENT, 'zoho_crm')
  const { metadata } = await tokens.getToken(CLIENT, 'zoho_crm')
  expect(metadata).toEqual({ location: 'eu', api_domain: zoho.urls.eu })
  expect(await issuedAt()).toEqual(['eu', 'eu'])
  expect(await tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })).toBe(true)
})

test('narrowed scopes are told', async () => {
  await zoho.configure({ withheldScopes: ['ZohoCRM.modules.ALL'] })
  const { url, binding } = await tokens.authorizationUrl(CLIENT, 'zoho_crm', { scopes: SCOPES })
  const back = await fetch(url, { redirect: 'manual' })
  const result = await tokens.handleCallback(back.headers.get('location') ?? '', { binding })
  expect(result).toMatchObject({ kind: 'connected', missingScopes: ['ZohoCRM.modules.ALL'] })
})

describe('a device', () => {
  const begin = () => tokens.deviceAuthorization(CLIENT, 'zoho_crm', { scopes: SCOPES })

  test('is let in by its user, in Zoho’s own way, with times in milliseconds', async () => {
    const device = await begin()
    expect(device).toMatchObject({ verificationUri: `${zoho.url}/oauth/v3/device`, intervalMs: 100 })
    expect(device.expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(300_000)
    let looks = 0
    const connected = await device.wait({
      onPoll: () => {
        looks += 1
        if (looks === 2) void zoho.approveDevice(device.userCode)
      },
    })
    expect(connected).toMatchObject({ kind: 'connected', account: localZohoUser.zuid, refreshable: true })
    expect((await tokens.refreshToken(CLIENT, 'zoho_crm')).accessToken).toMatch(/^1000\./)
  })

  test('whose user lives at another data centre asks there from then on', async () => {
    const device = await begin()
    await zoho.approveDevice(device.userCode, emil.email)
    expect(await device.wait()).toMatchObject({ account: emil.zuid })
    await tokens.refreshToken(CLIENT, 'zoho_crm')
    expect((await tokens.getToken(CLIENT, 'zoho_crm')).metadata).toEqual({
      location: 'eu',
      api_domain: zoho.urls.eu,
    })
    expect(await issuedAt()).toEqual(['eu', 'eu'])
  })

  test('whose user says no, or nothing, connects nothing', async () => {
    const refused = await begin()
    await zoho.refuseDevice(refused.userCode)
    await expect(refused.wait()).rejects.toMatchObject({ code: 'AUTHORIZATION_FLOW', reason: 'denied' })
    for (const error of ['expired', 'expired_token']) {
      const forgotten = await begin()
      await zoho.fault({ kind: 'error', error }, { endpoint: 'device' })
      await expect(forgotten.wait()).rejects.toMatchObject({ reason: 'expired' })
    }
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
  })

  test.each(['evil.example', '__proto__', 'in', '127.0.0.1:1'])(
    'sent to %j by its provider, asks nobody there',
    async location => {
      const device = await begin()
      const body = JSON.stringify({ error: 'other_dc', user_location: location })
      await zoho.fault({ kind: 'custom', status: 200, headers: {}, body }, { endpoint: 'device' })
      await expect(device.wait()).rejects.toMatchObject({ code: 'INVALID_INPUT' })
      expect(await issuedAt()).toEqual([])
    },
  )
})

test('a Self Client is asked by its own credentials, for the organization that soid names', async () => {
  await expect(tokens.getAccessToken(CLIENT, 'zoho_calendar')).rejects.toMatchObject({
    code: 'PROVIDER_MISCONFIGURED',
  })
  expect((await zoho.ledger()).at(-1)).toMatchObject({ outcome: 'missing_org_info' })
  await tokens.storeTokens('other', 'zoho_calendar', {
    ...{
      accessToken: 'none yet',
      expiresIn: 1,
      metadata: { soid: 'ZohoCalendar.600001434', location: 'eu' },
    },
  })
  expect((await tokens.refreshToken('other', 'zoho_calendar')).accessToken).toMatch(/^1000\./)
  expect(await issuedAt()).toEqual(['eu'])
})

test('a Self Client code is exchanged without a redirect URI', async () => {
  const code = await zoho.issueCode({ scopes: SCOPES, lifetimeMs: 600_000 })
  expect(await tokens.exchangeCode(CLIENT, 'zoho_crm', code)).toMatchObject({ refreshable: true })
})
