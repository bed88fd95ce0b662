import { InvalidInputError } from '../errors.ts'
import { isSecureUrl } from '../ports/secure-url.ts'
import type { Metadata } from '../ports/store.ts'
import type { AnswerMembers, AnswerRules } from './answer-rules.ts'
import { parseHost } from './api-host.ts'
import { defineProvider } from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { standardErrorCodes } from './standard-answers.ts'
import {
  unpublishedZohoLocations,
  type ZohoDataCentre,
  zohoApiHosts,
  zohoDataCentreAt,
  zohoDataCentreOfApi,
  zohoDataCentres,
} from './zoho-data-centres.ts'

/** Settings of every `zoho_*` provider. */
export interface ZohoSettings {
  /** The data centre of connections whose metadata name none: `us` (the default), `eu`, `in`, … */
  readonly location?: string | undefined
  /** The accounts server of all connections, over location and metadata: https, or http on loopback. */
  readonly accountsServer?: string | undefined
  /** Hosts beside Zoho's that the access token may be sent to, and that may stand in `api_domain`. */
  readonly allowHosts?: readonly string[] | undefined
}

/**
 * Zoho CRM. Refresh tokens do not rotate; ten refreshes per refresh token in ten minutes.
 * https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html
 * https://www.zoho.com/accounts/protocol/oauth/use-access-token.html
 * @throws InvalidInputError the location does not exist, or the accounts server is not an https URL.
 */
export function zohoCrm(settings: ZohoSettings = {}): ProviderProfile {
  return zohoProfile('zoho_crm', zohoDataCentres().flatMap(zohoApiHosts), settings)
}

/** Zoho Calendar; as {@link zohoCrm}, with its own API hosts. @throws InvalidInputError as there. */
export function zohoCalendar(settings: ZohoSettings = {}): ProviderProfile {
  const hosts = zohoDataCentres().map(centre => centre.calendarHost)
  return zohoProfile('zoho_calendar', hosts, settings)
}

function zohoProfile(name: string, apiHosts: readonly string[], settings: ZohoSettings): ProviderProfile {
  const allowHosts = (settings.allowHosts ?? []).map(host => parseHost(host, name))
  const accountsServer = parseAccountsServer(settings.accountsServer, name)
  const defaultLocation = settings.location ?? 'us'
  if (accountsServer === null) requireDataCentre({}, defaultLocation, name)
  const endpoint = (path: string) => (metadata: Metadata) =>
    (accountsServer ?? requireDataCentre(metadata, defaultLocation, name).accountsServer) + path

  return defineProvider({
    name,
    tokenEndpoint: endpoint('/oauth/v2/token'),
    revocationEndpoint: endpoint('/oauth/v2/token/revoke'),
    endpointHosts: zohoDataCentres().map(centre => new URL(centre.accountsServer).host),
    // 400 is Zoho's answer for a token that it does not know.
    revocation: { style: 'token_only', goneStatuses: [400] },
    authorizationEndpoint: endpoint('/oauth/v2/auth'),
    authorization: {
      needsScopes: true,
      // A repeated consent brings a refresh token only with prompt=consent.
      parameters: { access_type: 'offline', prompt: 'consent' },
      callbackMetadata: ['location'],
    },
    refreshTokens: { rotates: 'never' },
    // The organization that a self client asks for: without it, `missing_org_info`.
    clientCredentials: { metadata: ['soid'] },
    clientAuthentication: 'client_secret_post',
    requestFormat: 'form',
    scopeSeparator: ',',
    headerScheme: 'Zoho-oauthtoken',
    apiHosts: [...apiHosts, ...allowHosts],
    traits: {
      lifetimeMs: 3_600_000,
      rotation: 'static',
      throttleMs: 600_000,
      refreshBudget: { requests: 10, perMs: 600_000 },
    },
    answers: {
      ...zohoAnswers,
      metadata: new Map([['api_domain', value => keepApiDomain(value, allowHosts)]]),
    },
    account: {
      kind: 'request',
      url: endpoint('/oauth/user/info'),
      member: 'ZUID',
      scope: 'AaaServer.profile.READ',
    },
    badToken: {
      codes: ['INVALID_TOKEN', 'INVALID_OAUTHTOKEN', 'AUTHENTICATION_FAILURE'],
      otherCodes: ['OAUTH_SCOPE_MISMATCH', 'INVALID_OAUTHSCOPE', 'AUTHORIZATION_FAILED', 'NO_PERMISSION'],
    },
    dataCentreOf: metadata => findDataCentre(metadata, defaultLocation)?.location ?? null,
  })
}

const zohoAnswers: Partial<AnswerRules> = {
  errors: {
    refused: ['invalid_code', ...standardErrorCodes.refused],
    misconfigured: [...standardErrorCodes.misconfigured, 'missing_org_info'],
    throttled: ['Access Denied', ...standardErrorCodes.throttled],
    transient: ['general_error', 'access_denied', ...standardErrorCodes.transient],
  },
  isThrottle: isZohoThrottle,
  expiresInUnit: 'seconds_or_milliseconds',
}

// HTTP 400 or 200, with a localized `error` ("Access Denied", "拒绝访问"): the status member is what stays.
function isZohoThrottle(members: AnswerMembers): boolean {
  return members.get('status') === 'failure' && !members.has('access_token')
}

// A host from an answer is stored only when it is Zoho's, or allowed by the back end: API calls go there.
function keepApiDomain(value: unknown, allowHosts: readonly string[]): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null
  const { host, origin } = new URL(value)
  if (value !== origin && value !== `${origin}/`) return null
  return zohoDataCentreOfApi(origin) !== null || allowHosts.includes(host) ? origin : null
}

/** The data centre of a connection: `location` of its metadata, else `api_domain`, else the configured one. */
function findDataCentre(metadata: Metadata, defaultLocation: string): ZohoDataCentre | null {
  const location = metadata.location ?? (metadata.api_domain == null ? defaultLocation : null)
  if (location !== null) return typeof location === 'string' ? zohoDataCentreAt(location) : null
  return typeof metadata.api_domain === 'string' ? zohoDataCentreOfApi(metadata.api_domain) : null
}

function requireDataCentre(metadata: Metadata, defaultLocation: string, provider: string): ZohoDataCentre {
  const centre = findDataCentre(metadata, defaultLocation)
  if (centre !== null) return centre
  const location = metadata.location ?? defaultLocation
  if (typeof location === 'string' && unpublishedZohoLocations.includes(location)) {
    throw new InvalidInputError(
      `Zoho lists the data centre "${location}", but its servers are not published. ` +
        'Set ZOHO_ACCOUNTS_SERVER, or accountsServer of the provider.',
      { provider },
    )
  }
  const known = zohoDataCentres().map(({ location }) => location)
  throw new InvalidInputError(
    'The location, or the api_domain in the metadata of a connection, names no data centre of Zoho. Set ' +
      `ZOHO_LOCATION, or the location of the provider or of the connection, to one of: ${known.join(', ')}.`,
    { provider },
  )
}

function parseAccountsServer(value: string | undefined, provider: string): string | null {
  if (value === undefined) return null
  const url = URL.canParse(value) ? new URL(value) : null
  if (url !== null && isSecureUrl(url) && url.search === '' && url.hash === '') {
    return url.href.replace(/\/$/, '')
  }
  throw new InvalidInputError(
    'The Zoho accounts server (ZOHO_ACCOUNTS_SERVER, or accountsServer of the provider) must be an https URL ' +
      'without query and credentials, like https://accounts.zoho.eu; http is accepted for this machine only.',
    { provider },
  )
}
