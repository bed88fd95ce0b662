/** One of Zoho's data centres: accounts, tokens and data of one do not exist in another. */
export interface ZohoDataCentre {
  /** Zoho's own name, as in `location` of a callback. */
  readonly location: string
  /** The authorization server of its users: `https://accounts.zoho.eu`. */
  readonly accountsServer: string
  /** `zohoapis.eu`: behind `www.` the production API, behind `sandbox.` and `developer.` the other environments. */
  readonly apiDomain: string
  /** Of the Calendar API: `calendar.zoho.eu`. */
  readonly calendarHost: string
}

// https://www.zoho.com/developer/oauth/multi-dc-support.html, and /oauth/serverinfo of any accounts server. Not
// documented, and taken from the pattern of the others: the calendar hosts of ca, uk, cn, ae and sg, and the API
// domain of sg.
const dataCentres: readonly ZohoDataCentre[] = [
  dataCentre('us', 'zoho.com', 'zohoapis.com'),
  dataCentre('eu', 'zoho.eu', 'zohoapis.eu'),
  dataCentre('in', 'zoho.in', 'zohoapis.in'),
  dataCentre('au', 'zoho.com.au', 'zohoapis.com.au'),
  dataCentre('jp', 'zoho.jp', 'zohoapis.jp'),
  dataCentre('ca', 'zohocloud.ca', 'zohoapis.ca'),
  dataCentre('sa', 'zoho.sa', 'zohoapis.sa'),
  dataCentre('uk', 'zoho.uk', 'zohoapis.uk'),
  dataCentre('cn', 'zoho.com.cn', 'zohoapis.com.cn'),
  dataCentre('ae', 'zoho.ae', 'zohoapis.ae'),
  dataCentre('sg', 'zoho.sg', 'zohoapis.sg'),
]

/** Locations that Zoho's serverinfo lists and whose servers are not known. */
export const unpublishedZohoLocations: readonly string[] = ['inec']

/** Zoho's environments: a token belongs to one of them. */
const ENVIRONMENTS = ['www', 'sandbox', 'developer']

/**
 * Every data centre of Zoho whose servers are known, by the names that a callback has in `location`.
 * https://www.zoho.com/developer/oauth/multi-dc-support.html
 *
 * @example
 * const eu = zohoDataCentres().find(({ location }) => location === 'eu')
 * console.log(`https://www.${eu?.apiDomain}`) // https://www.zohoapis.eu
 */
export function zohoDataCentres(): readonly ZohoDataCentre[] {
  return dataCentres
}

/** The data centre of a location; null when there is none of that name, or its servers are not known. */
export function zohoDataCentreAt(location: string): ZohoDataCentre | null {
  return dataCentres.find(centre => centre.location === location.toLowerCase()) ?? null
}

/** The data centre whose production, sandbox or developer API this is (`https://www.zohoapis.eu`); else null. */
export function zohoDataCentreOfApi(apiDomain: string): ZohoDataCentre | null {
  return (
    dataCentres.find(centre => zohoApiHosts(centre).some(host => apiDomain === `https://${host}`)) ?? null
  )
}

/** The hosts of a data centre's CRM and other `zohoapis` products. */
export function zohoApiHosts(centre: ZohoDataCentre): readonly string[] {
  return ENVIRONMENTS.map(environment => `${environment}.${centre.apiDomain}`)
}

function dataCentre(location: string, domain: string, apiDomain: string): ZohoDataCentre {
  return {
    location,
    accountsServer: `https://accounts.${domain}`,
    apiDomain,
    calendarHost: `calendar.${domain}`,
  }
}
