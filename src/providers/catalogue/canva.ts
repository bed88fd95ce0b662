import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Canva Connect.
 * @see https://github.com/canva-sdks/canva-connect-api-starter-kit/blob/main/openapi/spec.yml
 * @see https://www.canva.dev/docs/connect/authentication/
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const canva: CatalogueEntry = {
  title: 'Canva Connect',
  notes: ['Its errors are `code` and `message`.'],
  authorizationEndpoint: 'https://www.canva.com/api/oauth/authorize',
  tokenEndpoint: 'https://api.canva.com/rest/v1/oauth/token',
  revocationEndpoint: 'https://api.canva.com/rest/v1/oauth/revoke',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'required' },
  refreshTokens: { rotates: 'always' },
  answers: { errorRules: [{ means: 'refused', members: { message: 'Invalid refresh token' } }] },
}
