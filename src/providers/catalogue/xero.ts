import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, MINUTE } from './durations.ts'

/**
 * Xero.
 * @see https://developer.xero.com/faq/oauth2
 * @see https://community.xero.com/developer/discussion/105714701/
 * @see https://community.xero.com/developer/discussion/127920775
 * @see https://github.com/api-evangelist/xero
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const xero: CatalogueEntry = {
  title: 'Xero',
  notes: [
    'Within half an hour the old refresh token may be sent again. One grant may cover several organisations.',
  ],
  authorizationEndpoint: 'https://login.xero.com/identity/connect/authorize',
  tokenEndpoint: 'https://identity.xero.com/connect/token',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported', refreshTokenScopes: ['offline_access'] },
  refreshTokens: { rotates: 'always', retryWindowMs: 30 * MINUTE },
  traits: { lifetimeMs: 30 * MINUTE, refreshTokenIdleMs: 60 * DAY },
  apiHosts: ['api.xero.com'],
  account: { kind: 'request', url: 'https://api.xero.com/connections', member: '0.tenantId' },
}
