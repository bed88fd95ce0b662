import type { CatalogueEntry } from '../catalogue-entry.ts'
import { HOUR } from './durations.ts'

/**
 * GitLab.
 * @see https://github.com/gitlabhq/gitlabhq/blob/master/doc/api/oauth2.md
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 */
export const gitlab: CatalogueEntry = {
  title: 'GitLab',
  notes: [
    'A refresh wants the redirect URI of the authorization, and ends the access token before.',
    'Give redirectUri among the options, or redirect_uri in the metadata.',
  ],
  authorizationEndpoint: 'https://{host}/oauth/authorize',
  tokenEndpoint: 'https://{host}/oauth/token',
  revocationEndpoint: 'https://{host}/oauth/revoke',
  placeholders: {
    host: { kind: 'host', description: 'the host of a GitLab of one’s own', default: 'gitlab.com' },
  },
  endpointHosts: ['gitlab.com'],
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported' },
  refresh: { needsRedirectUri: true },
  refreshTokens: { rotates: 'always' },
  traits: { lifetimeMs: 2 * HOUR, refreshKillsAccessToken: true },
}
