import type { CatalogueEntry } from '../catalogue-entry.ts'
import type { CatalogueName } from './names.ts'
import type { TabledName } from './others.ts'

type Loader = () => Promise<CatalogueEntry>

// Each is loaded when it is named: an import of this file alone loads no entry.
const loaders: Readonly<Record<CatalogueName, Loader>> = {
  adobe_acrobat_sign: async () => (await import('./adobe-acrobat-sign.ts')).adobeAcrobatSign,
  adobe_ims: async () => (await import('./adobe-ims.ts')).adobeIms,
  airtable: async () => (await import('./airtable.ts')).airtable,
  amazon_lwa: async () => (await import('./amazon-lwa.ts')).amazonLwa,
  apple: async () => (await import('./apple.ts')).apple,
  asana: async () => (await import('./asana.ts')).asana,
  atlassian: async () => (await import('./atlassian.ts')).atlassian,
  auth0: async () => (await import('./auth0.ts')).auth0,
  box: async () => (await import('./box.ts')).box,
  calendly: async () => (await import('./calendly.ts')).calendly,
  canva: async () => (await import('./canva.ts')).canva,
  cognito: async () => (await import('./cognito.ts')).cognito,
  discord: async () => (await import('./discord.ts')).discord,
  docusign: async () => (await import('./docusign.ts')).docusign,
  dropbox: async () => (await import('./dropbox.ts')).dropbox,
  ebay: async () => (await import('./ebay.ts')).ebay,
  exact_online: async () => (await import('./exact-online.ts')).exactOnline,
  facebook: async () => (await import('./facebook.ts')).facebook,
  figma: async () => (await import('./figma.ts')).figma,
  github_app: async () => (await import('./github-app.ts')).githubApp,
  github_oauth_app: async () => (await import('./github-oauth-app.ts')).githubOauthApp,
  gitlab: async () => (await import('./gitlab.ts')).gitlab,
  gong: async () => (await import('./gong.ts')).gong,
  google: async () => (await import('./google.ts')).google,
  hubspot: async () => (await import('./hubspot.ts')).hubspot,
  instagram: async () => (await import('./instagram.ts')).instagram,
  keycloak: async () => (await import('./keycloak.ts')).keycloak,
  klaviyo: async () => (await import('./klaviyo.ts')).klaviyo,
  linear: async () => (await import('./linear.ts')).linear,
  linkedin: async () => (await import('./linkedin.ts')).linkedin,
  mailchimp: async () => (await import('./mailchimp.ts')).mailchimp,
  microsoft_entra: async () => (await import('./microsoft-entra.ts')).microsoftEntra,
  miro: async () => (await import('./miro.ts')).miro,
  mollie: async () => (await import('./mollie.ts')).mollie,
  notion: async () => (await import('./notion.ts')).notion,
  okta: async () => (await import('./okta.ts')).okta,
  outreach: async () => (await import('./outreach.ts')).outreach,
  pagerduty: async () => (await import('./pagerduty.ts')).pagerduty,
  pipedrive: async () => (await import('./pipedrive.ts')).pipedrive,
  quickbooks: async () => (await import('./quickbooks.ts')).quickbooks,
  ringcentral: async () => (await import('./ringcentral.ts')).ringcentral,
  sage_accounting: async () => (await import('./sage-accounting.ts')).sageAccounting,
  salesforce: async () => (await import('./salesforce.ts')).salesforce,
  salesforce_sandbox: async () => (await import('./salesforce.ts')).salesforceSandbox,
  shopify: async () => (await import('./shopify.ts')).shopify,
  shopify_legacy: async () => (await import('./shopify-legacy.ts')).shopifyLegacy,
  slack: async () => (await import('./slack.ts')).slack,
  slack_rotating: async () => (await import('./slack-rotating.ts')).slackRotating,
  slack_rotating_user: async () => (await import('./slack-rotating.ts')).slackRotatingUser,
  square: async () => (await import('./square.ts')).square,
  square_pkce: async () => (await import('./square-pkce.ts')).squarePkce,
  strava: async () => (await import('./strava.ts')).strava,
  tiktok: async () => (await import('./tiktok.ts')).tiktok,
  twitch: async () => (await import('./twitch.ts')).twitch,
  x: async () => (await import('./x.ts')).x,
  xero: async () => (await import('./xero.ts')).xero,
  zendesk: async () => (await import('./zendesk.ts')).zendesk,
  basecamp: fromTable('basecamp'),
  bitbucket: fromTable('bitbucket'),
  cal_com: fromTable('cal_com'),
  clickup: fromTable('clickup'),
  deel: fromTable('deel'),
  etsy: fromTable('etsy'),
  eventbrite: fromTable('eventbrite'),
  fitbit: fromTable('fitbit'),
  freshbooks: fromTable('freshbooks'),
  front: fromTable('front'),
  gorgias: fromTable('gorgias'),
  gusto: fromTable('gusto'),
  intercom: fromTable('intercom'),
  monday_legacy: fromTable('monday_legacy'),
  netsuite: fromTable('netsuite'),
  paypal: fromTable('paypal'),
  reddit: fromTable('reddit'),
  salesloft: fromTable('salesloft'),
  servicenow: fromTable('servicenow'),
  smartsheet: fromTable('smartsheet'),
  spotify: fromTable('spotify'),
  stripe_apps: fromTable('stripe_apps'),
  stripe_connect: fromTable('stripe_connect'),
  surveymonkey: fromTable('surveymonkey'),
  typeform: fromTable('typeform'),
  wave: fromTable('wave'),
  webex: fromTable('webex'),
  wordpress_com: fromTable('wordpress_com'),
  yahoo: fromTable('yahoo'),
  zoom: fromTable('zoom'),
}

/** Every provider of the catalogue, by name. */
export const catalogueNames: readonly CatalogueName[] = Object.keys(loaders).filter(isInCatalogue).sort()

/** Whether the catalogue has a provider of this name. */
export function isInCatalogue(name: string): name is CatalogueName {
  return Object.hasOwn(loaders, name)
}

/** What the catalogue knows of a provider. */
export function catalogueEntry(name: CatalogueName): Promise<CatalogueEntry> {
  return loaders[name]()
}

function fromTable(name: TabledName): Loader {
  return async () => (await import('./others.ts')).others[name]
}
