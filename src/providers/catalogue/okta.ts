import type { CatalogueEntry } from '../catalogue-entry.ts'
import { SECOND } from './durations.ts'

/**
 * Okta (customer org or custom authorization server).
 * @see https://github.com/okta/okta-developer-docs/blob/master/packages/%40okta/vuepress-site/docs/guides/refresh-tokens/main/index.md
 * @see https://support.okta.com/help/s/article/refresh-token-expiration-behavior
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 */
export const okta: CatalogueEntry = {
  title: 'Okta (customer org or custom authorization server)',
  notes: [
    'Whether it rotates is set for each app. Reuse after the grace (30 s where nobody set it) ends the newest refresh token.',
  ],
  authorizationEndpoint: '{base}/v1/authorize',
  tokenEndpoint: '{base}/v1/token',
  revocationEndpoint: '{base}/v1/revoke',
  placeholders: {
    base: {
      kind: 'base',
      description: 'the authorization server: https://acme.okta.com/oauth2, or with its id behind that',
    },
  },
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported', refreshTokenScopes: ['offline_access'] },
  refreshTokens: { rotates: 'sometimes', retryWindowMs: 30 * SECOND },
  account: { kind: 'id_token', claim: 'sub' },
}
