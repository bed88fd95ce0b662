import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * Docusign.
 * @see https://developers.docusign.com/platform/auth/reference/obtain-access-token
 * @see https://developers.docusign.com/platform/auth/confidential-authcode-get-token
 * @see https://docs.cortezaproject.org/corteza-docs/2020.6/ext/docusign/about.html
 * @see https://www.volcengine.com/article/2712729
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 */
export const docusign: CatalogueEntry = {
  title: 'Docusign',
  notes: [
    'Without the scope `extended`, asked for at the first authorization, a refresh does not renew the refresh token’s thirty days.',
    'The API host is told by its userinfo.',
  ],
  authorizationEndpoint: 'https://account.docusign.com/oauth/auth',
  tokenEndpoint: 'https://account.docusign.com/oauth/token',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported', refreshTokenScopes: ['extended'] },
  refreshTokens: { rotates: 'always', absoluteMs: 30 * DAY },
}
