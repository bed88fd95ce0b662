import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * Square.
 * @see https://github.com/square/square-nodejs-sdk/blob/master/src/api/types/ObtainTokenResponse.ts
 * @see https://github.com/square/square-nodejs-sdk/blob/master/src/api/resources/oAuth/client/requests/ObtainTokenRequest.ts
 * @see https://developer.squareup.com/reference/square/oauth-api/renew-token
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const square: CatalogueEntry = {
  title: 'Square',
  notes: ['It tells when a token ends (`expires_at`), not how long it lives, and its errors are a list.'],
  authorizationEndpoint: 'https://connect.squareup.com/oauth2/authorize',
  tokenEndpoint: 'https://connect.squareup.com/oauth2/token',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'json',
  scopeSeparator: ' ',
  authorization: { parameters: { session: 'false' } },
  refreshTokens: { rotates: 'never' },
  traits: { lifetimeMs: 30 * DAY },
  answers: {
    expiresAt: { member: 'expires_at', format: 'iso8601' },
    metadata: new Map([['merchant_id', { kind: 'text' }]]),
  },
  account: { kind: 'answer', member: 'merchant_id' },
}
