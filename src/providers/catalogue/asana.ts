import type { CatalogueEntry } from '../catalogue-entry.ts'
import { HOUR } from './durations.ts'

/**
 * Asana.
 * @see https://github.com/Asana/developer-docs/blob/master/source/includes/markdown/_auth.html.md
 * @see https://github.com/Asana/openapi/blob/master/defs/asana_oas.yaml
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const asana: CatalogueEntry = {
  title: 'Asana',
  notes: ['A refresh token comes with the code only.'],
  authorizationEndpoint: 'https://app.asana.com/-/oauth_authorize',
  tokenEndpoint: 'https://app.asana.com/-/oauth_token',
  apiHosts: ['app.asana.com'],
  revocationEndpoint: 'https://app.asana.com/-/oauth_revoke',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported' },
  refreshTokens: { rotates: 'never' },
  traits: { lifetimeMs: HOUR },
  account: { kind: 'answer', member: 'data.id' },
}
