import type { CatalogueEntry } from '../catalogue-entry.ts'
import { HOUR } from './durations.ts'

/**
 * Mollie Connect.
 * @see https://github.com/mollie/api-documentation/blob/master/source/reference/oauth2/tokens.rst
 * @see https://github.com/mollie/api-documentation/blob/master/source/connect/getting-started.rst
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const mollie: CatalogueEntry = {
  title: 'Mollie Connect',
  notes: [
    'A refresh wants the redirect URI of the authorization. A revocation is a DELETE.',
    'Give redirectUri among the options, or redirect_uri in the metadata.',
  ],
  authorizationEndpoint: 'https://my.mollie.com/oauth2/authorize',
  tokenEndpoint: 'https://api.mollie.com/oauth2/tokens',
  revocationEndpoint: 'https://api.mollie.com/oauth2/tokens',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  refresh: { needsRedirectUri: true },
  refreshTokens: { rotates: 'never' },
  traits: { lifetimeMs: HOUR },
  revocation: { method: 'DELETE', goneStatuses: [204] },
}
