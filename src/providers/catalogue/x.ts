import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR } from './durations.ts'

/**
 * X.
 * @see https://github.com/xdevplatform/docs/blob/main/fundamentals/authentication/oauth-2-0/authorization-code.mdx
 * @see https://github.com/xdevplatform/docs/blob/main/fundamentals/authentication/oauth-2-0/user-access-token.mdx
 * @see https://github.com/trypostit/trypost/issues/126
 * @see https://github.com/unasuke/omniauth-twitter2/issues/4
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/better-auth/better-auth/tree/main/packages/core/src/social-providers
 */
export const x: CatalogueEntry = {
  title: 'X',
  notes: [
    'A refresh token that was spent is `invalid_request`, which elsewhere means the request.',
    'Codes live thirty seconds.',
  ],
  authorizationEndpoint: 'https://x.com/i/oauth2/authorize',
  tokenEndpoint: 'https://api.x.com/2/oauth2/token',
  revocationEndpoint: 'https://api.x.com/2/oauth2/revoke',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'required', refreshTokenScopes: ['offline.access'] },
  refreshTokens: { rotates: 'always' },
  traits: { lifetimeMs: 2 * HOUR, refreshTokenIdleMs: 180 * DAY },
  answers: {
    errorRules: [
      {
        means: 'refused',
        members: {
          error: 'invalid_request',
          error_description: { contains: 'Value passed for the token was invalid' },
        },
      },
    ],
  },
}
