import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * Linear.
 * @see https://linear.app/developers/oauth-2-0-authentication.md
 * @see https://linear.app/docs/oauth/authentication
 * @see https://nango.dev/blog/linear-oauth-refresh-token-invalid-grant
 * @see https://github.com/ceedaragents/cyrus/issues/285
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 */
export const linear: CatalogueEntry = {
  title: 'Linear',
  notes: ['Its tokens expire since April 2026; older pages say that they do not.'],
  authorizationEndpoint: 'https://linear.app/oauth/authorize',
  tokenEndpoint: 'https://api.linear.app/oauth/token',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ',',
  authorization: { pkce: 'supported' },
  refreshTokens: { rotates: 'always' },
  traits: { lifetimeMs: DAY },
}
