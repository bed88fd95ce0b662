import type { CatalogueEntry } from '../catalogue-entry.ts'
import { errorCodes } from '../standard-answers.ts'
import { DAY } from './durations.ts'

/**
 * Microsoft Entra ID, Graph.
 * @see https://github.com/MicrosoftDocs/entra-docs/blob/main/docs/identity-platform/refresh-tokens.md
 * @see https://github.com/MicrosoftDocs/azure-docs/commit/2b506e66a93b2a72d54aa1648046df544c673ae8
 * @see https://learn.microsoft.com/en-us/answers/a/710568
 * @see https://learn.microsoft.com/en-us/answers/questions/192699/confusing-error-message-on-failed-refresh-token-re
 * @see https://github.com/golang/oauth2/pull/540
 * @see https://github.com/better-auth/better-auth/tree/main/packages/core/src/social-providers
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const microsoftEntra: CatalogueEntry = {
  title: 'Microsoft Entra ID, Graph',
  notes: [
    'A refresh token that was used stays good: another comes with each refresh, and nothing happens to the old one.',
    'It has no revocation endpoint.',
    'For an API of one’s own a refresh has to name the scopes: refreshScope, with scopes of that API alone.',
    'invalid_client may mean that the secret has expired: then every connection of the app waits for a new one.',
  ],
  authorizationEndpoint: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
  tokenEndpoint: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
  issuer: 'https://login.microsoftonline.com/{tenant_id}/v2.0',
  revocationEndpoint: null,
  placeholders: {
    tenant: {
      kind: 'segment',
      description: 'the id or a domain of the tenant, or common, organizations, consumers',
    },
    tenant_id: { kind: 'segment', description: 'the id of the tenant' },
  },
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported', refreshTokenScopes: ['offline_access'], needsScopes: true },
  refreshTokens: { rotates: 'always', retryWindowMs: 90 * DAY },
  traits: { refreshTokenIdleMs: 90 * DAY },
  answers: { errors: errorCodes({ refused: ['interaction_required', 'consent_required'] }) },
  account: { kind: 'id_token', claim: 'sub' },
}
