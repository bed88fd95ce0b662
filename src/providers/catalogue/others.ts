import type { CatalogueEntry } from '../catalogue-entry.ts'
import { DAY, HOUR, MINUTE } from './durations.ts'

/** Providers without a file of their own. */
export type TabledName =
  | 'basecamp'
  | 'bitbucket'
  | 'cal_com'
  | 'clickup'
  | 'deel'
  | 'etsy'
  | 'eventbrite'
  | 'fitbit'
  | 'freshbooks'
  | 'front'
  | 'gorgias'
  | 'gusto'
  | 'intercom'
  | 'monday_legacy'
  | 'netsuite'
  | 'paypal'
  | 'reddit'
  | 'salesloft'
  | 'servicenow'
  | 'smartsheet'
  | 'spotify'
  | 'stripe_apps'
  | 'stripe_connect'
  | 'surveymonkey'
  | 'typeform'
  | 'wave'
  | 'webex'
  | 'wordpress_com'
  | 'yahoo'
  | 'zoom'

/**
 * Providers without a file of their own: what is known of them, and nothing that is not. Above each its sources.
 */
export const others: Readonly<Record<TabledName, CatalogueEntry>> = {
  // https://developer.atlassian.com/cloud/bitbucket/oauth-2/
  // https://github.com/api-evangelist/bitbucket
  bitbucket: {
    title: 'Bitbucket Cloud',
    authorizationEndpoint: 'https://bitbucket.org/site/oauth2/authorize',
    tokenEndpoint: 'https://bitbucket.org/site/oauth2/access_token',
    clientAuthentication: 'client_secret_basic',
    requestFormat: 'form',
    scopeSeparator: ' ',
    refreshTokens: { rotates: 'always' },
    traits: { lifetimeMs: HOUR, refreshTokenIdleMs: 90 * DAY },
  },
  // https://developer.clickup.com/docs/authentication
  // https://github.com/amp-labs/connectors/tree/main/providers
  clickup: {
    title: 'ClickUp',
    authorizationEndpoint: 'https://app.clickup.com/api',
    tokenEndpoint: 'https://api.clickup.com/api/v2/oauth/token',
    apiHosts: ['api.clickup.com'],
  },
  // https://developer.monday.com/apps/docs/migrating-to-the-new-oauth-flow
  // https://docs.unified.to/skills/monday-oauth-app/SKILL.md
  // https://github.com/amp-labs/connectors/tree/main/providers
  monday_legacy: {
    title: 'monday.com, legacy flow',
    authorizationEndpoint: 'https://auth.monday.com/oauth2/authorize',
    tokenEndpoint: 'https://auth.monday.com/oauth2/token',
    apiHosts: ['api.monday.com'],
    refreshTokens: { rotates: 'never' },
  },
  // https://devsupport.zoom.us/hc/en-us/articles/360060332931-Extending-the-expiration-for-an-OAuth-access-token
  // https://raw.githubusercontent.com/anthropics/knowledge-work-plugins/main/partner-built/zoom-plugin/skills/oauth/concepts/token-lifecycle.md
  // https://github.com/amp-labs/connectors/tree/main/providers
  zoom: {
    title: 'Zoom, user-managed apps',
    authorizationEndpoint: 'https://zoom.us/oauth/authorize',
    tokenEndpoint: 'https://zoom.us/oauth/token',
    apiHosts: ['api.zoom.us'],
    revocationEndpoint: 'https://zoom.us/oauth/revoke',
    clientAuthentication: 'client_secret_basic',
    requestFormat: 'form',
    scopeSeparator: ' ',
    authorization: { pkce: 'supported' },
    refreshTokens: { rotates: 'always' },
    traits: { lifetimeMs: HOUR, refreshTokenIdleMs: 90 * DAY },
  },
  // https://developer.webex.com/docs/integrations
  // https://developer.webex.com/meeting/docs/authentication
  webex: {
    title: 'Webex',
    authorizationEndpoint: 'https://webexapis.com/v1/authorize',
    tokenEndpoint: 'https://webexapis.com/v1/access_token',
    requestFormat: 'form',
    scopeSeparator: ' ',
  },
  // https://cal.com/docs/api-reference/v2/deprecated:-platform-managed-users/refresh-managed-user-tokens.md
  // https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
  cal_com: {
    title: 'Cal.com',
    authorizationEndpoint: 'https://app.cal.com/auth/oauth2/authorize',
    tokenEndpoint: 'https://api.cal.com/v2/auth/oauth2/token',
    requestFormat: 'json',
  },
  // https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth
  // https://nango.dev/docs/api-integrations/intercom
  // https://github.com/amp-labs/connectors/tree/main/providers
  intercom: {
    title: 'Intercom',
    authorizationEndpoint: 'https://app.intercom.com/oauth',
    tokenEndpoint: 'https://api.intercom.io/auth/eagle/token',
    apiHosts: ['api.intercom.io'],
    refreshTokens: { rotates: 'never' },
  },
  // https://dev.frontapp.com/docs/oauth
  // https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
  front: {
    title: 'Front',
    authorizationEndpoint: 'https://app.frontapp.com/oauth/authorize',
    tokenEndpoint: 'https://app.frontapp.com/oauth/token',
  },
  // https://developers.gorgias.com/docs/oauth2
  // https://github.com/amp-labs/connectors/tree/main/providers
  gorgias: {
    title: 'Gorgias',
    authorizationEndpoint: 'https://{subdomain}.gorgias.com/oauth/authorize',
    tokenEndpoint: 'https://{subdomain}.gorgias.com/oauth/token',
    placeholders: { subdomain: { kind: 'label', description: 'the subdomain of the account' } },
    clientAuthentication: 'client_secret_basic',
    requestFormat: 'form',
    scopeSeparator: ' ',
    authorization: { refreshTokenScopes: ['offline'] },
  },
  // https://docs.stripe.com/connect/oauth-reference
  // https://nango.dev/blog/stripe-oauth-refresh-token-invalid-grant
  stripe_connect: {
    title: 'Stripe Connect (Standard OAuth)',
    authorizationEndpoint: 'https://connect.stripe.com/oauth/authorize',
    tokenEndpoint: 'https://connect.stripe.com/oauth/token',
    account: { kind: 'answer', member: 'stripe_user_id' },
  },
  // https://docs.stripe.com/stripe-apps/api-authentication/oauth
  // https://nango.dev/blog/stripe-oauth-refresh-token-invalid-grant
  stripe_apps: {
    title: 'Stripe Apps OAuth 2.0',
    authorizationEndpoint: 'https://marketplace.stripe.com/oauth/v2/authorize',
    tokenEndpoint: 'https://api.stripe.com/v1/oauth/token',
  },
  // https://developer.paypal.com/docs/log-in-with-paypal/
  // https://github.com/paypal/paypal-rest-api-specifications
  paypal: {
    title: 'PayPal (Log in with PayPal)',
    authorizationEndpoint: 'https://www.paypal.com/signin/authorize',
    tokenEndpoint: 'https://api-m.paypal.com/v1/oauth2/token',
    clientAuthentication: 'client_secret_basic',
    requestFormat: 'form',
    scopeSeparator: ' ',
  },
  // https://www.freshbooks.com/api/authentication
  // https://docs.devart.com/dotconnect/FreshBooks/
  freshbooks: {
    title: 'FreshBooks',
    authorizationEndpoint: 'https://auth.freshbooks.com/oauth/authorize',
    tokenEndpoint: 'https://api.freshbooks.com/auth/oauth/token',
    refreshTokens: { rotates: 'always' },
    traits: { lifetimeMs: 12 * HOUR },
  },
  // https://developer.waveapps.com/hc/en-us/articles/360019493652-OAuth-Guide
  // https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
  wave: {
    title: 'Wave Accounting',
    authorizationEndpoint: 'https://api.waveapps.com/oauth2/authorize',
    tokenEndpoint: 'https://api.waveapps.com/oauth2/token/',
  },
  // https://github.com/reddit-archive/reddit/wiki/OAuth2
  // https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
  reddit: {
    title: 'Reddit',
    authorizationEndpoint: 'https://www.reddit.com/api/v1/authorize',
    tokenEndpoint: 'https://www.reddit.com/api/v1/access_token',
    clientAuthentication: 'client_secret_basic',
    requestFormat: 'form',
    scopeSeparator: ' ',
    authorization: { parameters: { duration: 'permanent' } },
  },
  // https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens
  // https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
  spotify: {
    title: 'Spotify',
    authorizationEndpoint: 'https://accounts.spotify.com/authorize',
    tokenEndpoint: 'https://accounts.spotify.com/api/token',
    clientAuthentication: 'client_secret_basic',
    requestFormat: 'form',
    scopeSeparator: ' ',
    authorization: { pkce: 'supported' },
  },
  // https://dev.fitbit.com/build/reference/web-api/authorization/refresh-token
  // https://developers.google.com/health/migration
  fitbit: {
    title: 'Fitbit Web API',
    authorizationEndpoint: 'https://www.fitbit.com/oauth2/authorize',
    tokenEndpoint: 'https://api.fitbit.com/oauth2/token',
    clientAuthentication: 'client_secret_basic',
    requestFormat: 'form',
    scopeSeparator: ' ',
    refreshTokens: { rotates: 'always' },
    traits: { lifetimeMs: 8 * HOUR },
    account: { kind: 'answer', member: 'user_id' },
  },
  // https://www.typeform.com/developers/get-started/applications/
  // https://github.com/simov/grant/blob/master/config/oauth.json
  // https://github.com/amp-labs/connectors/tree/main/providers
  typeform: {
    title: 'Typeform',
    authorizationEndpoint: 'https://api.typeform.com/oauth/authorize',
    tokenEndpoint: 'https://api.typeform.com/oauth/token',
    apiHosts: ['api.typeform.com'],
    requestFormat: 'form',
    scopeSeparator: ' ',
    authorization: { refreshTokenScopes: ['offline'] },
  },
  // https://api.surveymonkey.com/v3/docs#authentication
  // https://github.com/python-social-auth/social-core/tree/master/social_core/backends
  surveymonkey: {
    title: 'SurveyMonkey',
    authorizationEndpoint: 'https://api.surveymonkey.com/oauth/authorize',
    tokenEndpoint: 'https://api.surveymonkey.com/oauth/token',
  },
  // https://www.eventbrite.com/platform/docs/authentication
  // https://github.com/python-social-auth/social-core/tree/master/social_core/backends
  eventbrite: {
    title: 'Eventbrite',
    authorizationEndpoint: 'https://www.eventbrite.com/oauth/authorize',
    tokenEndpoint: 'https://www.eventbrite.com/oauth/token',
  },
  // https://developers.etsy.com/documentation/essentials/authentication
  // https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
  etsy: {
    title: 'Etsy Open API v3',
    authorizationEndpoint: 'https://www.etsy.com/oauth/connect',
    tokenEndpoint: 'https://api.etsy.com/v3/public/oauth/token',
    requestFormat: 'form',
    scopeSeparator: ' ',
    authorization: { pkce: 'required' },
  },
  // https://developer.wordpress.com/docs/oauth2/
  // https://github.com/simov/grant/blob/master/config/oauth.json
  // https://github.com/amp-labs/connectors/tree/main/providers
  wordpress_com: {
    title: 'WordPress.com',
    authorizationEndpoint: 'https://public-api.wordpress.com/oauth2/authorize',
    tokenEndpoint: 'https://public-api.wordpress.com/oauth2/token',
    apiHosts: ['public-api.wordpress.com'],
    scopeSeparator: ' ',
  },
  // https://developer.yahoo.com/oauth2/guide/flows_authcode/
  // https://github.com/simov/grant/blob/master/config/oauth.json
  yahoo: {
    title: 'Yahoo',
    authorizationEndpoint: 'https://api.login.yahoo.com/oauth2/request_auth',
    tokenEndpoint: 'https://api.login.yahoo.com/oauth2/get_token',
    clientAuthentication: 'client_secret_basic',
    requestFormat: 'form',
  },
  // https://github.com/basecamp/bc3-api/blob/master/sections/authentication.md
  // https://github.com/basecamp/api/blob/master/sections/authentication.md
  basecamp: {
    title: 'Basecamp (37signals Launchpad)',
    authorizationEndpoint: 'https://launchpad.37signals.com/authorization/new',
    tokenEndpoint: 'https://launchpad.37signals.com/authorization/token',
    clientAuthentication: 'client_secret_post',
    requestFormat: 'form',
    traits: { lifetimeMs: 14 * DAY },
  },
  // https://developers.salesloft.com/docs/platform/api-basics/oauth-authentication/
  // https://github.com/amp-labs/connectors/tree/main/providers
  salesloft: {
    title: 'Salesloft',
    authorizationEndpoint: 'https://accounts.salesloft.com/oauth/authorize',
    tokenEndpoint: 'https://accounts.salesloft.com/oauth/token',
    apiHosts: ['api.salesloft.com'],
  },
  // https://docs.gusto.com/app-integrations/docs/authentication
  // https://github.com/amp-labs/connectors/tree/main/providers
  gusto: {
    title: 'Gusto',
    authorizationEndpoint: 'https://api.gusto.com/oauth/authorize',
    tokenEndpoint: 'https://api.gusto.com/oauth/token',
  },
  // https://developer.deel.com/docs/oauth2
  // https://github.com/amp-labs/connectors/tree/main/providers
  deel: {
    title: 'Deel',
    authorizationEndpoint: 'https://app.deel.com/oauth2/authorize',
    tokenEndpoint: 'https://app.deel.com/oauth2/tokens',
    clientAuthentication: 'client_secret_basic',
    requestFormat: 'form',
  },
  // https://www.servicenow.com/docs/r/zurich/platform-security/authentication/t_ManageTokens.html
  // https://nango.dev/docs/api-integrations/servicenow
  servicenow: {
    title: 'ServiceNow',
    authorizationEndpoint: 'https://{instance}.service-now.com/oauth_auth.do',
    tokenEndpoint: 'https://{instance}.service-now.com/oauth_token.do',
    placeholders: { instance: { kind: 'label', description: 'the name of the instance' } },
    refreshTokens: { absoluteMs: 100 * DAY },
    traits: { lifetimeMs: 30 * MINUTE },
  },
  // https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/chapter_157769826287.html
  // https://nango.dev/docs/api-integrations/netsuite-tba
  netsuite: {
    title: 'Oracle NetSuite (OAuth 2.0 code grant)',
    authorizationEndpoint: 'https://{account_id}.app.netsuite.com/app/login/oauth2/authorize.nl',
    tokenEndpoint: 'https://{account_id}.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token',
    placeholders: { account_id: { kind: 'label', description: 'the id of the account' } },
  },
  // https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/oauth-walkthrough
  // https://github.com/amp-labs/connectors/tree/main/providers
  smartsheet: {
    title: 'Smartsheet',
    authorizationEndpoint: 'https://app.smartsheet.com/b/authorize',
    tokenEndpoint: 'https://api.smartsheet.com/2.0/token',
    apiHosts: ['api.smartsheet.com'],
  },
}
