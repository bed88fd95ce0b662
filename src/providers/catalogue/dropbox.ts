import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Dropbox.
 * @see https://developers.dropbox.com/oauth-guide
 * @see https://github.com/dropbox/dropbox-sdk-js/blob/main/src/auth.js
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/docs/pages/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/python-social-auth/social-core/tree/master/social_core/backends
 */
export const dropbox: CatalogueEntry = {
  title: 'Dropbox',
  notes: [
    'A refresh token comes with token_access_type=offline only.',
    'Its revocation ends the token that it is called with, so Evergrant does not revoke.',
  ],
  authorizationEndpoint: 'https://www.dropbox.com/oauth2/authorize',
  tokenEndpoint: 'https://api.dropboxapi.com/oauth2/token',
  revocationEndpoint: null,
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported', parameters: { token_access_type: 'offline' } },
}
