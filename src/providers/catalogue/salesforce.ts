import type { CatalogueEntry } from '../catalogue-entry.ts'
import { errorCodes } from '../standard-answers.ts'

const salesforceAnswers: CatalogueEntry['answers'] = {
  errors: errorCodes({ refused: ['inactive_user', 'inactive_org'] }),
  metadata: new Map([
    [
      'instance_url',
      {
        kind: 'api_origin',
        hosts: ['*.my.salesforce.com', '*.sandbox.my.salesforce.com', '*.salesforce.com'],
      },
    ],
    ['id', { kind: 'text' }],
  ]),
}

/**
 * Salesforce.
 * @see https://help.salesforce.com/apex/HTViewHelpDoc?id=remoteaccess_oauth_refresh_token_flow.htm&language=en_US
 * @see https://help.salesforce.com/s/articleView?id=xcloud.connected_app_limit_idle_ttl.htm&type=5
 * @see https://developer.salesforce.com/docs/platform/isvforce/guide/secure-code-ac-eca.md
 * @see https://gyde.ai/kb/application-access-request
 * @see https://hotovo.com/2017/08/14/why-my-sfdc-oauth2-token-pair-gets-revoked/
 * @see https://github.com/anthonyreilly/NetCoreForce/issues/94
 */
export const salesforce: CatalogueEntry = {
  title: 'Salesforce',
  notes: [
    'Answers have no `expires_in`: a token lives as long as the session policy of the customer says.',
    'API calls go to the instance_url of the connection.',
    'Five approvals per user and app; a sixth ends the oldest.',
  ],
  authorizationEndpoint: 'https://login.salesforce.com/services/oauth2/authorize',
  tokenEndpoint: 'https://login.salesforce.com/services/oauth2/token',
  revocationEndpoint: 'https://login.salesforce.com/services/oauth2/revoke',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported', refreshTokenScopes: ['refresh_token'] },
  refreshTokens: { rotates: 'sometimes' },
  answers: salesforceAnswers,
  account: { kind: 'answer', member: 'id' },
}

/** As {@link salesforce}, for sandboxes: a grant of one is refreshed there and nowhere else. */
export const salesforceSandbox: CatalogueEntry = {
  ...salesforce,
  title: 'Salesforce sandboxes',
  authorizationEndpoint: 'https://test.salesforce.com/services/oauth2/authorize',
  tokenEndpoint: 'https://test.salesforce.com/services/oauth2/token',
  revocationEndpoint: 'https://test.salesforce.com/services/oauth2/revoke',
}
