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

describe('a local Zoho of several data centres', () => {
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

describe('a browser', () => {
  const query = (more: Record<string, string> = {}): URLSearchParams =>
    new URLSearchParams({
      ...{ response_type: 'code', client_id: app.clientId, redirect_uri: 'https://app.example/cb' },
      ...{ scope: 'ZohoCRM.modules.ALL', state: 'a,b&c', ...more },
    })
  const locationOf = (answer: Response): URL => new URL(answer.headers.get('location') ?? '')
  const word = async (): Promise<unknown> => (await zoho.ledger()).at(-1)?.outcome

  test('that begins at another data centre is sent to that of its user, and back from there', async () => {
    await zoho.configure({ consent: 'given', signedInUser: emil.email })
    const moved = await fetch(`${zoho.urls.us}/oauth/v2/auth?${query()}`, { redirect: 'manual' })
    expect([moved.status, locationOf(moved).href]).toEqual([302, `${zoho.urls.eu}/oauth/v2/auth?${query()}`])
    const back = locationOf(await fetch(locationOf(moved), { redirect: 'manual' })).searchParams
    expect(back.get('state')).toBe('a,b&c')
    expect([back.get('location'), back.get('accounts-server')]).toEqual(['eu', zoho.urls.eu])
    const form = { grant_type: 'authorization_code', code: back.get('code') ?? '' }
    const known = { ...form, client_id: app.clientId, redirect_uri: 'https://app.example/cb' }
    expect(await refreshIn('us', { ...known, client_secret: app.clientSecret })).toEqual({
      error: 'invalid_code',
    })
    expect(await refreshIn('eu', { ...known, client_secret: 'the secret in Europe' })).toHaveProperty(
      'access_token',
    )
  })

  test('takes the form of the page along, with the environment that was chosen', async () => {
    await zoho.configure({ consent: 'asked', signedInUser: null })
    const page = `${zoho.urls.us}/oauth/v2/auth?${query()}`
    expect(await (await fetch(page)).text()).toMatch(/emil@example\.com, eu.*<option>sandbox</s)
    const body = new URLSearchParams({ decision: 'accept', user: emil.email, environment: 'sandbox' })
    const moved = await fetch(page, { method: 'POST', body, redirect: 'manual' })
    expect(moved.status).toBe(307)
    const answer = await fetch(page, { method: 'POST', body, redirect: 'follow' }).catch(error => error)
    expect(answer).toBeInstanceOf(TypeError)
    const back = locationOf(
      await fetch(locationOf(moved), { method: 'POST', body, redirect: 'manual' }),
    ).searchParams
    const issued = await refreshIn('eu', {
      ...{ grant_type: 'authorization_code', client_id: app.clientId, client_secret: 'the secret in Europe' },
      ...{ redirect_uri: 'https://app.example/cb', code: back.get('code') ?? '' },
    })
    expect(issued.api_domain).toBe(zoho.environmentUrls.eu?.sandbox)
    const nowhere = new URLSearchParams({ decision: 'accept', user: emil.email, environment: 'developer' })
    expect((await fetch(page, { method: 'POST', body: nowhere })).status).toBe(400)
  })

  test('of a user whose data centre does not know the app, or of China, stays on a page', async () => {
    await zoho.configure({ consent: 'given', signedInUser: emil.email })
    const asked = query({ client_id: usOnly.clientId })
    const answer = await fetch(`${zoho.urls.us}/oauth/v2/auth?${asked}`, { redirect: 'manual' })
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('unsupported_dc')])
    expect(await word()).toBe('unsupported_dc')
    const mei = { ...emil, location: 'cn' }
    await using china = await startLocalZoho({ locations: ['us', 'cn'], users: [mei], consent: 'given' })
    const ask = async (location: string): Promise<number> =>
      (await fetch(`${china.urls[location]}/oauth/v2/auth?${query()}`, { redirect: 'manual' })).status
    expect([await ask('us'), await ask('cn')]).toEqual([400, 302])
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
