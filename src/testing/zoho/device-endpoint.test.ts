import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { postForm } from '../../../test/support/token-request.ts'
import { FakeClock } from '../fake-clock.ts'
import type { LocalZoho } from './control.ts'
import { startLocalZoho } from './local-zoho.ts'
import { localZohoUser, zohoSettings } from './settings.ts'

const emil = { zuid: '2', email: 'emil@example.com', firstName: 'Emil', lastName: 'Berg', location: 'eu' }
const tv = { clientId: '1004.TELEVISION', clientSecret: 'tv', type: 'device' } as const
const server = { clientId: '1000.SERVER', clientSecret: 'server', type: 'server' } as const
const phone = { clientId: '1000.PHONE', clientSecret: 'phone', type: 'mobile' } as const
const self = { clientId: '1000.SELF', clientSecret: 'self', type: 'self_client' } as const

const clock = new FakeClock()
let zoho: LocalZoho
beforeAll(async () => {
  zoho = await startLocalZoho({
    clock,
    apps: [tv, server, phone, self],
    users: [localZohoUser, emil],
    locations: ['us', 'eu'],
  })
})
afterAll(() => zoho.close())
beforeEach(() => zoho.configure(zohoSettings))

type Json = Record<string, unknown>
const post = async (path: string, form: Record<string, string>, location = 'us'): Promise<Json> => {
  const { status, body } = await postForm(`${zoho.urls[location]}/oauth/v3/device/${path}`, form)
  expect(status).toBe(200)
  return JSON.parse(body)
}

const begin = (more: Record<string, string> = {}): Promise<Json> =>
  post('code', {
    ...{ client_id: tv.clientId, grant_type: 'device_request', scope: 'ZohoCRM.modules.READ' },
    ...{ access_type: 'offline', ...more },
  })

/** A look of the device, after the interval. */
async function look(
  { device_code: code }: Json,
  location = 'us',
  more: Record<string, string> = {},
): Promise<Json> {
  await clock.advance(5_000)
  const app = { client_id: tv.clientId, client_secret: tv.clientSecret }
  return post('token', { ...app, grant_type: 'device_token', code: String(code), ...more }, location)
}

describe('a device', () => {
  test('is shown a code and a page, with times in milliseconds, and waits for its user', async () => {
    const codes = await begin()
    expect(codes).toEqual({
      user_code: expect.stringMatching(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/),
      device_code: expect.stringMatching(/^1004\.[0-9a-f]{32}\.[0-9a-f]{32}$/),
      verification_url: `${zoho.url}/oauth/v3/device`,
      verification_uri_complete: `${zoho.url}/oauth/v3/device?code=${codes.user_code}`,
      interval: 5_000,
      expires_in: 300_000,
    })
    await zoho.configure({ deviceMilliseconds: false })
    expect(await begin()).toMatchObject({ interval: 5, expires_in: 300 })
    expect(await look(codes)).toEqual({ error: 'authorization_pending' })
    const form = { grant_type: 'device_token', code: String(codes.device_code) }
    const app = { client_id: tv.clientId, client_secret: tv.clientSecret }
    expect(await post('token', { ...form, ...app })).toEqual({ error: 'slow_down' })
    expect(await zoho.approveDevice(String(codes.user_code))).toBe(true)
    const issued = await look(codes)
    expect(issued).toMatchObject({ scope: 'ZohoCRM.modules.READ', api_domain: zoho.url })
    expect(await zoho.stateOf(String(issued.refresh_token))).toBe('current')
    expect(await look(codes)).toEqual({ error: 'invalid_code' })
    expect(await zoho.approveDevice(String(codes.user_code))).toBe(false)
  })

  test('is let in on the page, by whatever the user makes of the code', async () => {
    const codes = await begin()
    const page = String(codes.verification_url)
    expect(await (await fetch(String(codes.verification_uri_complete))).text()).toContain(
      `value="${codes.user_code}"`,
    )
    const say = async (form: Record<string, string>): Promise<number> =>
      (await fetch(page, { method: 'POST', body: new URLSearchParams(form) })).status
    const typed = String(codes.user_code).toLowerCase().replace('-', ' ')
    const form = { code: typed, user: localZohoUser.email, decision: 'accept' }
    expect(await say({ ...form, code: 'AAAA-0000' })).toBe(400)
    expect(await say({ ...form, user: 'nobody@example.com' })).toBe(400)
    expect(await say({ ...form, decision: 'perhaps' })).toBe(400)
    expect(await look(codes)).toEqual({ error: 'authorization_pending' })
    expect(await say(form)).toBe(200)
    expect(await say(form)).toBe(400)
    expect(await look(codes)).toHaveProperty('access_token')
  })

  test('whose user says no, or nothing, is told so', async () => {
    const refused = await begin()
    expect(await zoho.refuseDevice(String(refused.user_code))).toBe(true)
    expect(await look(refused)).toEqual({ error: 'access_denied' })
    const forgotten = await begin()
    await clock.advance(300_000)
    expect(await zoho.approveDevice(String(forgotten.user_code))).toBe(false)
    expect(await look(forgotten)).toEqual({ error: 'expired' })
    await zoho.configure({ deviceExpiredError: 'expired_token' })
    expect(await look(forgotten)).toEqual({ error: 'expired_token' })
  })

  test('whose user lives elsewhere is sent there, and is known there from then on', async () => {
    const codes = await begin()
    expect(await look(codes, 'eu')).toEqual({ error: 'invalid_code' })
    await zoho.approveDevice(String(codes.user_code), emil.email)
    expect(await look(codes)).toEqual({ error: 'other_dc', user_location: 'eu' })
    expect(await look(codes, 'eu')).toMatchObject({ api_domain: zoho.urls.eu })
    await expect(zoho.approveDevice('AAAA-AAAA', 'nobody@example.com')).rejects.toThrow('no user')
  })

  test('of online access, or whose user has consented before, gets no refresh token', async () => {
    const tokens = async (more: Record<string, string>): Promise<Json> => {
      const codes = await begin({ scope: 'ZohoCRM.org.READ', ...more })
      await zoho.approveDevice(String(codes.user_code))
      return look(codes)
    }
    expect(await tokens({ access_type: 'online' })).not.toHaveProperty('refresh_token')
    expect(await tokens({})).toHaveProperty('refresh_token')
    expect(await tokens({})).not.toHaveProperty('refresh_token')
    expect(await tokens({ prompt: 'consent' })).toHaveProperty('refresh_token')
  })

  test.each<[string, 'code' | 'token', Record<string, string>]>([
    ['unsupported_grant_type', 'code', { grant_type: 'authorization_code' }],
    ['invalid_client', 'code', { client_id: '1004.NOBODY' }],
    ['invalid_client', 'code', { client_id: server.clientId }],
    ['invalid_scope', 'code', { scope: '' }],
    ['unsupported_grant_type', 'token', { grant_type: 'device_request' }],
    ['invalid_client', 'token', { client_id: '1004.NOBODY' }],
    ['invalid_client_secret', 'token', { client_secret: 'wrong' }],
    ['invalid_code', 'token', { code: '1004.a.b' }],
  ])('is refused with %s at /%s for %j', async (error, path, more) => {
    expect(path === 'code' ? await begin(more) : await look(await begin(), 'us', more)).toEqual({ error })
  })
})

test('what an app was registered as decides what it may ask for', async () => {
  const token = async (
    { clientId, clientSecret }: typeof tv | typeof server | typeof self,
    grantType: string,
  ): Promise<unknown> => {
    const form = { client_id: clientId, client_secret: clientSecret, grant_type: grantType, code: '1000.a.b' }
    return JSON.parse((await postForm(`${zoho.url}/oauth/v2/token`, form)).body).error
  }
  expect(await token(server, 'authorization_code')).toBe('invalid_code')
  expect(await token(server, 'client_credentials')).toBe('invalid_client')
  expect(await token(tv, 'authorization_code')).toBe('invalid_client')
  expect(await token(tv, 'refresh_token')).toBe('invalid_code')
  expect(await token(self, 'client_credentials')).toBe('invalid_scope')
  const page = async (clientId: string, more: Record<string, string> = {}): Promise<number> => {
    const query = { response_type: 'code', redirect_uri: 'https://app.example/cb', scope: 'ZohoCRM.org.READ' }
    const asked = new URLSearchParams({ ...query, client_id: clientId, ...more })
    return (await fetch(`${zoho.url}/oauth/v2/auth?${asked}`)).status
  }
  expect(await page(server.clientId)).toBe(200)
  for (const app of [tv, self, phone]) expect(await page(app.clientId)).toBe(400)
  const challenge = {
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }
  expect(await page(phone.clientId, challenge)).toBe(200)
})
