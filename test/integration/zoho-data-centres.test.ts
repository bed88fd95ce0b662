import { OAuthTokenService } from 'evergrant'
import { type LocalZoho, localZohoApp, localZohoUser, startLocalZoho } from 'evergrant/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { KEYS } from '../support/services.ts'

const emil = {
  zuid: '20000001',
  email: 'emil@example.com',
  firstName: 'Emil',
  lastName: 'Berg',
  location: 'eu',
}
const app = { ...localZohoApp, clientSecrets: { eu: 'the secret in Europe' } }
const options = { scopes: ['ZohoCRM.modules.ALL'] }

let zoho: LocalZoho
let tokens: OAuthTokenService
beforeAll(async () => {
  zoho = await startLocalZoho({ locations: ['us', 'eu'], users: [localZohoUser, emil], apps: [app] })
})
afterAll(() => zoho.close())
beforeEach(async () => {
  await zoho.clearLedger()
  tokens = await OAuthTokenService.open({
    database: 'memory:',
    encryptionKeys: KEYS,
    callbackUrl: 'https://app.example/oauth/callback',
    providers: { zoho_crm: { ...app, accountsServer: zoho.urls } },
  })
})
afterEach(() => tokens.close())

const asked = async (): Promise<unknown> =>
  (await zoho.ledger()).map(({ path, location, outcome }) => `${path} ${location} ${outcome}`)

test('a grant of each data centre is refreshed there, with its secret, and used there', async () => {
  for (const user of [localZohoUser.email, emil.email]) {
    await tokens.storeTokens(user, 'zoho_crm', await zoho.issueGrant({ user }))
    await tokens.refreshToken(user, 'zoho_crm')
    const { metadata } = await tokens.getToken(user, 'zoho_crm')
    const answer = await tokens.fetch(user, 'zoho_crm', `${metadata.api_domain}/api/echo`)
    expect(answer.status).toBe(200)
  }
  expect(await asked()).toEqual([
    '/oauth/v2/token us issued',
    '/api/echo us ok',
    '/oauth/v2/token eu issued',
    '/api/echo eu ok',
  ])
})

test('the location of a callback chooses among the servers that were named, and their api_domain is kept', async () => {
  const { url, binding } = await tokens.authorizationUrl('emils-company', 'zoho_crm', options)
  const state = new URL(url).searchParams.get('state') ?? ''
  const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? ''
  const code = await zoho.issueCode({ user: emil.email, redirectUri, ...options })
  const query = new URLSearchParams({
    state,
    code,
    location: 'eu',
    'accounts-server': 'https://evil.example',
  })
  const result = await tokens.handleCallback(`${redirectUri}?${query}`, { binding })
  expect(result).toMatchObject({ kind: 'connected', refreshable: true })
  expect((await tokens.refreshToken('emils-company', 'zoho_crm')).metadata).toEqual({
    location: 'eu',
    api_domain: zoho.urls.eu,
  })
  expect(await asked()).toEqual(['/oauth/v2/token eu issued', '/oauth/v2/token eu issued'])
})

test('a location without a server is refused, and nobody is asked', async () => {
  const { url, binding } = await tokens.authorizationUrl('emils-company', 'zoho_crm', options)
  const state = new URL(url).searchParams.get('state') ?? ''
  const callback = `https://app.example/oauth/callback/zoho_crm?${new URLSearchParams({ state, code: '1000.c', location: 'in' })}`
  await expect(tokens.handleCallback(callback, { binding })).rejects.toMatchObject({
    code: expect.any(String),
  })
  expect(await asked()).toEqual([])
})
