import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR } from './durations.ts'

/**
 * QuickBooks Online, Intuit.
 * @see https://github.com/intuit/oauth-jsclient
 * @see https://github.com/intuit/QuickBooks-V3-Java-SDK/releases/tag/v6.5.4
 * @see https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/faq
 * @see https://github.com/airbytehq/airbyte/issues/7296
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/docs/pages/providers
 */
export const quickbooks: CatalogueEntry = {
  title: 'QuickBooks Online, Intuit',
  notes: [
    'The company is named in the callback only. A refresh token changes about once a day; the one before works for another day.',
    'A grant ends five years after its consent.',
  ],
  authorizationEndpoint: 'https://appcenter.intuit.com/connect/oauth2',
  tokenEndpoint: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
  revocationEndpoint: 'https://developer.api.intuit.com/v2/oauth2/tokens/revoke',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { callbackMetadata: ['realmId'] },
  refreshTokens: { rotates: 'sometimes', retryWindowMs: DAY, absoluteMs: 1825 * DAY },
  traits: { lifetimeMs: HOUR, refreshTokenIdleMs: 100 * DAY },
  answers: { refreshTokenExpiresIn: ['x_refresh_token_expires_in'] },
  account: { kind: 'callback', parameter: 'realmId' },
}
