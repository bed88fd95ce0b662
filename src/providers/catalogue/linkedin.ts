import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * LinkedIn.
 * @see https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/docs/pages/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 */
export const linkedin: CatalogueEntry = {
  title: 'LinkedIn',
  notes: [
    'The year of the grant is counted from its consent; near its end access tokens are shorter than their sixty days.',
    'Refresh tokens are for partners whom LinkedIn approved.',
  ],
  authorizationEndpoint: 'https://www.linkedin.com/oauth/v2/authorization',
  tokenEndpoint: 'https://www.linkedin.com/oauth/v2/accessToken',
  apiHosts: ['api.linkedin.com'],
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  refreshTokens: { rotates: 'never', absoluteMs: 365 * DAY },
  traits: { lifetimeMs: 60 * DAY },
}
