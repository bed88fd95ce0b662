import type { CatalogueEntry } from '../catalogue-entry.ts'
import { errorCodes } from '../standard-answers.ts'

/**
 * Klaviyo.
 * @see https://developers.klaviyo.com/en/docs/set_up_oauth
 * @see https://developers.klaviyo.com/en/docs/troubleshoot_oauth_errors
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const klaviyo: CatalogueEntry = {
  title: 'Klaviyo',
  notes: ['A dead refresh token may be called `invalid_grant_type`.'],
  authorizationEndpoint: 'https://www.klaviyo.com/oauth/authorize',
  tokenEndpoint: 'https://a.klaviyo.com/oauth/token',
  apiHosts: ['a.klaviyo.com'],
  revocationEndpoint: 'https://a.klaviyo.com/oauth/revoke',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'required' },
  answers: { errors: errorCodes({ refused: ['invalid_grant_type'] }) },
}
