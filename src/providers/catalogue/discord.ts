import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * Discord.
 * @see https://github.com/discord/discord-api-docs/blob/main/developers/topics/oauth2.mdx
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 */
export const discord: CatalogueEntry = {
  title: 'Discord',
  notes: ['Its token endpoint takes forms only. A revocation ends all tokens of the authorization.'],
  authorizationEndpoint: 'https://discord.com/oauth2/authorize',
  tokenEndpoint: 'https://discord.com/api/oauth2/token',
  apiHosts: ['discord.com'],
  revocationEndpoint: 'https://discord.com/api/oauth2/token/revoke',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported' },
  refreshTokens: { rotates: 'always' },
  traits: { lifetimeMs: 7 * DAY },
}
