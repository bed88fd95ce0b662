import { OAuthTokenService } from 'evergrant'
import { genericProvider } from 'evergrant/providers'
import { CUSTOMER, type OpenContender } from '../contender.ts'

const encryptionKeys = `comparison:${Buffer.alloc(32, 7).toString('base64')}`

/** Evergrant with its defaults, on the program's own pool. */
export const open: OpenContender = async ({ issuer, app, rotates }, pool) => {
  const profile = genericProvider({
    name: 'acme',
    tokenEndpoint: `${issuer}/token`,
    rotation: rotates ? 'strict' : 'static',
  })
  const tokens = await OAuthTokenService.open({
    database: pool,
    encryptionKeys,
    providers: { acme: { ...app, profile } },
  })
  return {
    connect: async granted => {
      await tokens.storeTokens(CUSTOMER, 'acme', granted)
      await pool.query(`update oauth_tokens set token_expiry = now() - interval '1 hour', refresh_at = now()`)
    },
    getAccessToken: () => tokens.getAccessToken(CUSTOMER, 'acme'),
    storedRefreshToken: async () =>
      (await tokens.getTokenRecord(CUSTOMER, 'acme'))?.refreshToken?.reveal() ?? null,
    close: () => tokens.close(),
  }
}
