import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * Airtable.
 * @see https://airtable.com/developers/web/api/oauth-reference
 * @see https://support.airtable.com/docs/troubleshooting-oauth-integrations-in-airtable
 * @see https://nango.dev/blog/airtable-oauth-refresh-token-invalid-grant
 * @see https://cdn.cdata.com/help/JAM/rssis/pg_SampleBasesp-refreshoauthaccesstoken.htm
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 */
export const airtable: CatalogueEntry = {
  title: 'Airtable',
  notes: ['Reuse of a refresh token ends the whole integration for that user.'],
  authorizationEndpoint: 'https://airtable.com/oauth2/v1/authorize',
  tokenEndpoint: 'https://airtable.com/oauth2/v1/token',
  apiHosts: ['api.airtable.com'],
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'required' },
  refreshTokens: { rotates: 'always' },
  traits: { refreshTokenIdleMs: 60 * DAY, refreshKillsAccessToken: true },
  answers: { refreshTokenExpiresIn: ['refresh_expires_in'] },
}
