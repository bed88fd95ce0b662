import { isReturnPath } from './connect/return-path.ts'
import { InvalidInputError } from './errors.ts'
import { describe, isPlainObject, parseScopes } from './input.ts'
import type { ConnectionKey } from './ports/store.ts'

/** What the protocol itself sends: RFC 6749, 7636, 8707, 9101, OpenID Connect Core. */
const OF_THE_PROTOCOL = [
  'client_id',
  'client_key',
  'client_secret',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'redirect_uri',
  'request',
  'request_uri',
  'resource',
  'response_type',
  'scope',
  'state',
]
const LONGEST = 1_024

/** Scopes to ask for; none where none are given. @throws InvalidInputError */
export function parseWantedScopes(value: unknown, key: ConnectionKey): readonly string[] {
  return parseScopes(value, 'scopes', key) ?? []
}

/** A user of the back end; null: none is named. @throws InvalidInputError */
export function parseUser(value: unknown, key?: ConnectionKey): string | null {
  if (value === undefined) return null
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST) return value
  throw new InvalidInputError(
    `user must be a text of 1 to ${LONGEST} characters; got ${describe(value)}. Leave it out where nobody is signed in.`,
    key,
  )
}

/** @throws InvalidInputError it leads to another site, or could be taken for one that does */
export function parseReturnTo(value: unknown, key: ConnectionKey): string | null {
  if (value === undefined || value === null) return null
  if (isReturnPath(value)) return value
  throw new InvalidInputError(
    'returnTo must be a path of your own site, as "/settings?tab=accounts": one slash in front, no "..", no "//", ' +
      'no backslash. A whole URL is not taken: it could lead anywhere.',
    key,
  )
}

/** @throws InvalidInputError */
export function parseParameters(value: unknown, key: ConnectionKey): Readonly<Record<string, string>> {
  if (value === undefined) return {}
  if (!isPlainObject(value) || !Object.values(value).every(item => typeof item === 'string')) {
    throw new InvalidInputError(`parameters must be an object of texts; got ${describe(value)}.`, key)
  }
  const refused = Object.keys(value).filter(name => OF_THE_PROTOCOL.includes(name.toLowerCase()))
  const { response_mode: mode } = value
  if (mode !== undefined && mode !== 'query' && mode !== 'form_post') refused.push('response_mode')
  if (refused.length > 0) {
    throw new InvalidInputError(
      `parameters must not hold ${refused.join(', ')}: Evergrant sends what belongs to the protocol, by options of its own.`,
      key,
    )
  }
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
}

/** The APIs that a token is for (RFC 8707 §2). @throws InvalidInputError */
export function parseResource(value: unknown, key: ConnectionKey): readonly string[] {
  if (value === undefined) return []
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.map(item => {
    if (typeof item === 'string' && URL.canParse(item) && !item.includes('#') && item.length <= 2_048)
      return item
    throw new InvalidInputError(
      'resource must be an absolute URI without fragment, or an array of them (RFC 8707).',
      key,
    )
  })
}

/** What the browser brought; null: nothing that could be right. */
export function parseBinding(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST ? value : null
}

/** A confirmation; what cannot be one is that of no flow. */
export function parseConfirmation(value: unknown): string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST ? value : 'none'
}

/** A text that may be left out. @throws InvalidInputError */
export function parseOptionalText(value: unknown, what: string, key: ConnectionKey): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '' && value.length <= 2_048))
    return value
  throw new InvalidInputError(`${what} must be a text that is not empty; got ${describe(value)}.`, key)
}
