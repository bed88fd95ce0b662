import type { CatalogueEntry } from '../catalogue-entry.ts'
import { HOUR } from './durations.ts'

/**
 * eBay.
 * @see https://developer.ebay.com/api-docs/static/oauth-refresh-token-request.html
 * @see https://developer.ebay.com/api-docs/static/oauth-auth-code-grant-request.html
 * @see https://developer.eBay.com/support/faq
 * @see https://docs.datavirtuality.com/connectors/getting-credentials-for-ebay
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const ebay: CatalogueEntry = {
  title: 'eBay',
  notes: ['`redirect_uri` is a name that eBay gave to the URL.'],
  authorizationEndpoint: 'https://auth.ebay.com/oauth2/authorize',
  tokenEndpoint: 'https://api.ebay.com/identity/v1/oauth2/token',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { redirectUri: 'name' },
  refreshTokens: { rotates: 'never', absoluteMs: 13140 * HOUR },
  traits: { lifetimeMs: 2 * HOUR },
}
