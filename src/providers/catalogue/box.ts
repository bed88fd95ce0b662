import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR } from './durations.ts'

/**
 * Box.
 * @see https://developer.box.com/guides/authentication/tokens/refresh
 * @see https://github.com/box/developer.box.com/tree/main/content/guides/authentication/tokens
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const box: CatalogueEntry = {
  title: 'Box',
  notes: ['A refresh token is good for sixty days or one use.'],
  authorizationEndpoint: 'https://account.box.com/api/oauth2/authorize',
  tokenEndpoint: 'https://api.box.com/oauth2/token',
  apiHosts: ['api.box.com'],
  revocationEndpoint: 'https://api.box.com/oauth2/revoke',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  refreshTokens: { rotates: 'always' },
  traits: { lifetimeMs: HOUR, refreshTokenIdleMs: 60 * DAY },
}
