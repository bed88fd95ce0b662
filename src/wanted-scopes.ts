import { parseWantedScopes } from './connect-input.ts'
import { InvalidInputError } from './errors.ts'
import type { ConnectionKey } from './ports/store.ts'
import type { ProviderProfile } from './providers/profile.ts'
import { named } from './refresh/refusal-error.ts'

/**
 * The scopes that an account is connected for: those of the call, else those of the provider's options or profile. None: the
 * provider decides.
 * @throws InvalidInputError they are none, or the provider wants some and there are none
 */
export function wantedScopes(
  { name, authorization }: ProviderProfile,
  value: unknown,
  key: ConnectionKey,
): readonly string[] {
  const wanted = value === undefined ? authorization.scopes : parseWantedScopes(value, key)
  if (wanted.length > 0 || authorization.needsScopes !== true) return wanted
  throw new InvalidInputError(
    `${named(key)}: ${name} has to be told which scopes. Without any its page only says so, and the browser never comes ` +
      'back. Name them: at the command line by --scopes one,two, in code by scopes, or once for all calls by scopes of the ' +
      "provider's options.",
    key,
  )
}
