import type { CatalogueEntry } from '../catalogue-entry.ts'
import { errorCodes } from '../standard-answers.ts'

/** GitHub answers 404 for a token that it does not take. */
export const githubRevocation: CatalogueEntry['revocation'] = {
  style: 'json',
  method: 'DELETE',
  token: 'access_token',
  tokenMember: 'access_token',
  clientAuthentication: 'client_secret_basic',
  confirmed: { status: 204 },
  goneStatuses: [404],
}

/**
 * GitHub OAuth App.
 * @see https://github.com/github/docs/blob/main/content/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors.md
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/docs/pages/providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/golang/oauth2/blob/master/endpoints/endpoints.go
 * @see https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
 */
export const githubOauthApp: CatalogueEntry = {
  title: 'GitHub OAuth App',
  notes: [
    'Its access tokens have no end, and there is nothing to refresh.',
    'There is no refresh token.',
    'A revocation ends all that the user granted to the app.',
  ],
  authorizationEndpoint: 'https://github.com/login/oauth/authorize',
  tokenEndpoint: 'https://github.com/login/oauth/access_token',
  apiHosts: ['api.github.com'],
  revocationEndpoint: 'https://api.github.com/applications/{client_id}/grant',
  revocation: githubRevocation,
  clientAuthentication: 'client_secret_post',
  scopeSeparator: ' ',
  refreshTokens: { rotates: 'never' },
  answers: {
    acceptsForm: true,
    errors: errorCodes({
      refused: ['bad_verification_code'],
      misconfigured: ['incorrect_client_credentials', 'redirect_uri_mismatch'],
    }),
  },
}
