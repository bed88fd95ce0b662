import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Notion.
 * @see https://developers.notion.com/reference/refresh-a-token
 * @see https://developers.notion.com/docs/authorization
 * @see https://github.com/makenotion/notion-sdk-js/blob/main/src/api-endpoints/oauth.ts
 * @see https://docs.alterauth.com/providers/notion
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/better-auth/better-auth/tree/main/packages/core/src/social-providers
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 */
export const notion: CatalogueEntry = {
  title: 'Notion',
  notes: [
    'It never says how long a token lives: refreshed when its API refuses it.',
    'The refresh token of an answer may be null: then that grant has none.',
    'A refresh is reported to end the access token before.',
  ],
  authorizationEndpoint: 'https://api.notion.com/v1/oauth/authorize',
  tokenEndpoint: 'https://api.notion.com/v1/oauth/token',
  apiHosts: ['api.notion.com'],
  revocationEndpoint: 'https://api.notion.com/v1/oauth/revoke',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'json',
  authorization: { parameters: { owner: 'user' } },
  refreshTokens: { rotates: 'always' },
  traits: { refreshKillsAccessToken: true },
  answers: {
    metadata: new Map([
      ['workspace_id', { kind: 'text' }],
      ['bot_id', { kind: 'text' }],
    ]),
  },
  account: { kind: 'answer', member: 'bot_id' },
}
