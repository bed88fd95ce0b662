import { type EvergrantEvent, OAuthTokenService } from 'evergrant'
import { genericProvider } from 'evergrant/providers'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { CLIENT, KEYS } from '../support/services.ts'
import { apps, credentialsOf, profileAt } from './apps.ts'
import { AuthorizationServer, digestOf } from './authorization-server.ts'
import { type Cut, CuttingProxy } from './cutting-proxy.ts'
import { isActive, login } from './login.ts'
import { historyOf } from './rotation-history.ts'

const app = apps.basic
const database = await freshDatabase()
const server = await AuthorizationServer.start('oidc-provider', [app])
const proxy = await CuttingProxy.start(server.url)
const opened: OAuthTokenService[] = []
beforeEach(() => server.clear())
afterEach(async () => {
  proxy.cut = 'none'
  await Promise.all(opened.splice(0).map(tokens => tokens.close()))
  await database.query('delete from oauth_tokens')
})
afterAll(async () => {
  proxy.close()
  await server.kill()
})

/** A connection whose refreshes go by the proxy. */
async function connect() {
  const events: EvergrantEvent['type'][] = []
  const tokens = await OAuthTokenService.open({
    database: database.url,
    encryptionKeys: KEYS,
    cache: false,
    policy: { storeTimeoutMs: PATIENT_MS },
    providers: { acme: { ...credentialsOf(app), profile: genericProvider(profileAt(proxy.url, app)) } },
    onEvent: ({ type }) => events.push(type),
  })
  opened.push(tokens)
  const granted = await login(server.url, app, 'openid offline_access')
  await tokens.storeTokens(CLIENT, 'acme', granted)
  return { tokens, granted, events }
}

async function refreshCut(tokens: OAuthTokenService, cut: Cut): Promise<void> {
  proxy.cut = cut
  const refreshed = tokens.refreshToken(CLIENT, 'acme')
  await expect(refreshed).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true })
  proxy.cut = 'none'
}

async function tokenExpires(): Promise<void> {
  await database.query(`update oauth_tokens set token_expiry = now() - interval '1 second',
    next_attempt_at = next_attempt_at - interval '5 minutes'`)
}

async function isUnsettled(): Promise<boolean> {
  const [row] = await database.query('select attempt_id, lease_id from oauth_tokens')
  expect(row?.lease_id).toBeNull()
  return row?.attempt_id !== null
}

describe('oidc-provider behind a wire that breaks', () => {
  test.each<Cut>(['answer', 'token'])(
    'after it has rotated (in the %s): callers keep the token while it lives, then the loss is reported, once',
    async cut => {
      const { tokens, granted, events } = await connect()
      await refreshCut(tokens, cut)
      expect(await server.requests()).toMatchObject([{}, { issued: expect.any(String), error: null }])
      expect(await isUnsettled()).toBe(true)

      // The old refresh token, sent again, would end the family, and the token that callers still have with it.
      await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({
        code: 'PROVIDER_UNAVAILABLE',
      })
      expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe(granted.accessToken)
      expect(await isActive(server.url, app, granted.accessToken)).toBe(true)
      expect(await server.requests()).toHaveLength(2)
      expect(await server.revocations()).toBe(0)
      expect(events).not.toContain('reauthorization_required')

      await tokenExpires()
      for (let call = 0; call < 2; call += 1) {
        const asked = tokens.getAccessToken(CLIENT, 'acme')
        await expect(asked).rejects.toMatchObject({ reason: 'lost_rotation', retryable: false })
      }
      expect((await server.requests()).map(({ error }) => error)).toEqual([null, null, 'invalid_grant'])
      expect(await server.revocations()).toBe(1)
      expect(events.filter(type => type === 'reauthorization_required')).toHaveLength(1)
      const listed = await tokens.getTokenRecord(CLIENT, 'acme')
      expect(listed).toMatchObject({ status: 'reauthorization_required', statusReason: 'lost_rotation' })

      await tokens.storeTokens(CLIENT, 'acme', await login(server.url, app, 'openid offline_access'))
      expect(await isUnsettled()).toBe(false)
      const healed = await tokens.refreshToken(CLIENT, 'acme')
      expect(await isActive(server.url, app, healed.accessToken)).toBe(true)
    },
  )

  test('after all of the refresh token has arrived: it is stored, though the answer is cut, and nothing is lost', async () => {
    const { tokens, granted, events } = await connect()
    await refreshCut(tokens, 'end')
    expect(await isUnsettled()).toBe(false)
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe(granted.accessToken)
    const stored = (await tokens.getTokenRecord(CLIENT, 'acme'))?.refreshToken?.reveal() ?? ''
    expect((await server.requests()).at(-1)?.issued).toBe(digestOf(stored))

    await tokenExpires()
    expect(await isActive(server.url, app, await tokens.getAccessToken(CLIENT, 'acme'))).toBe(true)
    expect(historyOf(await server.requests(), digestOf(granted.refreshToken))).toEqual({
      rotations: 2,
      refused: 0,
      usedTwice: 0,
      overlaps: 0,
      outOfLine: 0,
    })
    expect(await server.revocations()).toBe(0)
    expect(events).not.toContain('reauthorization_required')
  })

  test('before the request has arrived: the same refresh token is sent again when the token has expired', async () => {
    const { tokens, granted, events } = await connect()
    await refreshCut(tokens, 'request')
    expect(await server.requests()).toHaveLength(1)
    expect(await isUnsettled()).toBe(true)
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe(granted.accessToken)

    await tokenExpires()
    const accessToken = await tokens.getAccessToken(CLIENT, 'acme')
    expect(await isActive(server.url, app, accessToken)).toBe(true)
    expect(await isUnsettled()).toBe(false)
    expect(await server.requests()).toHaveLength(2)
    expect(await server.revocations()).toBe(0)
    expect(events).not.toContain('reauthorization_required')
  })
})
