import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Pipedrive.
 * @see https://pipedrive.readme.io/docs/marketplace-oauth-authorization
 * @see https://developers.pipedrive.com/docs/api/v1/Oauth
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const pipedrive: CatalogueEntry = {
  title: 'Pipedrive',
  notes: [
    'Each company has an API host of its own.',
    'API calls go to the api_domain of the connection.',
    'Scopes are those of the app: the request names none.',
  ],
  authorizationEndpoint: 'https://oauth.pipedrive.com/oauth/authorize',
  tokenEndpoint: 'https://oauth.pipedrive.com/oauth/token',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  answers: { metadata: new Map([['api_domain', { kind: 'api_origin', hosts: ['*.pipedrive.com'] }]]) },
}
