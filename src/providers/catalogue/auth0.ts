import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * Auth0.
 * @see https://github.com/auth0/docs-v2/blob/main/main/docs/secure/tokens/refresh-tokens.mdx
 * @see https://github.com/auth0/docs-v2/blob/main/main/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation.mdx
 * @see https://github.com/auth0/docs-v2/blob/main/main/docs/secure/tokens/token-best-practices.mdx
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 */
export const auth0: CatalogueEntry = {
  title: 'Auth0',
  notes: [
    'Whether it rotates is set for each app. Reuse of a refresh token ends its whole family; without an overlap that was set, at once.',
  ],
  authorizationEndpoint: 'https://{domain}/authorize',
  tokenEndpoint: 'https://{domain}/oauth/token',
  revocationEndpoint: 'https://{domain}/oauth/revoke',
  placeholders: { domain: { kind: 'host', description: 'the domain of the tenant' } },
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported', refreshTokenScopes: ['offline_access'] },
  refreshTokens: { rotates: 'sometimes', retryWindowMs: 0 },
  traits: { lifetimeMs: DAY },
  account: { kind: 'id_token', claim: 'sub' },
}
