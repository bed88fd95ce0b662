import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Amazon, Selling Partner API.
 * @see https://developer-docs.amazon.com/sp-api/docs/authorizing-selling-partner-api-applications
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const amazonLwa: CatalogueEntry = {
  title: 'Amazon, Selling Partner API',
  notes: ['Its callback calls the code `spapi_oauth_code`.'],
  authorizationEndpoint: 'https://{seller_central_host}/apps/authorize/consent?application_id={app_id}',
  tokenEndpoint: 'https://api.amazon.com/auth/o2/token',
  placeholders: {
    seller_central_host: {
      kind: 'host',
      description: 'the host of Seller Central in the country of the seller',
    },
    app_id: { kind: 'segment', description: 'the id of the app' },
  },
  authorization: { codeParameter: 'spapi_oauth_code', callbackMetadata: ['selling_partner_id'] },
  account: { kind: 'callback', parameter: 'selling_partner_id' },
}
