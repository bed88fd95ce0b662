import { InvalidInputError } from './errors.ts'
import { describe, isPlainObject, parseToken } from './input.ts'
import { type NamesOf, refuseUnknownNames } from './known-names.ts'
import type { AppCredentials } from './ports/provider.ts'
import type { ConnectionKey } from './ports/store.ts'
import type { CallCredentials, GetTokenOptions } from './service-options.ts'

const NAMES: NamesOf<CallCredentials> = { clientId: true, clientSecret: true }
const OPTIONS: NamesOf<GetTokenOptions> = { minValidMs: true, requireScopes: true, signal: true }
const OPTIONS_COME_AFTER =
  'Options come after the credentials; undefined in their place takes those of open() or of the environment.'

/** App credentials that a call was given; null: none, those of `open` or of the environment count. @throws InvalidInputError */
export function parseCredentials(credentials: unknown, key: ConnectionKey): AppCredentials | null {
  if (credentials === undefined || credentials === null) return null
  if (!isPlainObject(credentials)) {
    throw new InvalidInputError(
      `credentials must be { clientId, clientSecret }; got ${describe(credentials)}.`,
      key,
    )
  }
  const isMisplaced = Object.keys(credentials).some(name => Object.hasOwn(OPTIONS, name))
  refuseUnknownNames(
    credentials,
    Object.keys(NAMES),
    { owner: 'The argument credentials', noun: 'field' },
    { subject: key, hint: isMisplaced ? OPTIONS_COME_AFTER : '' },
  )
  const { clientId, clientSecret } = credentials
  if (clientId === undefined || clientId === null || clientId === '') return null
  return {
    clientId: parseToken(clientId, 'credentials.clientId', key).reveal(),
    clientSecret:
      clientSecret === undefined || clientSecret === null
        ? null
        : parseToken(clientSecret, 'credentials.clientSecret', key),
  }
}

/**
 * Whether nothing has to be said about credentials, as far as a glance tells: for the call that most calls are.
 * All others take the long way, which says what is wrong with them.
 */
export function isUsual(credentials: CallCredentials | undefined, clientId: string): boolean {
  if (credentials === undefined) return true
  const app: unknown = typeof credentials === 'object' ? credentials?.clientId : undefined
  return app !== undefined && app !== clientId
}
