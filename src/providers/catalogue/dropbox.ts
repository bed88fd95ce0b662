import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Dropbox.
 * @see https://developers.dropbox.com/oauth-guide
 * @see https://github.com/dropbox/dropbox-sdk-js/blob/main/src/auth.js
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/docs/pages/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/python-social-auth/social-core/tree/master/social_core/backends
 * @see https://dropbox.github.io/dropbox-sdk-java/api-docs/v8.0.1/com/dropbox/core/v2/auth/DbxUserAuthRequests.html
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 */
export const dropbox: CatalogueEntry = {
  title: 'Dropbox',
  notes: [
    'A refresh token comes with token_access_type=offline only.',
    'Its revocation takes an access token, and ends the refresh token of it too; one that has ended is refreshed before.',
  ],
  authorizationEndpoint: 'https://www.dropbox.com/oauth2/authorize',
  tokenEndpoint: 'https://api.dropboxapi.com/oauth2/token',
  apiHosts: ['api.dropboxapi.com'],
  revocationEndpoint: 'https://api.dropboxapi.com/2/auth/token/revoke',
  revocation: {
    style: 'bearer',
    token: 'access_token',
    gone: ['invalid_access_token', 'expired_access_token'].map(contains => ({
      status: 401,
      members: { error_summary: { contains } },
    })),
  },
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported', parameters: { token_access_type: 'offline' } },
}
