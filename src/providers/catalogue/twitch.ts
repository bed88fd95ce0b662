import type { CatalogueEntry } from '../catalogue-entry.ts'
import { HOUR } from './durations.ts'

/**
 * Twitch.
 * @see https://dev.twitch.tv/docs/authentication/refresh-tokens/
 * @see https://dev.twitch.tv/docs/authentication/validate-tokens
 * @see https://hexdocs.pm/hello_twitch_api/TwitchAPI.AuthClient.html
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const twitch: CatalogueEntry = {
  title: 'Twitch',
  notes: [
    '`error` repeats the HTTP status; what is wrong stands in `message`.',
    'Its APIs want the header Client-Id, too.',
  ],
  authorizationEndpoint: 'https://id.twitch.tv/oauth2/authorize',
  tokenEndpoint: 'https://id.twitch.tv/oauth2/token',
  revocationEndpoint: 'https://id.twitch.tv/oauth2/revoke',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  refreshTokens: { rotates: 'sometimes' },
  traits: { lifetimeMs: 4 * HOUR },
  answers: { errorRules: [{ means: 'refused', members: { message: 'Invalid refresh token' } }] },
}
