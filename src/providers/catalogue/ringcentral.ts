import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR } from './durations.ts'

/**
 * RingCentral.
 * @see https://github.com/ringcentral/ringcentral-api-docs/blob/main/docs/authentication/refresh-tokens.md
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const ringcentral: CatalogueEntry = {
  title: 'RingCentral',
  notes: [
    'A refresh ends the access token before. The old refresh token gives the same answer again for an hour, until ten seconds after the new token’s first use: so after a lost answer, for an hour.',
  ],
  authorizationEndpoint: 'https://platform.ringcentral.com/restapi/oauth/authorize',
  tokenEndpoint: 'https://platform.ringcentral.com/restapi/oauth/token',
  apiHosts: ['platform.ringcentral.com'],
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  refreshTokens: { rotates: 'always', retryWindowMs: HOUR },
  traits: { lifetimeMs: HOUR, refreshTokenIdleMs: 7 * DAY, refreshKillsAccessToken: true },
}
