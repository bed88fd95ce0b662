import type { OAuthTokenService } from 'evergrant'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { idToken } from '../support/authorizer.ts'
import { CLIENT, ConnectingWorld, connectedOf, reasonOf } from '../support/connecting.ts'
import { freshDatabase } from '../support/postgres.ts'
import { KEYS } from '../support/services.ts'

const postgres = await freshDatabase()
let world: ConnectingWorld
beforeEach(async () => {
  world = await ConnectingWorld.start()
})
afterEach(() => world.close())

const refreshTokenOf = async (tokens: OAuthTokenService): Promise<string | null> =>
  (await tokens.getTokenRecord(CLIENT, 'acme'))?.refreshToken?.reveal() ?? null

describe('another account', () => {
  test('T17: leaves the old grant untouched, row and all, until somebody agrees', async () => {
    const tokens = await world.open({ database: postgres.url, encryptionKeys: KEYS })
    await world.connect(tokens, ['openid'])
    const row = () => postgres.query("select * from oauth_tokens where provider = 'acme'")
    const before = await row()
    expect(before[0]?.account_digest).toMatch(/^[\w-]{43}$/)
    expect((await world.connect(tokens, ['openid'], 'account-2')).kind).toBe('account_changed')
    expect(await row()).toEqual(before)
  })

  test.each([
    ['in another browser', { binding: 'another' }, 'wrong_browser'],
    ['by another user', { user: 'mallory' }, 'wrong_user'],
    ['for another client', { clientId: 'another-client' }, 'wrong_client'],
  ] as const)('T17, T14: cannot be agreed to %s', async (_, end, reason) => {
    const tokens = await world.open()
    await world.connect(tokens, ['openid'])
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme', {
      scopes: ['openid'],
      user: 'ada',
    })
    const asked = await tokens.handleCallback(world.acme.agree(url, 'account-2'), { binding, user: 'ada' })
    if (asked.kind !== 'account_changed') throw new Error('nobody was asked')
    const agreed = tokens.confirmAccountChange(asked.confirmation, { binding, user: 'ada', ...end })
    expect(await reasonOf(agreed)).toBe(reason)
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('access-1-account-1')
  })

  test('T17: that nobody can tell from the old one any more is asked about, too', async () => {
    const tokens = await world.open()
    await world.connect(tokens, ['openid'])
    const asked = await world.connect(tokens, ['read'], 'account-2')
    expect(asked).toMatchObject({ kind: 'account_changed', account: null })
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('access-1-account-1')
  })

  test('T17: that was agreed to without a refresh token of its own does not keep that of the other', async () => {
    const alone = await ConnectingWorld.start({
      answer: ({ account }) => (account === 'account-2' ? { refresh_token: undefined } : {}),
    })
    const tokens = await alone.open()
    await alone.connect(tokens, ['openid'])
    expect(await refreshTokenOf(tokens)).toBe('refresh-1-account-1')
    const start = await tokens.authorizationUrl(CLIENT, 'acme', { scopes: ['openid'] })
    const asked = await alone.finish(tokens, start, 'account-2')
    if (asked.kind !== 'account_changed') throw new Error('nobody was asked')
    const changed = await tokens.confirmAccountChange(asked.confirmation, { binding: start.binding })
    expect(changed.refreshable).toBe(false)
    expect(changed.remedy).toContain('no refresh token')
    expect(await refreshTokenOf(tokens)).toBe(null)
    await alone.close()
  })

  test('T17: that was agreed to is the one that is known from then on', async () => {
    const tokens = await world.open()
    await world.connect(tokens, ['openid'])
    const start = await tokens.authorizationUrl(CLIENT, 'acme', { scopes: ['openid'] })
    const asked = await world.finish(tokens, start, 'account-2')
    if (asked.kind !== 'account_changed') throw new Error('nobody was asked')
    await tokens.confirmAccountChange(asked.confirmation, { binding: start.binding })
    expect(await world.connect(tokens, ['openid'], 'account-2')).toMatchObject({ kind: 'connected' })
    expect(await world.connect(tokens, ['openid'], 'account-1')).toMatchObject({ kind: 'account_changed' })
  })

  test('T17: of the same account without a refresh token the old one is kept', async () => {
    let rounds = 0
    const again = await ConnectingWorld.start({
      answer: () => {
        rounds += 1
        return rounds > 1 ? { refresh_token: undefined } : {}
      },
    })
    const tokens = await again.open()
    await again.connect(tokens, ['openid'])
    expect(connectedOf(await again.connect(tokens, ['openid']))).toMatchObject({
      refreshable: true,
      remedy: null,
    })
    expect(await refreshTokenOf(tokens)).toBe('refresh-1-account-1')
    await again.close()
  })

  test('T17: a code that nobody can be asked about is refused, unless it was said that any account will do', async () => {
    const tokens = await world.open({}, { account: { kind: 'answer', member: 'user.id' } })
    const server = await ConnectingWorld.start({ answer: ({ account }) => ({ user: { id: account } }) })
    const bare = await server.open({}, { account: { kind: 'answer', member: 'user.id' } })
    await bare.exchangeCode(CLIENT, 'acme', server.acme.bareCode())
    expect(await reasonOf(bare.exchangeCode(CLIENT, 'acme', server.acme.bareCode('account-2')))).toBe(
      'account_changed',
    )
    expect(await bare.getAccessToken(CLIENT, 'acme')).toBe('access-1-account-1')
    const code = server.acme.bareCode('account-2')
    await bare.exchangeCode(CLIENT, 'acme', code, { confirmAccount: true })
    expect(await bare.getAccessToken(CLIENT, 'acme')).toBe('access-3-account-2')
    await server.close()
    await tokens.close()
  })
})

describe('an ID token', () => {
  const wrong: readonly [string, (issuer: string, nonce: string | null) => Record<string, unknown>][] = [
    [
      'of another issuer',
      (_, nonce) => ({ iss: 'https://evil.example', aud: 'app-at-acme', sub: 'a', nonce }),
    ],
    ['for another app', (iss, nonce) => ({ iss, aud: 'another', sub: 'a', nonce })],
    [
      'for several apps, and of none of them',
      (iss, nonce) => ({ iss, aud: ['app-at-acme', 'b'], sub: 'a', nonce }),
    ],
    ['of another flow', iss => ({ iss, aud: 'app-at-acme', sub: 'a', nonce: 'another' })],
    ['without the nonce', iss => ({ iss, aud: 'app-at-acme', sub: 'a' })],
    ['that is over', (iss, nonce) => ({ iss, aud: 'app-at-acme', sub: 'a', nonce, exp: 1 })],
    ['that is none', () => ({})],
  ]
  test.each(wrong)('T17: %s connects nothing', async (_, claims) => {
    const server = await ConnectingWorld.start({
      answer: ({ nonce }, issuer) => ({ id_token: idToken(claims(issuer, nonce)) }),
    })
    const tokens = await server.open()
    await expect(server.connect(tokens, ['openid'])).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE' })
    expect(await tokens.hasToken(CLIENT, 'acme')).toBe(false)
    await server.close()
  })
})
