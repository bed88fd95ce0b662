import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR } from './durations.ts'

/**
 * TikTok, Login Kit and Content APIs.
 * @see https://developers.tiktok.com/docs/en/oauth-refresh-a-user-access-token
 * @see https://developers.tiktok.com/docs/zh-Hans/oauth-user-access-token-management
 * @see https://developers.tiktok.com/doc/oauth-user-access-token-management
 * @see https://developers.tiktok.com/doc/obtain-access-token-for-apis
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/docs/pages/providers
 */
export const tiktok: CatalogueEntry = {
  title: 'TikTok, Login Kit and Content APIs',
  notes: ['The app is named by `client_key`.', 'TikTok for Business is another server.'],
  authorizationEndpoint: 'https://www.tiktok.com/v2/auth/authorize/',
  tokenEndpoint: 'https://open.tiktokapis.com/v2/oauth/token/',
  revocationEndpoint: 'https://open.tiktokapis.com/v2/oauth/revoke/',
  clientAuthentication: 'client_secret_post',
  clientIdParameter: 'client_key',
  requestFormat: 'form',
  scopeSeparator: ',',
  authorization: { pkce: 'supported' },
  refreshTokens: { rotates: 'always', absoluteMs: 180 * DAY },
  traits: { lifetimeMs: 2 * HOUR },
  answers: {
    refreshTokenExpiresIn: ['refresh_expires_in'],
    metadata: new Map([['open_id', { kind: 'text' }]]),
  },
  account: { kind: 'answer', member: 'open_id' },
}
