import { InvalidInputError } from '../errors.ts'
import { isSecureUrl } from '../ports/secure-url.ts'
import { unpublishedZohoLocations, zohoDataCentreAt, zohoDataCentres } from './zoho-data-centres.ts'

/** Accounts servers that stand in for Zoho's own, without a slash at their end. */
export interface ZohoAccountsServers {
  /** That of all connections, whatever their data centre. Null: there is none. */
  readonly common: string | null
  /** By location. Empty: there are none. */
  readonly byLocation: ReadonlyMap<string, string>
}

/** @throws InvalidInputError one of them is no https URL, or a location is none of Zoho's; neither is quoted. */
export function parseAccountsServers(
  value: string | Readonly<Record<string, string | undefined>> | undefined,
  provider: string,
): ZohoAccountsServers {
  if (value === undefined) return { common: null, byLocation: new Map() }
  if (typeof value === 'string') return { common: parseServer(value, provider), byLocation: new Map() }
  const byLocation = new Map<string, string>()
  for (const [name, server] of Object.entries(value)) {
    if (server !== undefined) byLocation.set(parseLocation(name, provider), parseServer(server, provider))
  }
  if (byLocation.size > 0) return { common: null, byLocation }
  throw new InvalidInputError(
    `The accountsServer of the provider "${provider}" names no server. Leave it out for Zoho's own.`,
    { provider },
  )
}

/** All of them, as origins: `http://127.0.0.1:8484`. */
export function originsOf({ common, byLocation }: ZohoAccountsServers): readonly string[] {
  const servers = [...(common === null ? [] : [common]), ...byLocation.values()]
  return [...new Set(servers.map(server => new URL(server).origin))]
}

/** The data centre whose accounts server is at an origin; null: none is, or the one of all of them. */
export function locationAt({ byLocation }: ZohoAccountsServers, origin: string): string | null {
  const found = [...byLocation].find(([, server]) => new URL(server).origin === origin)
  return found?.[0] ?? null
}

function parseLocation(name: string, provider: string): string {
  const location = name.toLowerCase()
  if (zohoDataCentreAt(location) !== null || unpublishedZohoLocations.includes(location)) return location
  const known = zohoDataCentres().map(centre => centre.location)
  throw new InvalidInputError(
    `The accountsServer of the provider "${provider}" names a data centre that Zoho does not have. ` +
      `There are: ${known.join(', ')}.`,
    { provider },
  )
}

function parseServer(value: string, provider: string): string {
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
