import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * Gong.
 * @see https://help.gong.io/docs/create-an-app-for-gong
 * @see https://github.com/api-evangelist/gong/tree/main/authentication
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const gong: CatalogueEntry = {
  title: 'Gong',
  notes: [
    'API calls go to the customer’s own host, which the answer names.',
    'An authorization is the company’s, not a user’s.',
  ],
  authorizationEndpoint: 'https://app.gong.io/oauth2/authorize',
  tokenEndpoint: 'https://app.gong.io/oauth2/generate-customer-token',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { parameters: { access_type: 'offline' } },
  traits: { lifetimeMs: DAY },
  answers: {
    metadata: new Map([['api_base_url_for_customer', { kind: 'api_origin', hosts: ['*.api.gong.io'] }]]),
  },
}
