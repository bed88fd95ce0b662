import { InvalidInputError } from './errors.ts'
import type { ConnectionKey } from './ports/store.ts'

/** Where each member of a token answer (RFC 6749 §5.1) belongs. Of two for one place, the first one counts. */
const PLACES: readonly (readonly [member: string, place: string])[] = [
  ['access_token', 'accessToken: answer.access_token'],
  ['refresh_token', 'refreshToken: answer.refresh_token'],
  ['expires_in_sec', 'expiresIn: answer.expires_in_sec'],
  ['expires_in', 'expiresIn: answer.expires_in'],
  ['expires_at', 'expiresIn: the seconds until answer.expires_at'],
  ['expiry_date', 'expiresIn: the seconds until answer.expiry_date'],
  ['scope', 'scopes: answer.scope'],
  ['api_domain', 'metadata: { api_domain: answer.api_domain }'],
]

/**
 * Refuses a provider's answer that is handed to `storeTokens` as it came, and says where its members belong.
 * Reading it all the same would be guessing: units and names differ from provider to provider.
 * @throws InvalidInputError
 */
export function refuseProviderAnswer(input: object, key: ConnectionKey): void {
  const places = new Map<string, string>()
  for (const [member, place] of PLACES) {
    const [name = ''] = place.split(':')
    if (Object.hasOwn(input, member) && !places.has(name)) places.set(name, place)
  }
  if (places.size > 0) {
    throw new InvalidInputError(
      "storeTokens() has names of its own, and this is a provider's answer as it came. " +
        `Map it: { ${[...places.values()].join(', ')} }.`,
      key,
    )
  }
  if (Object.hasOwn(input, 'error')) {
    throw new InvalidInputError(
      "storeTokens() was given a provider's error, which holds no tokens. Look at the answer before it is stored: " +
        'tokens are there when it has access_token.',
      key,
    )
  }
}
