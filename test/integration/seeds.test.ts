import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, DATABASES, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const { zoho, open } = world

describe.each(DATABASES)('on %s', kind => {
  const url = (): string => world.url(kind)

  describe('with a seed in the environment', () => {
    test('takes it when nothing is stored, refreshes it, and never again once a token is stored', async () => {
      const grant = await zoho.issueGrant()
      process.env.ZOHO_REFRESH_TOKEN = grant.refreshToken
      const tokens = await open(url())
      expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(true)
      const [first, second] = await Promise.all([
        tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS),
        tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS),
      ])
      expect(first).toBe(second)
      expect((await zoho.summary()).requests).toBe(1)
      process.env.ZOHO_REFRESH_TOKEN = 'another'
      await tokens.refreshToken(CLIENT, 'zoho_crm', CREDENTIALS)
      expect((await zoho.summary()).refused).toBe(0)
    })

    test('belongs to the first client that asks; a second is told how to name the client', async () => {
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      const tokens = await open(url())
      await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)
      await expect(tokens.getAccessToken('another', 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
        code: 'TOKEN_NOT_FOUND',
        message:
          'zoho_crm of another: no token is stored, and ZOHO_REFRESH_TOKEN belongs to the client that asked for it first. ' +
          'If it is the token of this client, set EVERGRANT_ENV_CLIENT_ID to its name. Otherwise give the account' +
          "'s tokens to `evergrant import`, or to storeTokens() after the OAuth flow.",
      })
      expect(await tokens.hasToken('another', 'zoho_crm')).toBe(false)
      expect(await tokens.getAccessToken(CLIENT, 'zoho_calendar', CREDENTIALS)).toMatch(/^1000\./)
    })

    test('belongs to the client that EVERGRANT_ENV_CLIENT_ID names', async () => {
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      process.env.EVERGRANT_ENV_CLIENT_ID = CLIENT
      const tokens = await open(url())
      await expect(tokens.getAccessToken('another', 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
        code: 'TOKEN_NOT_FOUND',
        message:
          'zoho_crm of another: no token is stored, and ZOHO_REFRESH_TOKEN is for the client that EVERGRANT_ENV_CLIENT_ID ' +
          "names, which is another. Connect the account: give the account's tokens to `evergrant import`, or to storeTokens() after the OAuth flow.",
      })
      expect(await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
    })

    test('whose client is named in quotes, or with a comma, is told apart from one of another client', async () => {
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      for (const name of [`"${CLIENT}"`, `'${CLIENT}'`, `${CLIENT},`]) {
        process.env.EVERGRANT_ENV_CLIENT_ID = name
        const tokens = await open(url())
        await expect(tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toThrow(
          'EVERGRANT_ENV_CLIENT_ID names this client in quotes or with a comma behind it. Take them away.',
        )
      }
    })

    test('that was deleted says so to the client of then, and to the one that is named now', async () => {
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      const tokens = await open(url())
      await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)
      await tokens.deleteToken(CLIENT, 'zoho_crm')
      const ask = (client: string) => tokens.getAccessToken(client, 'zoho_crm', CREDENTIALS)
      await expect(ask(CLIENT)).rejects.toThrow(
        `zoho_crm of ${CLIENT}: no token is stored, and the refresh token in ZOHO_REFRESH_TOKEN was deleted: ` +
          "it is not used again. Put a new one there, or give the account's tokens to `evergrant import`, or to storeTokens() after the OAuth flow.",
      )
      await expect(ask('another')).rejects.toThrow(/belongs to the client that asked for it first/)
      if (kind === 'memory') return
      process.env.EVERGRANT_ENV_CLIENT_ID = 'another'
      const named = await open(url())
      await expect(named.getAccessToken('another', 'zoho_crm', CREDENTIALS)).rejects.toThrow(
        /the refresh token in ZOHO_REFRESH_TOKEN was deleted: it is not used again/,
      )
    })

    test('is not used again after deleteToken, in this process or after a restart', async () => {
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      const tokens = await open(url())
      await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)
      expect(await tokens.deleteToken(CLIENT, 'zoho_crm')).toBe(true)
      const again = kind === 'memory' ? tokens : await open(url())
      expect(await again.hasToken(CLIENT, 'zoho_crm')).toBe(false)
      await expect(again.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
        code: 'TOKEN_NOT_FOUND',
      })
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      const renewed = kind === 'memory' ? null : await open(url())
      if (renewed !== null)
        expect(await renewed.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
    })

    test('that nobody has used yet is not used after deleteToken either', async () => {
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      const tokens = await open(url())
      expect(await tokens.deleteToken(CLIENT, 'zoho_crm')).toBe(true)
      expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
    })

    test('that was wrong is replaced by a corrected one, as long as it was never refreshed', async () => {
      if (kind === 'memory') return expect(url()).toBe('memory:')
      process.env.ZOHO_REFRESH_TOKEN = 'mistyped'
      const first = await open(url())
      await expect(first.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
        code: 'REAUTHORIZATION_REQUIRED',
      })
      await first.close()
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      expect(await (await open(url())).getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
    })
  })
})
