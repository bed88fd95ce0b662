import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR } from './durations.ts'

/**
 * Adobe Acrobat Sign.
 * @see https://opensource.adobe.com/acrobat-sign/developer_guide/oauth.html
 */
export const adobeAcrobatSign: CatalogueEntry = {
  title: 'Adobe Acrobat Sign',
  notes: [
    'Each customer belongs to a shard, told by `api_access_point`; refreshes go to a URL of their own there.',
  ],
  tokenEndpoint: '{api_access_point}/oauth/v2/token',
  refreshEndpoint: '{api_access_point}/oauth/v2/refresh',
  placeholders: { api_access_point: { kind: 'base', description: 'the api_access_point of the account' } },
  endpointHosts: ['api.*.adobesign.com'],
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  refreshTokens: { rotates: 'never' },
  traits: { lifetimeMs: HOUR, refreshTokenIdleMs: 60 * DAY },
}
