import { OAuthTokenService } from 'evergrant'
import { afterEach, describe, expect, test } from 'vitest'
import { RevokingServer } from '../support/revoking-server.ts'

const CLIENT = 'smart-tax-nation'
type Name = Parameters<typeof RevokingServer.start>[0]

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]()
})

/** A connection at a server that stands for the real one. */
async function connected(name: Name, app = { clientId: 'app', clientSecret: 'app-secret' }) {
  const server = await RevokingServer.start(name)
  const profile = await server.profile()
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    providers: { [name]: { ...app, profile } },
  })
  open.push(server, tokens)
  const isRefreshed = name !== 'slack' && name !== 'github_oauth_app'
  await tokens.storeTokens(CLIENT, name, {
    accessToken: 'access-1',
    ...(isRefreshed ? { refreshToken: 'refresh-1', expiresIn: 28_800 } : {}),
  })
  return { server, tokens, remove: () => tokens.deleteToken(CLIENT, name, { revoke: true }) }
}

const all = ['slack', 'slack_rotating', 'dropbox', 'github_app', 'github_oauth_app'] as const
const refreshed = ['slack_rotating', 'dropbox', 'github_app'] as const

describe('deleteToken with revoke', () => {
  test.each(all)('T28: ends a grant at %s by its access token, in one request', async name => {
    const { server, tokens, remove } = await connected(name)
    expect(await remove()).toBe(true)
    expect(server.isGranted).toBe(false)
    expect(server.requests).toHaveLength(1)
    expect(await tokens.getTokenRecord(CLIENT, name)).toBeNull()
  })

  test.each(refreshed)('T28: ends a grant at %s whose access token has ended', async name => {
    const { server, remove } = await connected(name)
    server.accessToken = null
    expect(await remove()).toBe(true)
    expect(server.isGranted).toBe(false)
    expect(server.requests).toHaveLength(3)
  })

  test.each(all)('T28: is done where %s says that the grant is gone', async name => {
    const { server, remove } = await connected(name)
    server.isGranted = false
    expect(await remove()).toBe(true)
  })

  test.each(all)('T28: tells that %s did not confirm, and asks again', async name => {
    const { server, remove } = await connected(name)
    server.instead.push({ status: 503, body: {} }, { status: 200, body: { ok: false, error: 'fatal_error' } })
    await expect(remove()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    expect(server.isGranted).toBe(true)
    if (name === 'dropbox') server.instead.shift()
    else await expect(remove()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    expect(await remove()).toBe(false)
    expect(server.isGranted).toBe(false)
  })

  test.each(['github_app', 'github_oauth_app'] as const)(
    'T28: with a wrong secret of the app it is not taken for done at %s',
    async name => {
      const { server, remove } = await connected(name, { clientId: 'app', clientSecret: 'wrong' })
      await expect(remove()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
      expect(server.isGranted).toBe(true)
    },
  )

  test('T28: a wrong secret of the app is no proof that a refresh token is dead', async () => {
    const { server, remove } = await connected('slack_rotating', { clientId: 'app', clientSecret: 'wrong' })
    server.accessToken = null
    await expect(remove()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    expect(server.isGranted).toBe(true)
  })
})
