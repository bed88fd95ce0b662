import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, MINUTE, SECOND } from './durations.ts'

/**
 * Exact Online.
 * @see https://github.com/websmurf/laravel-exact-online/issues/31
 * @see https://github.com/picqer/exact-php-client/issues/475
 * @see https://github.com/PipedreamHQ/pipedream/issues/1655
 * @see https://github.com/picqer/exact-php-client/issues/300
 * @see https://github.com/websmurf/laravel-exact-online/issues/19
 * @see https://github.com/picqer/exact-php-client/issues/549
 */
export const exactOnline: CatalogueEntry = {
  title: 'Exact Online',
  notes: [
    'A token lives ten minutes and can be refreshed in its last thirty seconds only: what is too early is refused with an error that elsewhere means a refusal.',
    'Refreshes that come too early count against an hourly limit of errors.',
  ],
  authorizationEndpoint: 'https://start.exactonline.{tld}/api/oauth2/auth',
  tokenEndpoint: 'https://start.exactonline.{tld}/api/oauth2/token',
  placeholders: {
    tld: {
      kind: 'choice',
      description: 'the country of the account',
      values: ['nl', 'be', 'de', 'co.uk', 'fr', 'es', 'com'],
    },
  },
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  refreshTokens: { rotates: 'always' },
  traits: {
    lifetimeMs: 10 * MINUTE,
    refreshTokenIdleMs: 30 * DAY,
    refreshEarliestMs: 570 * SECOND,
    throttleMs: 30 * SECOND,
  },
  answers: {
    errorRules: [
      {
        means: 'too_early',
        members: { error: 'access_denied', error_description: { contains: 'access_token not expired' } },
      },
      { means: 'refused', members: { error_description: { contains: 'Old refresh token used' } } },
    ],
  },
}
