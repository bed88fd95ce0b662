import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * Amazon Cognito user pools.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RefreshTokenRotationType.html
 * @see https://docs.amazonaws.cn/en_us/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.md
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/docs/pages/providers
 * @see https://github.com/better-auth/better-auth/tree/main/packages/core/src/social-providers
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 */
export const cognito: CatalogueEntry = {
  title: 'Amazon Cognito user pools',
  notes: [
    'Without rotation a refresh brings no refresh token. Its issuer is on another host than its endpoints.',
  ],
  authorizationEndpoint: 'https://{domain}/oauth2/authorize',
  tokenEndpoint: 'https://{domain}/oauth2/token',
  revocationEndpoint: 'https://{domain}/oauth2/revoke',
  issuer: 'https://cognito-idp.{region}.amazonaws.com/{user_pool_id}',
  placeholders: {
    domain: { kind: 'host', description: 'the domain of the user pool' },
    region: { kind: 'segment', description: 'the region: eu-central-1' },
    user_pool_id: { kind: 'segment', description: 'the id of the user pool' },
  },
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported' },
  refreshTokens: { rotates: 'sometimes', retryWindowMs: 0, absoluteMs: 30 * DAY },
  account: { kind: 'id_token', claim: 'sub' },
}
