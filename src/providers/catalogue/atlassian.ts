import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR, MINUTE } from './durations.ts'

/**
 * Atlassian Cloud: Jira, Confluence.
 * @see https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens
 * @see https://community.developer.atlassian.com/t/updated-31-january-2022-action-required-deprecating-persistent-refresh-tokens/54172
 * @see https://community.developer.atlassian.com/t/refresh-token-expire-after-36000-seconds/60806/2
 * @see https://nango.dev/blog/jira-oauth-refresh-token-invalid-grant
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 */
export const atlassian: CatalogueEntry = {
  title: 'Atlassian Cloud: Jira, Confluence',
  notes: [
    '`invalid_grant` comes with HTTP 403. Reuse of a refresh token after ten minutes ends every one of the grant.',
    'It has no revocation endpoint.',
    'A grant ends a year after its consent, however often it is refreshed.',
  ],
  authorizationEndpoint: 'https://auth.atlassian.com/authorize',
  tokenEndpoint: 'https://auth.atlassian.com/oauth/token',
  revocationEndpoint: null,
  clientAuthentication: 'client_secret_post',
  requestFormat: 'json',
  scopeSeparator: ' ',
  authorization: {
    parameters: { audience: 'api.atlassian.com', prompt: 'consent' },
    refreshTokenScopes: ['offline_access'],
  },
  refreshTokens: { rotates: 'always', retryWindowMs: 10 * MINUTE, absoluteMs: 365 * DAY },
  traits: { lifetimeMs: HOUR, refreshTokenIdleMs: 90 * DAY },
  apiHosts: ['api.atlassian.com'],
}
