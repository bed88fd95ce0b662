import type { CatalogueEntry } from '../catalogue-entry.ts'
import { HOUR } from './durations.ts'

/**
 * Strava.
 * @see https://developers.strava.com/docs/authentication/
 * @see https://github.com/stravalib/stravalib/blob/main/docs/get-started/authenticate-with-strava.md
 * @see https://git.drupalcode.org/project/strava/-/merge_requests/4
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/python-social-auth/social-core/tree/master/social_core/backends
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const strava: CatalogueEntry = {
  title: 'Strava',
  notes: [
    'It tells the instant that a token ends at, as seconds since 1970.',
    'Whether its deauthorize is an RFC 7009 endpoint is not known.',
  ],
  authorizationEndpoint: 'https://www.strava.com/oauth/authorize',
  tokenEndpoint: 'https://www.strava.com/api/v3/oauth/token',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ',',
  refreshTokens: { rotates: 'sometimes' },
  traits: { lifetimeMs: 6 * HOUR },
  answers: { expiresAt: { member: 'expires_at', format: 'epoch_seconds' } },
}
