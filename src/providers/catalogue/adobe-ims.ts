import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, SECOND } from './durations.ts'

/**
 * Adobe IMS.
 * @see https://github.com/AdobeDocs/adobe-dev-console/blob/main/src/pages/guides/authentication/UserAuthentication/ims.md
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const adobeIms: CatalogueEntry = {
  title: 'Adobe IMS',
  notes: ['Adobe’s sign-in for users. A challenge without its method counts as `plain` there.'],
  authorizationEndpoint: 'https://ims-na1.adobelogin.com/ims/authorize/v2',
  tokenEndpoint: 'https://ims-na1.adobelogin.com/ims/token/v3',
  revocationEndpoint: 'https://ims-na1.adobelogin.com/ims/revoke',
  issuer: 'https://ims-na1.adobelogin.com',
  discovery: 'https://ims-na1.adobelogin.com/ims/.well-known/openid-configuration',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ',',
  authorization: { pkce: 'supported', refreshTokenScopes: ['offline_access'] },
  refreshTokens: { rotates: 'always', absoluteMs: 14 * DAY },
  traits: { lifetimeMs: 86399 * SECOND },
  account: { kind: 'id_token', claim: 'sub' },
}
