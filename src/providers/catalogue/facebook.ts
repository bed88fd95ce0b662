import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Facebook, Meta.
 * @see https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
 * @see https://nango.dev/docs/api-integrations/facebook
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://github.com/better-auth/better-auth/tree/main/packages/core/src/social-providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const facebook: CatalogueEntry = {
  title: 'Facebook, Meta',
  notes: ['`error` is an object, not a code.', 'There is no refresh token.'],
  authorizationEndpoint: 'https://www.facebook.com/v{version}/dialog/oauth',
  tokenEndpoint: 'https://graph.facebook.com/v{version}/oauth/access_token',
  placeholders: { version: { kind: 'segment', description: 'the version of the Graph API: 21.0' } },
  clientAuthentication: 'client_secret_post',
  scopeSeparator: ',',
  refreshTokens: { rotates: 'never' },
}
