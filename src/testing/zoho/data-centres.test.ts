import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postForm, refreshForm } from '../../../test/support/token-request.ts'
import type { LocalZoho } from './control.ts'
import { startLocalZoho } from './local-zoho.ts'
import { type LocalZohoOptions, localZohoApp, localZohoUser } from './settings.ts'

const emil = {
  zuid: '20000001',
  email: 'emil@example.com',
  firstName: 'Emil',
  lastName: 'Berg',
  location: 'eu',
}
const app = { ...localZohoApp, clientSecrets: { eu: 'the secret in Europe' } }
const usOnly = { clientId: '1000.US0ONLY', clientSecret: 'us only', locations: ['us'] }

let zoho: LocalZoho
beforeAll(async () => {
  zoho = await startLocalZoho({
    locations: ['us', 'eu'],
    users: [localZohoUser, emil],
    apps: [app, usOnly],
    environments: ['production', 'sandbox'],
  })
})
afterAll(() => zoho.close())

const refreshIn = async (location: string, form: Record<string, string>): Promise<Record<string, unknown>> =>
  JSON.parse((await postForm(`${zoho.urls[location]}/oauth/v2/token`, form)).body)

const echo = async (url: string | undefined, token: unknown): Promise<number> =>
  (await fetch(`${url}/api/echo`, { headers: { authorization: `Bearer ${token}` } })).status

describe('checklist oauth §12: several DCs on different ports', () => {
  test('checklist oauth §12: several DCs on different ports — tokens of one do not exist in another', async () => {
    expect(zoho.urls).toEqual({ us: zoho.url, eu: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) })
    expect(zoho.urls.eu).not.toBe(zoho.url)
    const grant = await zoho.issueGrant({ user: emil.email })
    expect(grant.metadata).toEqual({ api_domain: zoho.urls.eu })
    const form = { ...refreshForm(grant.refreshToken), client_secret: app.clientSecrets.eu }
    expect(await refreshIn('eu', form)).toMatchObject({
      api_domain: zoho.urls.eu,
      access_token: expect.any(String),
    })
    expect(await refreshIn('us', refreshForm(grant.refreshToken))).toEqual({ error: 'invalid_code' })
    expect(await echo(zoho.urls.eu, grant.accessToken)).toBe(200)
    expect(await echo(zoho.urls.us, grant.accessToken)).toBe(401)
    expect((await zoho.ledger()).slice(-2).map(({ location }) => location)).toEqual(['eu', 'us'])
  })

  test('checklist oauth §12: per-DC secrets — the secret of another data centre is a wrong one', async () => {
    const { refreshToken } = await zoho.issueGrant({ user: emil.email })
    expect(await refreshIn('eu', refreshForm(refreshToken))).toEqual({ error: 'invalid_client_secret' })
    const there = { ...refreshForm(refreshToken), client_secret: app.clientSecrets.eu }
    expect(await refreshIn('eu', there)).toHaveProperty('access_token')
    expect(await refreshIn('us', there)).toEqual({ error: 'invalid_client_secret' })
  })

  test('an app that is not switched on for a data centre is unknown there', async () => {
    const form = {
      ...refreshForm('1000.a.b'),
      client_id: usOnly.clientId,
      client_secret: usOnly.clientSecret,
    }
    expect(await refreshIn('eu', form)).toEqual({ error: 'invalid_client' })
    expect(await refreshIn('us', form)).toEqual({ error: 'invalid_code' })
    const request = { app: usOnly.clientId, user: emil.email }
    await expect(zoho.issueGrant(request)).rejects.toThrow('no app 1000.US0ONLY at its data centre eu')
  })

  test('the control reaches a grant wherever it is', async () => {
    const grant = await zoho.issueGrant({ user: emil.email })
    expect(await zoho.stateOf(grant.refreshToken)).toBe('current')
    expect(await zoho.killAccessToken(grant.accessToken)).toBe(true)
    expect(await zoho.revokeGrant(grant.refreshToken)).toBe(true)
    expect(await zoho.stateOf(grant.refreshToken)).toBe('revoked')
    expect(await zoho.revokeGrant(grant.refreshToken)).toBe(false)
  })
})

describe('an environment of the CRM', () => {
  test('has a server of its own, and tokens of one are unknown to another', async () => {
    const { sandbox, production } = zoho.environmentUrls.us ?? {}
    expect(production).toBe(zoho.url)
    const grant = await zoho.issueGrant({ environment: 'sandbox' })
    expect(grant.metadata.api_domain).toBe(sandbox)
    expect(await echo(sandbox, grant.accessToken)).toBe(200)
    expect(await echo(production, grant.accessToken)).toBe(401)
    const refreshed = await refreshIn('us', refreshForm(grant.refreshToken))
    expect(refreshed.api_domain).toBe(sandbox)
    expect(await echo(sandbox, refreshed.access_token)).toBe(200)
    expect(await echo(sandbox, (await zoho.issueGrant()).accessToken)).toBe(401)
  })

  test('is no accounts server', async () => {
    const answer = await fetch(`${zoho.environmentUrls.us?.sandbox}/oauth/serverinfo`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html;charset=UTF-8'])
  })
})

test('a port is the first server’s, and others take the next; a taken one leaves nothing behind', async () => {
  const { port } = zoho
  await expect(startLocalZoho({ port: port - 1, locations: ['us', 'eu'] })).rejects.toThrow(
    `127.0.0.1:${port}`,
  )
  await using again = await startLocalZoho({ port: port - 1 })
  expect(again.port).toBe(port - 1)
})

test.each<[string, LocalZohoOptions]>([
  ['two names for its data centres', { location: 'us', locations: ['us'] }],
  ['no data centre', { locations: [] }],
  ['one twice', { locations: ['us', 'us'] }],
  ['one that is no word', { locations: ['../us'] }],
  ['a user who lives nowhere', { users: [emil] }],
  ['an app that is switched on nowhere', { apps: [{ ...localZohoApp, locations: ['xx'] }] }],
  ['an environment that there is not', { environments: ['test' as 'sandbox'] }],
])('does not start with %s', async (_what, options) => {
  await expect(startLocalZoho(options)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})
