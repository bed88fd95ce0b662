import { UsageError } from './failure.ts'

/** What a secret on the command line is told. Everybody on the machine can read it there, and the shell keeps it. */
const ADVICE: readonly { readonly names: RegExp; readonly instead: string }[] = [
  {
    names: /^(access|refresh|bearer|id|auth|api)?tokens?$/,
    instead: 'Give tokens to `evergrant import` on standard input, or set ZOHO_REFRESH_TOKEN.',
  },
  {
    names: /^(client|app)?secrets?$/,
    instead: 'Set ZOHO_CLIENT_SECRET.',
  },
  {
    names: /^(encryption|master|secret|private|api)?keys?$/,
    instead: 'Set EVERGRANT_ENCRYPTION_KEYS.',
  },
  {
    names:
      /^(database|db|postgres|postgresql|pg|connection)?(url|uri|dsn|string)?$|^(pass|password|passwd|pwd)$/,
    instead: 'Set DATABASE_URL.',
  },
]

/** Options that ask for a secret, and take none. */
const ASKING: readonly { readonly option: string; readonly instead: string }[] = [
  { option: '--code', instead: 'Leave out the value: it is read from standard input, or asked for.' },
]

/** Secrets that are known by their looks, alone or as the value of an option. */
const SHAPES: readonly { readonly what: string; readonly looks: RegExp; readonly instead: string }[] = [
  {
    what: 'A URL with a password',
    // `scheme://user:password@host`, `?password=…`, and the words of libpq.
    looks: /[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s]*@|(?:^|[\s?&="'])password\s*=/i,
    instead: 'Set DATABASE_URL; for the source of an import, EVERGRANT_SOURCE_URL.',
  },
  {
    what: 'An encryption key',
    looks: /(?:^|[=,\s])[\w-]+:[\w+/-]{43}=?(?:[,\s]|$)/,
    instead: 'Set EVERGRANT_ENCRYPTION_KEYS. The id of a key is what stands before the colon.',
  },
  {
    what: 'A token or a code of Zoho',
    looks: /\b1000\.[0-9a-f]{32}\.[0-9a-f]{32}\b/,
    instead:
      'Give tokens to `evergrant import` on standard input, or set ZOHO_REFRESH_TOKEN. ' +
      'A code goes to `evergrant connect <client> <provider> --code`, on standard input too.',
  },
]

/**
 * Refuses secrets in the arguments, before anything could print them.
 * @throws UsageError names the option and what to use instead, never the value
 */
export function refuseSecretsIn(args: readonly string[]): void {
  for (const arg of args) {
    if (arg === '--') return
    const option = /^--?(?<name>[A-Za-z][\w-]*)/.exec(arg)?.groups?.name
    const name = option?.replaceAll(/[-_]/g, '').toLowerCase()
    const advice = name === undefined ? undefined : ADVICE.find(({ names }) => names.test(name))
    if (advice !== undefined) throw refusal(`--${option}`, advice.instead)
    const asking = ASKING.find(({ option }) => arg.startsWith(`${option}=`))
    if (asking !== undefined) throw refusal(`The value of ${asking.option}`, asking.instead)
    const shape = SHAPES.find(({ looks }) => looks.test(arg))
    if (shape !== undefined) throw refusal(shape.what, shape.instead)
  }
}

function refusal(what: string, instead: string): UsageError {
  return new UsageError(
    `${what} is not taken from the command line: it would be seen by others and kept by the shell. ${instead}`,
  )
}
