import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Keycloak.
 * @see https://github.com/keycloak/keycloak/blob/main/docs/documentation/server_admin/topics/sessions/timeouts.adoc
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/docs/pages/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 */
export const keycloak: CatalogueEntry = {
  title: 'Keycloak',
  notes: ['Whether a refresh token works once is a setting of the realm.'],
  authorizationEndpoint: '{base}/realms/{realm}/protocol/openid-connect/auth',
  tokenEndpoint: '{base}/realms/{realm}/protocol/openid-connect/token',
  revocationEndpoint: '{base}/realms/{realm}/protocol/openid-connect/revoke',
  issuer: '{base}/realms/{realm}',
  placeholders: {
    base: { kind: 'base', description: 'the URL of the Keycloak' },
    realm: { kind: 'segment', description: 'the realm' },
  },
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported', refreshTokenScopes: ['offline_access'] },
  refreshTokens: { rotates: 'sometimes' },
  answers: { refreshTokenExpiresIn: ['refresh_expires_in'] },
  account: { kind: 'id_token', claim: 'sub' },
}
