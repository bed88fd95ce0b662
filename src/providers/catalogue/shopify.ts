import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR } from './durations.ts'

/**
 * Shopify, offline tokens that expire.
 * @see https://shopify.dev/changelog/offline-access-tokens-now-support-expiry-and-refresh
 * @see https://github.com/Shopify/shopify-app-js/tree/main/packages/apps/shopify-api/docs/reference/auth
 * @see https://github.com/Shopify/shopify-app-js/blob/main/packages/apps/shopify-api/lib/auth/oauth/refresh-token.ts
 * @see https://community.shopify.dev/t/migrating-from-non-expiring-to-expiring-access-tokens/34525
 * @see https://community.shopify.dev/t/expiring-offline-access-tokens-required-for-new-public-apps-as-of-april-1/32607
 * @see https://craftshift.com/shopify-expiring-access-tokens/
 */
export const shopify: CatalogueEntry = {
  title: 'Shopify, offline tokens that expire',
  notes: [
    'Each shop has endpoints of its own. `shop` of the callback is the host: only one label in front of myshopify.com is accepted.',
  ],
  authorizationEndpoint: 'https://{shop}/admin/oauth/authorize',
  tokenEndpoint: 'https://{shop}/admin/oauth/access_token',
  apiHosts: ['{shop}'],
  placeholders: { shop: { kind: 'host', description: 'the host of the shop: acme.myshopify.com' } },
  endpointHosts: ['*.myshopify.com'],
  clientAuthentication: 'client_secret_post',
  requestFormat: 'json',
  scopeSeparator: ',',
  authorization: { exchangeParameters: { expiring: '1' }, callbackMetadata: ['shop'] },
  refreshTokens: { rotates: 'always' },
  traits: { lifetimeMs: HOUR, refreshTokenIdleMs: 90 * DAY },
  headerName: 'x-shopify-access-token',
  headerScheme: '',
  account: { kind: 'callback', parameter: 'shop' },
}
