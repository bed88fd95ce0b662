import type { CatalogueEntry } from '../catalogue-entry.ts'
import { HOUR, MINUTE } from './durations.ts'

/**
 * Calendly.
 * @see https://developer.calendly.com/docs/authentication/refresh-token-rotation-guide
 * @see https://developer.calendly.com/api-docs/calendly-o-auth/o-auth/post-oauth-refresh-token.md
 * @see https://developer.calendly.com/api-docs/calendly-o-auth/o-auth/post-oauth-revoke.md
 * @see https://developer.calendly.com/how-to-access-calendly-data-on-behalf-of-authenticated-users
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const calendly: CatalogueEntry = {
  title: 'Calendly',
  notes: [
    'The token endpoint takes Basic, the revocation endpoint the secret in its body.',
    'Eight tokens per user and minute.',
  ],
  authorizationEndpoint: 'https://auth.calendly.com/oauth/authorize',
  tokenEndpoint: 'https://auth.calendly.com/oauth/token',
  apiHosts: ['api.calendly.com'],
  revocationEndpoint: 'https://auth.calendly.com/oauth/revoke',
  discovery: 'https://calendly.com/.well-known/oauth-authorization-server',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  authorization: { pkce: 'supported' },
  refreshTokens: { rotates: 'always', retryWindowMs: 0 },
  traits: { refreshBudget: { requests: 8, perMs: MINUTE }, lifetimeMs: 2 * HOUR },
  revocation: { clientAuthentication: 'client_secret_post' },
}
