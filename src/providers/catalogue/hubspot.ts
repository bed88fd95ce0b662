import type { CatalogueEntry } from '../catalogue-entry.ts'
import { MINUTE } from './durations.ts'

/**
 * HubSpot.
 * @see https://developers.hubspot.com/docs/api-reference/2026-03/authentication/oauth-tokens/refresh-oauth-token.md
 * @see https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/guide
 * @see https://developers.hubspot.com/docs/api-reference/legacy/authentication/oauth-tokens/v1/refresh-oauth-token.md
 * @see https://developers.hubspot.com/changelog/upcoming-expiration-of-oauth-access-tokens-is-changing
 * @see https://github.com/HubSpot/hubspot-api-nodejs/tree/master/codegen/oauth
 * @see https://github.com/python-social-auth/social-core/tree/master/social_core/backends
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 */
export const hubspot: CatalogueEntry = {
  title: 'HubSpot',
  notes: [
    'Its refusal stands in `status`, and there is no `error`.',
    'The token URL carries its version; that of v1 ends on 2027-02-16.',
  ],
  authorizationEndpoint: 'https://app.hubspot.com/oauth/authorize',
  tokenEndpoint: 'https://api.hubapi.com/oauth/2026-03/token',
  apiHosts: ['api.hubapi.com'],
  revocationEndpoint: 'https://api.hubapi.com/oauth/2026-03/token/revoke',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported' },
  refreshTokens: { rotates: 'never' },
  traits: { lifetimeMs: 30 * MINUTE },
  answers: { errorRules: [{ means: 'refused', members: { status: 'BAD_REFRESH_TOKEN' } }] },
}
