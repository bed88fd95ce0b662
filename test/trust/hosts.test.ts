import Libsql from 'libsql'
import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'
import { makeCanary } from './canary.ts'
import { socketsOpenedBy } from './outbound.ts'

const world = await serviceWorld()
const { zoho, open } = world
const canary = makeCanary()

/** What a callback, an answer or a row may claim to be a host of Zoho's. */
const HOSTILE = [
  'https://evil.example',
  'https://accounts.zoho.com.evil.example',
  'https://evil.example/accounts.zoho.com',
  'https://accounts.zoho.com@evil.example',
  'https://evil.example#.zoho.com',
  'https://evil.example?.zoho.com',
  'https://evil.example\\@accounts.zoho.com',
  'https://accounts.zoho.com\\.evil.example',
  'https://accounts.zoho.сom',
  'https://www.zohoapis.com:8443',
  'http://www.zohoapis.com',
  '//evil.example',
  '../../evil.example',
  'https://127.0.0.1:1',
  'https://2130706433',
  'https://0x7f.1',
  'https://[::1]',
  'https://[::ffff:169.254.169.254]',
  'http://169.254.169.254/latest/meta-data',
  'https://metadata.google.internal',
  'file:///etc/passwd',
  'us\r\nhost: evil.example',
]

const stored = () => ({ accessToken: canary.secret('access'), refreshToken: canary.secret('refresh') })

test('T20: there are at least 20 hostile values', () => {
  expect(new Set(HOSTILE).size).toBeGreaterThanOrEqual(20)
})

describe('a host that came with a connection', () => {
  test.each(
    HOSTILE.flatMap(
      value =>
        [
          ['location', value],
          ['api_domain', value],
        ] as const,
    ),
  )('T20: as %s %j is refused, and no request is made', async (member, value) => {
    const tokens = await open('memory:', { providers: { zoho_crm: CREDENTIALS } })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { ...stored(), metadata: { [member]: value } })
    const opened = await socketsOpenedBy(async () => {
      await expect(tokens.refreshToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
      await expect(tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })).rejects.toThrow(/deleted|revo/)
    })
    expect(opened).toBe(0)
  })

  test('T20: written into the row by somebody else is refused, and no request is made', async () => {
    const url = world.url('SQLite')
    const tokens = await open(url, { cache: false, providers: { zoho_crm: CREDENTIALS } })
    await tokens.storeTokens(CLIENT, 'zoho_crm', stored())
    const database = new Libsql(url.slice('file:'.length))
    const opened = await socketsOpenedBy(async () => {
      for (const value of HOSTILE) {
        const metadata = JSON.stringify({ location: value, accounts_server: value, 'accounts-server': value })
        database.prepare('update oauth_tokens set metadata = ?, token_expiry = 0').run(metadata)
        await expect(tokens.getAccessToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({
          code: 'INVALID_INPUT',
        })
      }
    })
    database.close()
    expect(opened).toBe(0)
  })

  test.each(['accounts-server', 'accounts_server', 'accountsServer', 'token_endpoint', 'token_url'])(
    'T20: under the name %s chooses nothing: the configured server alone is asked',
    async member => {
      const providers = { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } }
      const tokens = await open('memory:', { providers })
      const { refreshToken } = await zoho.issueGrant()
      const metadata = { [member]: 'https://evil.example' }
      await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'old', refreshToken, metadata })
      expect((await tokens.refreshToken(CLIENT, 'zoho_crm')).accessToken).toMatch(/^1000\./)
      expect((await zoho.summary()).issued).toBe(1)
    },
  )
})

test.each(HOSTILE)('T20: an api_domain of %j in an answer is dropped, and gets no token', async value => {
  const providers = { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } }
  const tokens = await open('memory:', { providers })
  const metadata = { api_domain: 'https://www.zohoapis.eu' }
  await tokens.storeTokens(CLIENT, 'zoho_crm', { ...stored(), metadata })
  const answer = {
    access_token: canary.secret('new'),
    expires_in: 3_600,
    api_domain: value,
    'accounts-server': value,
    location: value,
  }
  await zoho.fault({ kind: 'custom', status: 200, headers: {}, body: JSON.stringify(answer) })
  expect((await tokens.refreshToken(CLIENT, 'zoho_crm')).metadata).toEqual(metadata)
  expect(world.events).toContainEqual(expect.objectContaining({ warning: 'API_DOMAIN_REJECTED' }))
  const opened = await socketsOpenedBy(async () => {
    await expect(tokens.fetch(CLIENT, 'zoho_crm', value)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
  expect(opened).toBe(0)
})
