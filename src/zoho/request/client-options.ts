import { InvalidInputError } from 'evergrant'
import { systemClock } from '../../clock.ts'
import { type NamesOf, refuseUnknownNames } from '../../known-names.ts'
import { isSecureUrl } from '../../ports/secure-url.ts'
import { systemRandomness } from '../../randomness.ts'
import { editions, isEdition, type ZohoEdition } from './editions.ts'
import type { ZohoConnection, ZohoTokens } from './zoho-connection.ts'

/** The settings of a client of Zoho, beside whose Zoho it is. */
export interface ZohoClientSettings {
  /** The name of the provider in Evergrant. Default: `zoho_crm`, `zoho_calendar`. */
  readonly provider?: string | undefined
  /**
   * The origin to ask, like `http://127.0.0.1:8080`: https, or http on this machine. Default: that of the connection's
   * data centre. The token is sent there.
   */
  readonly baseUrl?: string | undefined
  /**
   * Decides how many calls of one connection are under way at once in this process: 5, 10, 15, 20 or 25. Zoho counts them
   * per organization and app, over all processes. Default `free`, which is right for all: the others are faster only.
   */
  readonly edition?: ZohoEdition | undefined
  /** How long one attempt may take, in ms. Default 30,000. */
  readonly timeoutMs?: number | undefined
  /** How often a call is repeated, where that cannot double anything. Default 4; 0: never. */
  readonly retries?: number | undefined
}

/** The options of a client of Zoho. */
export interface ZohoClientOptions extends ZohoClientSettings {
  /** An `OAuthTokenService`. */
  readonly tokens: ZohoTokens
  /** The customer whose Zoho it is: as everywhere in Evergrant, not the `client_id` of the OAuth app. */
  readonly clientId: string
}

const NAMES: NamesOf<ZohoClientOptions> = {
  tokens: true,
  clientId: true,
  provider: true,
  baseUrl: true,
  edition: true,
  timeoutMs: true,
  retries: true,
}

const LONGEST_TIMEOUT_MS = 10 * 60_000
const MOST_RETRIES = 20

/**
 * Parses the options of a client of Zoho.
 * @param owner how the client is called in messages: `ZohoCRMService`
 * @throws InvalidInputError an option that does not exist, or means nothing
 */
export function parseClientOptions(
  options: ZohoClientOptions,
  owner: string,
  defaultProvider: string,
): ZohoConnection {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidInputError(`${owner} needs options: { tokens, clientId }.`)
  }
  refuseUnknownNames(options, Object.keys(NAMES), { owner, noun: 'option' })
  const { tokens, clientId, provider = defaultProvider, edition = 'free' } = options
  for (const method of ['fetch', 'getToken', 'refreshToken']) {
    if (typeof Reflect.get(Object(tokens), method) === 'function') continue
    throw new InvalidInputError(`The option tokens of ${owner} must be an OAuthTokenService.`)
  }
  for (const [name, value] of Object.entries({ clientId, provider })) {
    if (typeof value === 'string' && value !== '') continue
    throw new InvalidInputError(`The option ${name} of ${owner} must be a name that is not empty.`)
  }
  if (!isEdition(edition)) {
    throw new InvalidInputError(`The option edition of ${owner} must be one of: ${editions.join(', ')}.`)
  }
  return {
    tokens,
    clientId,
    provider,
    edition,
    baseUrl: options.baseUrl === undefined ? null : parseOrigin(options.baseUrl, owner),
    timeoutMs: parseWhole(options.timeoutMs ?? 30_000, { name: 'timeoutMs', owner }, 1, LONGEST_TIMEOUT_MS),
    retries: parseWhole(options.retries ?? 4, { name: 'retries', owner }, 0, MOST_RETRIES),
    clock: systemClock,
    randomness: systemRandomness,
  }
}

function parseWhole(
  value: number,
  { name, owner }: { readonly name: string; readonly owner: string },
  least: number,
  most: number,
): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new InvalidInputError(
    `The option ${name} of ${owner} must be a whole number from ${least} to ${most}.`,
  )
}

function parseOrigin(value: string, owner: string): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null
  if (url !== null && isSecureUrl(url) && url.href === `${url.origin}/`) return url.origin
  throw new InvalidInputError(
    `The option baseUrl of ${owner} must be an https origin, like https://www.zohoapis.eu; ` +
      'http is accepted for this machine only.',
  )
}
