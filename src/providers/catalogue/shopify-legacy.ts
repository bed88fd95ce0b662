import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Shopify, offline tokens without end.
 * @see https://shopify.dev/changelog/offline-access-tokens-now-support-expiry-and-refresh
 * @see https://github.com/Shopify/shopify-app-js/tree/main/packages/apps/shopify-api/docs/reference/auth
 * @see https://github.com/Shopify/shopify-app-js/blob/main/packages/apps/shopify-api/lib/auth/oauth/refresh-token.ts
 * @see https://community.shopify.dev/t/migrating-from-non-expiring-to-expiring-access-tokens/34525
 * @see https://community.shopify.dev/t/expiring-offline-access-tokens-required-for-new-public-apps-as-of-april-1/32607
 * @see https://craftshift.com/shopify-expiring-access-tokens/
 */
export const shopifyLegacy: CatalogueEntry = {
  title: 'Shopify, offline tokens without end',
  notes: [
    'As `shopify`, without `expiring=1`: such tokens have no end, and public apps lose them on 2027-01-01.',
  ],
  authorizationEndpoint: 'https://{shop}/admin/oauth/authorize',
  tokenEndpoint: 'https://{shop}/admin/oauth/access_token',
  apiHosts: ['{shop}'],
  placeholders: { shop: { kind: 'host', description: 'the host of the shop: acme.myshopify.com' } },
  endpointHosts: ['*.myshopify.com'],
  clientAuthentication: 'client_secret_post',
  requestFormat: 'json',
  scopeSeparator: ',',
  authorization: { callbackMetadata: ['shop'] },
  refreshTokens: { rotates: 'never' },
  headerName: 'x-shopify-access-token',
  headerScheme: '',
  account: { kind: 'callback', parameter: 'shop' },
}
