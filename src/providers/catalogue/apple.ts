import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Sign in with Apple.
 * @see https://developer.apple.com/documentation/signinwithapplerestapi/generate_and_validate_tokens
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/python-social-auth/social-core/tree/master/social_core/backends
 */
export const apple: CatalogueEntry = {
  title: 'Sign in with Apple',
  notes: [
    'The client secret is a token that the app signs itself and that expires: give `clientSecret` as a function.',
  ],
  authorizationEndpoint: 'https://appleid.apple.com/auth/authorize',
  tokenEndpoint: 'https://appleid.apple.com/auth/token',
  issuer: 'https://appleid.apple.com',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { parameters: { response_mode: 'form_post' } },
  account: { kind: 'id_token', claim: 'sub' },
}
