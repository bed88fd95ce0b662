import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR } from './durations.ts'

/**
 * Google.
 * @see https://developers.google.com/identity/protocols/oauth2#expiration
 * @see https://developers.google.com/identity/protocols/oauth2/web-server#offline
 * @see https://qiita.com/croquette0212/items/8da7ccaa09abf89d4f51
 * @see https://docs.gitguardian.com/secrets-detection/secrets-detection-engine/detectors/specifics/google_oauth2_refresh_token
 * @see https://workos.com/blog/refresh-token-behavior-across-fourteen-providers
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 */
export const google: CatalogueEntry = {
  title: 'Google',
  notes: [
    'Google: Workspace, Calendar, Gmail, Drive, Ads. One authorization server for all of them.',
    'A refresh token comes with access_type=offline, and again only with prompt=consent.',
    'A hundred refresh tokens per account and app; the oldest ends silently.',
  ],
  authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenEndpoint: 'https://oauth2.googleapis.com/token',
  apiHosts: ['www.googleapis.com', 'people.googleapis.com', 'gmail.googleapis.com'],
  revocationEndpoint: 'https://oauth2.googleapis.com/revoke',
  issuer: 'https://accounts.google.com',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: {
    pkce: 'supported',
    parameters: { access_type: 'offline', prompt: 'consent' },
    needsScopes: true,
  },
  refreshTokens: { rotates: 'never' },
  traits: { lifetimeMs: HOUR, refreshTokenIdleMs: 180 * DAY },
  account: { kind: 'id_token', claim: 'sub' },
}
