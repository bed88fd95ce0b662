import {
  type AccessToken,
  InvalidInputError,
  type Metadata,
  ReauthorizationRequiredError,
  Secret,
} from 'evergrant'
import { type ZohoDataCentre, zohoDataCentres } from 'evergrant/providers'
import { isSecureUrl } from '../../ports/secure-url.ts'
import type { ZohoConnection } from './zoho-connection.ts'

/** One of Zoho's APIs: where it is at a data centre. */
export interface ZohoApi {
  /** Before every path: `/crm/v8`. */
  readonly root: string
  /** Of Zoho's own: the origin at a data centre. @param apiDomain the connection's; null: not known */
  readonly originAt: (centre: ZohoDataCentre, apiDomain: string | null) => string
}

/** Where a call goes, and with which token, as far as is known before. */
export interface ApiPlace {
  readonly origin: string
  readonly accessToken: Secret
}

/**
 * The origin that knows the connection's token: by `api_domain`, then `location` of its metadata. Where there is neither, the
 * token is refreshed once, because the answer to that names the `api_domain`, which is stored. A token of one data centre is
 * unknown at all others, so none is guessed.
 * @throws InvalidInputError it cannot be known
 * @throws EvergrantError as `getToken` does
 */
export async function apiPlace(
  connection: ZohoConnection,
  api: ZohoApi,
  signal: AbortSignal | undefined,
): Promise<ApiPlace> {
  const { tokens, clientId, provider, baseUrl } = connection
  // Also with a baseUrl: a refresh that is due happens here, and not within the time of an attempt.
  const token = await tokens.getToken(clientId, provider, undefined, { signal })
  const known = baseUrl ?? originOf(token.metadata, connection, api)
  if (known !== null) return { origin: known, accessToken: Secret.of(token.accessToken) }
  const { metadata, accessToken } = await refreshed(connection, token, signal)
  const found = originOf(metadata, connection, api)
  if (found !== null) return { origin: found, accessToken: Secret.of(accessToken) }
  throw new InvalidInputError(
    `${provider} of ${clientId}: the data centre of this connection is not known. Store its location with its tokens ` +
      '(storeTokens, metadata: { location }), or set the option baseUrl.',
    { clientId, provider },
  )
}

async function refreshed(
  { tokens, clientId, provider }: ZohoConnection,
  token: AccessToken,
  signal: AbortSignal | undefined,
): Promise<AccessToken> {
  try {
    return await tokens.refreshToken(clientId, provider, undefined, { signal })
  } catch (error) {
    // The token alone was stored: it works, for as long as it lives.
    if (error instanceof ReauthorizationRequiredError && error.reason === 'no_refresh_token') return token
    throw error
  }
}

function originOf(
  { api_domain: apiDomain, location }: Metadata,
  { clientId, provider }: ZohoConnection,
  api: ZohoApi,
): string | null {
  if (typeof apiDomain === 'string') {
    const url = URL.canParse(apiDomain) ? new URL(apiDomain) : null
    if (url === null || !isSecureUrl(url)) {
      throw new InvalidInputError(
        `${provider} of ${clientId}: the api_domain in the metadata of this connection is not an https URL.`,
        { clientId, provider },
      )
    }
    const centre = zohoDataCentres().find(known => isApiOf(known, url))
    return centre === undefined ? url.origin : api.originAt(centre, url.origin)
  }
  if (location === undefined || location === null) return null
  const name = String(location).toLowerCase()
  const centre = zohoDataCentres().find(known => known.location === name)
  if (centre !== undefined) return api.originAt(centre, null)
  const names = zohoDataCentres().map(known => known.location)
  throw new InvalidInputError(
    `${provider} of ${clientId}: the location in the metadata of this connection names no data centre of Zoho. ` +
      `There are: ${names.join(', ')}.`,
    { clientId, provider },
  )
}

function isApiOf({ apiDomain }: ZohoDataCentre, { protocol, host }: URL): boolean {
  return (
    protocol === 'https:' && ['www', 'sandbox', 'developer'].some(name => host === `${name}.${apiDomain}`)
  )
}
