import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY } from './durations.ts'

/**
 * PagerDuty.
 * @see https://github.com/PagerDuty/developer-docs/blob/main/docs/app-integration-development/06-OAuth-Functionality.md
 * @see https://github.com/PagerDuty/developer-docs/blob/main/docs/app-integration-development/02-Private-Apps.md
 */
export const pagerduty: CatalogueEntry = {
  title: 'PagerDuty',
  notes: ['A scope that does not exist is no error: the answer grants less.'],
  authorizationEndpoint: 'https://identity.pagerduty.com/oauth/authorize',
  tokenEndpoint: 'https://identity.pagerduty.com/oauth/token',
  clientAuthentication: 'client_secret_post',
  requestFormat: 'form',
  scopeSeparator: ' ',
  authorization: { pkce: 'supported' },
  refreshTokens: { rotates: 'always', absoluteMs: 365 * DAY },
  traits: { lifetimeMs: DAY, refreshTokenIdleMs: 30 * DAY },
}
