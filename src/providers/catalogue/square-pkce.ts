import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * Square, public clients.
 * @see https://github.com/square/square-nodejs-sdk/blob/master/src/api/types/ObtainTokenResponse.ts
 * @see https://github.com/square/square-nodejs-sdk/blob/master/src/api/resources/oAuth/client/requests/ObtainTokenRequest.ts
 * @see https://developer.squareup.com/reference/square/oauth-api/renew-token
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const squarePkce: CatalogueEntry = {
  title: 'Square, public clients',
  notes: ['As `square`, without a secret: refresh tokens work once, and their end is told, too.'],
  authorizationEndpoint: 'https://connect.squareup.com/oauth2/authorize',
  tokenEndpoint: 'https://connect.squareup.com/oauth2/token',
  clientAuthentication: 'none',
  requestFormat: 'json',
  scopeSeparator: ' ',
  authorization: { pkce: 'required' },
  refreshTokens: { rotates: 'always', absoluteMs: 90 * DAY },
  traits: { lifetimeMs: 30 * DAY },
  answers: {
    expiresAt: { member: 'expires_at', format: 'iso8601' },
    refreshTokenExpiresAt: { member: 'refresh_token_expires_at', format: 'iso8601' },
    metadata: new Map([['merchant_id', { kind: 'text' }]]),
  },
  account: { kind: 'answer', member: 'merchant_id' },
}
