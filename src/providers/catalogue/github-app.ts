import type { CatalogueEntry } from '../catalogue-entry.ts'
import { errorCodes } from '../standard-answers.ts'
import { DAY, HOUR } from './durations.ts'
import { githubRevocation } from './github-oauth-app.ts'

/**
 * GitHub App, user tokens that expire.
 * @see https://github.com/github/docs/blob/main/content/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens.md
 * @see https://github.com/github/docs/blob/main/data/reusables/apps/user-access-token-response-parameters.md
 * @see https://github.com/github/docs/blob/main/content/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors.md
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/docs/pages/providers
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
 */
export const githubApp: CatalogueEntry = {
  title: 'GitHub App, user tokens that expire',
  notes: [
    'Errors come with HTTP 200. Who loses a race of two refreshes hears `bad_refresh_token` about a grant that is alive.',
    'A revocation takes the access token, and ends all that the user granted to the app; one that has ended is refreshed before.',
    'unverified_user_email is the user’s to cure: it is retried.',
    'Answers name no scopes: permissions are the app’s.',
  ],
  authorizationEndpoint: 'https://github.com/login/oauth/authorize',
  tokenEndpoint: 'https://github.com/login/oauth/access_token',
  apiHosts: ['api.github.com'],
  revocationEndpoint: 'https://api.github.com/applications/{client_id}/grant',
  revocation: githubRevocation,
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  refreshTokens: { rotates: 'always', absoluteMs: 183 * DAY },
  traits: { lifetimeMs: 8 * HOUR, refreshKillsAccessToken: true },
  answers: {
    acceptsForm: true,
    errors: errorCodes({
      refused: ['bad_refresh_token'],
      misconfigured: ['incorrect_client_credentials'],
    }),
  },
}
