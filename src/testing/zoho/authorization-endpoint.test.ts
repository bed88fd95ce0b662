import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { postForm } from '../../../test/support/token-request.ts'
import { FakeClock } from '../fake-clock.ts'
import type { LocalZoho } from './control.ts'
import { startLocalZoho } from './local-zoho.ts'
import { localZohoApp, localZohoUser, zohoSettings } from './settings.ts'

const CALLBACK = 'http://127.0.0.1:7777/callback/zoho_crm'
const SCOPES = ['ZohoCRM.modules.ALL', 'ZohoCalendar.event.ALL']
const strictApp = { clientId: '1000.STRICT', clientSecret: 'strict', redirectUris: [CALLBACK] }
const bob = { zuid: '600001435', email: 'bob@example.com', firstName: 'Bob', lastName: '<b>"Builder"</b>' }

const clock = new FakeClock()
let zoho: LocalZoho
beforeAll(async () => {
  zoho = await startLocalZoho({
    apps: [localZohoApp, strictApp],
    users: [localZohoUser, bob],
    location: 'eu',
    clock,
  })
})
afterAll(() => zoho.close())
afterEach(() => zoho.configure(zohoSettings))

const usual = {
  response_type: 'code',
  client_id: localZohoApp.clientId,
  redirect_uri: CALLBACK,
  scope: SCOPES.join(','),
  access_type: 'offline',
  prompt: 'consent',
  state: 'a state: +&=%41',
}
type Params = Readonly<Record<string, string>>

const pageOf = (params: Params): string => `${zoho.url}/oauth/v2/auth?${new URLSearchParams(params)}`
const ask = (params: Params): Promise<Response> => fetch(pageOf(params), { redirect: 'manual' })
const say = (params: Params, form: Params): Promise<Response> =>
  fetch(pageOf(params), { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })

function targetOf(answer: Response): URL {
  expect(answer.status).toBe(302)
  return new URL(answer.headers.get('location') ?? '')
}

async function codeOf(params: Params): Promise<string> {
  await zoho.configure({ consent: 'given' })
  return targetOf(await ask(params)).searchParams.get('code') ?? ''
}

async function exchange(code: string, more: Params = {}): Promise<Record<string, unknown>> {
  const { body } = await postForm(`${zoho.url}/oauth/v2/token`, {
    grant_type: 'authorization_code',
    client_id: localZohoApp.clientId,
    client_secret: localZohoApp.clientSecret,
    redirect_uri: CALLBACK,
    code,
    ...more,
  })
  return JSON.parse(body)
}

describe('the consent page', () => {
  test('tells who wants what, as text', async () => {
    const answer = await ask({ ...usual, redirect_uri: `${CALLBACK}?<script>` })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html;charset=UTF-8'])
    const page = await answer.text()
    for (const text of [...SCOPES, localZohoApp.clientId, localZohoUser.email]) expect(page).toContain(text)
    expect(page).toContain('&lt;b&gt;&quot;Builder&quot;&lt;/b&gt;')
    expect(page).not.toMatch(/<script|<b>/)
  })

  test('accepted, sends the browser back with code, state and data centre', async () => {
    const target = targetOf(await say(usual, { decision: 'accept', user: bob.email }))
    expect(target.origin + target.pathname).toBe(CALLBACK)
    const { code, ...others } = Object.fromEntries(target.searchParams)
    expect(others).toEqual({ state: usual.state, location: 'eu', 'accounts-server': zoho.url })
    expect(await exchange(code ?? '')).toMatchObject({ scope: SCOPES.join(' ') })
  })

  test('rejected, sends it back with access_denied and the state', async () => {
    const target = targetOf(await say(usual, { decision: 'refuse', user: bob.email }))
    expect(Object.fromEntries(target.searchParams)).toEqual({ state: usual.state, error: 'access_denied' })
  })

  test('of somebody who has no account is a mistake', async () => {
    expect((await say(usual, { decision: 'accept', user: 'eve@example.com' })).status).toBe(400)
  })
})

test('what is wrong with a request is told on a page: the browser is not sent back', async () => {
  const mistakes: readonly (readonly [string, Params])[] = [
    ['invalid_client', { client_id: '1000.NOBODY' }],
    ['invalid_redirect_uri', { redirect_uri: 'javascript:alert(1)' }],
    ['invalid_redirect_uri', { client_id: strictApp.clientId, redirect_uri: `${CALLBACK}/` }],
    [
      'invalid_redirect_uri',
      { client_id: strictApp.clientId, redirect_uri: CALLBACK.replace('7777', '7778') },
    ],
    ['invalid_response_type', { response_type: 'token' }],
    ['invalid_scope', { scope: '' }],
    ['invalid_scope', { scope: SCOPES.join(' ') }],
    ['invalid_request', { code_challenge: 'short', code_challenge_method: 'S256' }],
    ['invalid_request', { code_challenge: 'c'.repeat(43), code_challenge_method: 'S512' }],
  ]
  await zoho.configure({ consent: 'given' })
  await zoho.clearLedger()
  for (const [word, change] of mistakes) {
    const answer = await ask({ ...usual, ...change })
    expect([word, answer.status, await answer.text()]).toEqual([word, 400, expect.stringContaining(word)])
  }
  expect((await zoho.ledger()).map(({ outcome }) => outcome)).toEqual(mistakes.map(([word]) => word))
  expect((await ask({ ...usual, client_id: strictApp.clientId })).status).toBe(302)
})

describe('a code', () => {
  test('gives a refresh token for offline access, at the first consent or a prompted one', async () => {
    const { prompt, ...unprompted } = { ...usual, scope: 'ZohoCRM.users.READ' }
    const has = async (params: Params): Promise<boolean> =>
      'refresh_token' in (await exchange(await codeOf(params)))
    expect(await has({ ...unprompted, access_type: 'online' })).toBe(false)
    expect(await has(unprompted)).toBe(true)
    expect(await has(unprompted)).toBe(false)
    expect(await has({ ...unprompted, prompt })).toBe(true)
    await zoho.configure({ signedInUser: bob.email })
    expect(await has(unprompted)).toBe(true)
  })

  test('after the user has removed the app, the next consent is a first one', async () => {
    const { prompt: _, ...unprompted } = { ...usual, scope: 'ZohoCRM.org.READ' }
    const { refresh_token: token } = await exchange(await codeOf(unprompted))
    await zoho.revokeGrant(String(token))
    expect(await exchange(await codeOf(unprompted))).toHaveProperty('refresh_token')
  })

  test('is good once, for two minutes, with the redirect URI of its request', async () => {
    const code = await codeOf(usual)
    expect(await exchange(code, { redirect_uri: `${CALLBACK}/` })).toEqual({ error: 'invalid_redirect_uri' })
    expect(await exchange(code)).toHaveProperty('access_token')
    expect(await exchange(code)).toEqual({ error: 'invalid_code' })
    const late = await codeOf(usual)
    await clock.advance(120_000)
    expect(await exchange(late)).toEqual({ error: 'invalid_code' })
  })

  test('whose request had a challenge wants the verifier', async () => {
    const verifier = 'v'.repeat(43)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const code = await codeOf({ ...usual, code_challenge: challenge, code_challenge_method: 'S256' })
    for (const wrong of [{}, { code_verifier: challenge }, { code_verifier: 'w'.repeat(43) }]) {
      expect(await exchange(code, wrong)).toEqual({ error: 'invalid_code' })
    }
    expect(await exchange(code, { code_verifier: verifier })).toHaveProperty('access_token')
    const plain = await codeOf({ ...usual, code_challenge: verifier })
    expect(await exchange(plain, { code_verifier: verifier })).toHaveProperty('access_token')
  })

  test('holds fewer scopes where some are withheld', async () => {
    await zoho.configure({ withheldScopes: [SCOPES[1] ?? ''] })
    expect(await exchange(await codeOf(usual))).toMatchObject({ scope: SCOPES[0] })
  })
})

test('the user refuses at once where the settings say so', async () => {
  await zoho.configure({ consent: 'refused' })
  expect(targetOf(await ask(usual)).searchParams.get('error')).toBe('access_denied')
})
