import { InvalidInputError } from '../errors.ts'
import type { Metadata } from '../ports/store.ts'
import type { AnswerMembers, AnswerRules } from './answer-rules.ts'
import { parseHost } from './api-host.ts'
import { defineProvider } from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { standardErrorCodes } from './standard-answers.ts'
import {
  locationAt,
  originsOf,
  parseAccountsServers,
  type ZohoAccountsServers,
} from './zoho-accounts-servers.ts'
import {
  unpublishedZohoLocations,
  zohoApiHosts,
  zohoDataCentreAt,
  zohoDataCentreOfApi,
  zohoDataCentres,
} from './zoho-data-centres.ts'

/** Settings of every `zoho_*` provider. */
export interface ZohoSettings {
  /**
   * The data centre of connections whose metadata name none: `us`, `eu`, `in`, … Default `us`; where `accountsServer`
   * has servers by location and none of `us`, the first of them.
   */
  readonly location?: string | undefined
  /**
   * The accounts server of all connections, over location and metadata, or one for each data centre, over Zoho's own:
   * `{ us: 'http://127.0.0.1:8484', eu: … }`. https, or http on loopback. What it gives out, it may see: its own host
   * takes access tokens, and may stand in `api_domain`.
   */
  readonly accountsServer?: string | Readonly<Record<string, string | undefined>> | undefined
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
  const servers = parseAccountsServers(settings.accountsServer, name)
  const places: Places = { servers, location: settings.location ?? usualLocation(servers), provider: name }
  if (servers.common === null) requireServer({}, places)
  const endpoint = (path: string) => (metadata: Metadata) =>
    (servers.common ?? requireServer(metadata, places)) + path
  const origins = originsOf(servers)
  const serverHosts = origins.map(origin => new URL(origin).host)

  return defineProvider({
    name,
    tokenEndpoint: endpoint('/oauth/v2/token'),
    revocationEndpoint: endpoint('/oauth/v2/token/revoke'),
    endpointHosts: [...zohoDataCentres().map(centre => new URL(centre.accountsServer).host), ...serverHosts],
    // 400 is Zoho's answer for a token that it does not know.
    revocation: { style: 'token_only', goneStatuses: [400] },
    authorizationEndpoint: endpoint('/oauth/v2/auth'),
    authorization: {
      needsScopes: true,
      // A repeated consent brings a refresh token only with prompt=consent.
      parameters: { access_type: 'offline', prompt: 'consent' },
      callbackMetadata: ['location'],
    },
    deviceAuthorizationEndpoint: endpoint('/oauth/v3/device/code'),
    // https://www.zoho.com/accounts/protocol/oauth/devices/polling-request.html
    device: {
      parameters: { grant_type: 'device_request', access_type: 'offline', prompt: 'consent' },
      tokenEndpoint: endpoint('/oauth/v3/device/token'),
      grantType: 'device_token',
      codeParameter: 'code',
      unit: 'seconds_or_milliseconds',
      moved: { error: 'other_dc', member: 'user_location', metadata: 'location' },
    },
    refreshTokens: { rotates: 'never' },
    // The organization that a self client asks for: without it, `missing_org_info`.
    clientCredentials: { metadata: ['soid'] },
    clientAuthentication: 'client_secret_post',
    requestFormat: 'form',
    scopeSeparator: ',',
    headerScheme: 'Zoho-oauthtoken',
    apiHosts: [...apiHosts, ...serverHosts, ...allowHosts],
    traits: {
      lifetimeMs: 3_600_000,
      rotation: 'static',
      throttleMs: 600_000,
      refreshBudget: { requests: 10, perMs: 600_000 },
    },
    answers: {
      ...zohoAnswers,
      metadata: new Map([['api_domain', value => keepApiDomain(value, origins, allowHosts)]]),
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
    dataCentreOf: metadata => locationOf(metadata, places),
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

// A host from an answer is stored only when it is Zoho's, or one of the back end's: API calls go there.
function keepApiDomain(
  value: unknown,
  servers: readonly string[],
  allowHosts: readonly string[],
): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null
  const { host, origin } = new URL(value)
  if (value !== origin && value !== `${origin}/`) return null
  const isKnown =
    zohoDataCentreOfApi(origin) !== null || servers.includes(origin) || allowHosts.includes(host)
  return isKnown ? origin : null
}

/** What the data centre of a connection is found by, beside its metadata. */
interface Places {
  readonly servers: ZohoAccountsServers
  /** Of connections whose metadata name none. */
  readonly location: string
  readonly provider: string
}

function usualLocation({ byLocation }: ZohoAccountsServers): string {
  const [first = 'us'] = byLocation.keys()
  return byLocation.has('us') ? 'us' : first
}

/** The data centre of a connection: `location` of its metadata, else `api_domain`, else the configured one. */
function locationOf(metadata: Metadata, { servers, location: usual }: Places): string | null {
  const location = metadata.location ?? (metadata.api_domain == null ? usual : null)
  if (location === null) return locationOfApi(metadata.api_domain, servers, usual)
  if (typeof location !== 'string') return null
  const name = location.toLowerCase()
  return servers.byLocation.has(name) ? name : (zohoDataCentreAt(name)?.location ?? null)
}

function locationOfApi(apiDomain: unknown, servers: ZohoAccountsServers, usual: string): string | null {
  if (typeof apiDomain !== 'string') return null
  const known = zohoDataCentreOfApi(apiDomain)?.location ?? locationAt(servers, apiDomain)
  if (known !== null) return known
  // One server stands for all of them.
  const isCommon = servers.common !== null && originsOf(servers).includes(apiDomain)
  return isCommon ? (zohoDataCentreAt(usual)?.location ?? null) : null
}

/** The accounts server of a connection where none is configured for all. @throws InvalidInputError there is none. */
function requireServer(metadata: Metadata, places: Places): string {
  const { servers, location: usual, provider } = places
  const location = locationOf(metadata, places)
  if (location !== null) {
    const own = servers.byLocation.get(location)
    if (own !== undefined) return own
    const centre = zohoDataCentreAt(location)
    if (centre !== null && servers.byLocation.size === 0) return centre.accountsServer
    throw new InvalidInputError(
      `The accountsServer of the provider has servers for ${[...servers.byLocation.keys()].join(', ')}, and none for ` +
        `the data centre "${location}" of the connection, or of the provider. Add one.`,
      { provider },
    )
  }
  throw unknownDataCentre(metadata.location ?? usual, provider)
}

function unknownDataCentre(location: unknown, provider: string): InvalidInputError {
  if (typeof location === 'string' && unpublishedZohoLocations.includes(location)) {
    return new InvalidInputError(
      `Zoho lists the data centre "${location}", but its servers are not published. ` +
        'Set ZOHO_ACCOUNTS_SERVER, or accountsServer of the provider.',
      { provider },
    )
  }
  const known = zohoDataCentres().map(centre => centre.location)
  return new InvalidInputError(
    'The location, or the api_domain in the metadata of a connection, names no data centre of Zoho. Set ' +
      `ZOHO_LOCATION, or the location of the provider or of the connection, to one of: ${known.join(', ')}.`,
    { provider },
  )
}
