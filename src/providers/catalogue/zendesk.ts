import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Zendesk.
 * @see https://support.zendesk.com/hc/en-us/articles/9182123625370-Announcing-support-for-OAuth-refresh-token-grant-type-and-OAuth-access-and-refresh-token-expirations
 * @see https://developer.zendesk.com/documentation/api-basics/authentication/refresh-token
 * @see https://github.com/api-evangelist/zendesk
 * @see https://docs.unified.to/skills/zendesk-oauth-app/SKILL.md
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 */
export const zendesk: CatalogueEntry = {
  title: 'Zendesk',
  notes: [
    'The app chooses how long tokens live: `refreshParameters: { expires_in, refresh_token_expires_in }` of the options.',
    'A refresh deletes both tokens before it.',
    'An app of one’s own works for one subdomain; others need a global client.',
  ],
  authorizationEndpoint: 'https://{subdomain}.zendesk.com/oauth/authorizations/new',
  tokenEndpoint: 'https://{subdomain}.zendesk.com/oauth/tokens',
  apiHosts: ['{subdomain}.zendesk.com'],
  placeholders: { subdomain: { kind: 'label', description: 'the subdomain of the account' } },
  clientAuthentication: 'client_secret_post',
  requestFormat: 'json',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported' },
  refreshTokens: { rotates: 'always', retryWindowMs: 0 },
  traits: { refreshKillsAccessToken: true },
}
