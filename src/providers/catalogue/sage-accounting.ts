import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, MINUTE } from './durations.ts'

/**
 * Sage Accounting.
 * @see https://developer.sage.com/accounting/guides/authenticating/authentication
 * @see https://github.com/api-evangelist/sage
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const sageAccounting: CatalogueEntry = {
  title: 'Sage Accounting',
  notes: ['Tokens live five minutes. Its authorization URL has a query already, which has to stay.'],
  authorizationEndpoint: 'https://www.sageone.com/oauth2/auth/central?filter=apiv3.1',
  tokenEndpoint: 'https://oauth.accounting.sage.com/token',
  revocationEndpoint: 'https://oauth.accounting.sage.com/revoke',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  traits: { lifetimeMs: 5 * MINUTE, refreshTokenIdleMs: 31 * DAY },
}
