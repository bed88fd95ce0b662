import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * Instagram, Business Login.
 * @see https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
 * @see https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const instagram: CatalogueEntry = {
  title: 'Instagram, Business Login',
  notes: [
    'The access token is refreshed itself, by a GET, once it is a day old. Store it as the refresh token, too.',
    'The answer to a code holds a short token, which is exchanged for the one to store.',
  ],
  authorizationEndpoint: 'https://www.instagram.com/oauth/authorize',
  tokenEndpoint: 'https://api.instagram.com/oauth/access_token',
  refreshEndpoint: 'https://graph.instagram.com/refresh_access_token',
  clientAuthentication: 'client_secret_post',
  scopeSeparator: ',',
  refresh: { token: 'access_token', parameters: { grant_type: 'ig_refresh_token' } },
  traits: { lifetimeMs: 60 * DAY, refreshTokenIdleMs: 60 * DAY, refreshEarliestMs: DAY },
  answers: { successor: 'access_token' },
}
