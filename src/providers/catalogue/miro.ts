import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR } from './durations.ts'

/**
 * Miro.
 * @see https://developers.miro.com/reference/oauth-20-authorization-v2
 * @see https://developers.miro.com/reference/get-new-access-token-using-refresh-token
 * @see https://github.com/miroapp/api-clients
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const miro: CatalogueEntry = {
  title: 'Miro',
  notes: [
    'A refresh ends both tokens before it.',
    'Refresh tokens come if the app was made with tokens that expire.',
  ],
  authorizationEndpoint: 'https://miro.com/oauth/authorize',
  tokenEndpoint: 'https://api.miro.com/v1/oauth/token',
  apiHosts: ['api.miro.com'],
  revocationEndpoint: 'https://api.miro.com/v2/oauth/revoke',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  refreshTokens: { rotates: 'always' },
  traits: { lifetimeMs: HOUR, refreshTokenIdleMs: 60 * DAY, refreshKillsAccessToken: true },
  answers: {
    metadata: new Map([
      ['team_id', { kind: 'text' }],
      ['user_id', { kind: 'text' }],
    ]),
  },
  account: { kind: 'answer', member: 'user_id' },
}
