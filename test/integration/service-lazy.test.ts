import { join } from 'node:path'
import { OAuthTokenService } from 'evergrant'
import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, KEYS, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const { zoho, directory } = world

describe('the ready-made service', () => {
  test('is configured by the environment and opened at its first call; a failed opening is tried again', async () => {
    const tokens = OAuthTokenService.lazy()
    process.env.DATABASE_URL = 'postgres://127.0.0.1:1/nothing'
    process.env.EVERGRANT_ENCRYPTION_KEYS = KEYS
    process.env.ZOHO_ACCOUNTS_SERVER = zoho.url
    process.env.ZOHO_CLIENT_ID = CREDENTIALS.clientId
    process.env.ZOHO_CLIENT_SECRET = CREDENTIALS.clientSecret
    try {
      await expect(tokens.hasToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      process.env.DATABASE_URL = `file:${join(directory, 'lazy.db')}`
      await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
      expect((await tokens.refreshToken(CLIENT, 'zoho_crm')).accessToken).toMatch(/^1000\./)
      await tokens.close()
    } finally {
      for (const name of [
        'DATABASE_URL',
        'EVERGRANT_ENCRYPTION_KEYS',
        'ZOHO_CLIENT_ID',
        'ZOHO_CLIENT_SECRET',
      ]) {
        delete process.env[name]
      }
    }
  })

  test('calls that come while it opens share one opening', async () => {
    const tokens = OAuthTokenService.lazy({
      database: `file:${join(directory, 'shared.db')}`,
      encryptionKeys: KEYS,
    })
    world.adopt(tokens)
    expect(await Promise.all([1, 2, 3].map(() => tokens.hasToken(CLIENT, 'zoho_crm')))).toEqual([
      false,
      false,
      false,
    ])
  })
})
