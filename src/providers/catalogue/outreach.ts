import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR, MINUTE } from './durations.ts'

/**
 * Outreach.
 * @see https://github.com/api-evangelist/outreach/tree/main/authentication
 * @see https://api.outreach.io/.well-known/oauth-authorization-server
 * @see https://rdrr.io/github/JosiahParry/outReach/man/refresh_auth_token.html
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const outreach: CatalogueEntry = {
  title: 'Outreach',
  notes: [
    'One access token per user and app in a minute; then HTTP 429.',
    'A hundred refresh tokens per user and app.',
  ],
  authorizationEndpoint: 'https://api.outreach.io/oauth/authorize',
  tokenEndpoint: 'https://api.outreach.io/oauth/token',
  apiHosts: ['api.outreach.io'],
  discovery: 'https://api.outreach.io/.well-known/oauth-authorization-server',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  traits: {
    refreshBudget: { requests: 1, perMs: MINUTE },
    lifetimeMs: 2 * HOUR,
    refreshTokenIdleMs: 14 * DAY,
  },
}
