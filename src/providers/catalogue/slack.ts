import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * HTTP 200 whatever happens; `token_revoked` and its like say that there is nothing left. `invalid_auth` does not: it
 * is what an app hears, too, that calls from an address it did not list.
 */
export const slackRevocation: CatalogueEntry['revocation'] = {
  style: 'bearer',
  token: 'access_token',
  confirmed: { members: { ok: 'true', revoked: 'true' } },
  gone: ['token_revoked', 'token_expired', 'account_inactive'].map(error => ({
    members: { ok: 'false', error },
  })),
}

/**
 * Slack, token rotation off.
 * @see https://docs.slack.dev/authentication/using-token-rotation
 * @see https://api.slack.com/authentication/rotation
 * @see https://github.com/slackapi/node-slack-sdk/blob/main/packages/oauth/src/install-provider.ts
 * @see https://nango.dev/blog/slack-oauth-refresh-token-invalid-grant
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://docs.slack.dev/reference/methods/auth.revoke
 */
export const slack: CatalogueEntry = {
  title: 'Slack, token rotation off',
  notes: [
    'Without token rotation an access token has no end, and there is nothing to refresh.',
    'There is no refresh token: a token is good until Slack’s API refuses it.',
    'auth.revoke ends the token, and leaves the app installed: that is the workspace’s to end.',
  ],
  authorizationEndpoint: 'https://slack.com/oauth/v2/authorize',
  tokenEndpoint: 'https://slack.com/api/oauth.v2.access',
  apiHosts: ['slack.com'],
  revocationEndpoint: 'https://slack.com/api/auth.revoke',
  revocation: slackRevocation,
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ',',
  refreshTokens: { rotates: 'never' },
  answers: { tokenTypes: ['bot', 'user'] },
  account: { kind: 'answer', member: 'team.id' },
}
