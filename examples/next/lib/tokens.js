import { OAuthTokenService } from 'evergrant'
import { defineProvider } from 'evergrant/providers'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env
const profile = defineProvider({
  name: 'acme',
  authorizationEndpoint: `${ISSUER}/auth`,
  tokenEndpoint: `${ISSUER}/token`,
})

/** Opened at its first call, so that a build does not need the database. */
export const tokens = OAuthTokenService.lazy({
  callbackUrl: `http://localhost:${PORT}/oauth/callback`,
  providers: { acme: { profile, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET } },
})

/** Your sign-in. */
export async function currentUser() {
  return { id: 'ada', tenant: 'smart-tax-nation' }
}
