import type { CatalogueEntry } from '../catalogue-entry.ts'
import { errorCodes } from '../standard-answers.ts'
import { HOUR } from './durations.ts'
import { slackRevocation } from './slack.ts'

const slackAnswers: CatalogueEntry['answers'] = {
  tokenTypes: ['bot', 'user'],
  errors: errorCodes({ refused: ['invalid_refresh_token'] }),
}

/**
 * Slack, token rotation on: the bot token.
 * @see https://docs.slack.dev/authentication/using-token-rotation
 * @see https://api.slack.com/authentication/rotation
 * @see https://github.com/slackapi/node-slack-sdk/blob/main/packages/oauth/src/install-provider.ts
 * @see https://nango.dev/blog/slack-oauth-refresh-token-invalid-grant
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://docs.slack.dev/reference/methods/auth.revoke
 */
export const slackRotating: CatalogueEntry = {
  title: 'Slack, token rotation on: the bot token',
  notes: [
    'Slack answers with HTTP 200 whatever happened. An answer to a code holds two chains of tokens, the bot’s at the top and the user’s under `authed_user`; each is refreshed by itself, and is a provider of its own here.',
    'auth.revoke takes the access token; one that has ended is refreshed before. What becomes of the refresh token Slack does not say: Evergrant forgets it.',
  ],
  authorizationEndpoint: 'https://slack.com/oauth/v2/authorize',
  tokenEndpoint: 'https://slack.com/api/oauth.v2.access',
  apiHosts: ['slack.com'],
  revocationEndpoint: 'https://slack.com/api/auth.revoke',
  revocation: slackRevocation,
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ',',
  refreshTokens: { rotates: 'always' },
  traits: { lifetimeMs: 12 * HOUR },
  answers: slackAnswers,
  account: { kind: 'answer', member: 'team.id' },
}

/** As {@link slackRotating}, the user's tokens. */
export const slackRotatingUser: CatalogueEntry = {
  ...slackRotating,
  title: 'Slack, token rotation on: the user token',
  answers: { ...slackAnswers, within: 'authed_user' },
  account: { kind: 'answer', member: 'authed_user.id' },
}
