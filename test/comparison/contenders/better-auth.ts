import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { genericOAuth } from 'better-auth/plugins/generic-oauth'
import { CUSTOMER, type OpenContender } from '../contender.ts'

/**
 * `better-auth` with its Generic OAuth plugin, and `auth.api.getAccessToken` called by the server as its page on
 * OAuth says. Its own migrations make the tables.
 */
export const open: OpenContender = async ({ issuer, app }, pool) => {
  const auth = betterAuth({
    database: pool,
    baseURL: 'http://127.0.0.1',
    secret: 'a secret that is long enough for better-auth',
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: 'acme',
            authorizationUrl: `${issuer}/auth`,
            tokenUrl: `${issuer}/token`,
            tokenEndpointAuth: { method: 'client_secret_post' },
            ...app,
          },
        ],
      }),
    ],
  })
  await (await getMigrations(auth.options)).runMigrations()
  const { internalAdapter } = await auth.$context
  const email = `${CUSTOMER}@back-end.example`
  const known = (await internalAdapter.findUserByEmail(email))?.user
  const userId = (known ?? (await internalAdapter.createUser({ email, name: CUSTOMER }, { method: 'other' })))
    .id
  const account = async () => (await internalAdapter.findAccounts(userId))[0]
  let accountId = (await account())?.id ?? ''

  return {
    connect: async ({ accessToken, refreshToken }) => {
      await internalAdapter.deleteAccounts(userId)
      const created = await internalAdapter.createAccount({
        userId,
        providerId: 'acme',
        accountId: CUSTOMER,
        accessToken,
        refreshToken,
        accessTokenExpiresAt: new Date(Date.now() - 3_600_000),
      })
      accountId = created.id
    },
    getAccessToken: async () => (await auth.api.getAccessToken({ body: { accountId, userId } })).accessToken,
    storedRefreshToken: async () => (await account())?.refreshToken ?? null,
    close: async () => {},
  }
}
