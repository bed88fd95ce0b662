import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Mailchimp.
 * @see https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/
 * @see https://github.com/api-evangelist/mailchimp
 * @see https://github.com/simov/grant/blob/master/config/oauth.json
 */
export const mailchimp: CatalogueEntry = {
  title: 'Mailchimp',
  authorizationEndpoint: 'https://login.mailchimp.com/oauth2/authorize',
  tokenEndpoint: 'https://login.mailchimp.com/oauth2/token',
}
