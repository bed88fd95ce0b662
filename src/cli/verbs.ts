import type { Command } from './invocation.ts'

/** One verb of the command line. */
export interface Verb {
  /** Its words and arguments: `keys generate`, `token <client> <provider>`. */
  readonly usage: string
  readonly summary: string
  /** Those with `repeatable` may be given several times. */
  readonly options: readonly (readonly [flags: string, description: string, repeatable?: 'repeatable'])[]
  /** What the help says besides; its lines fit 80 columns. */
  readonly notes?: string | undefined
  /** It opens no database of the user's, so it takes no config file. */
  readonly isApart?: true | undefined
  readonly example: string
  /** Loads what it needs only when it is asked for, so that `--help` is there at once. */
  readonly load: () => Promise<Command>
}

/** What stands before the verbs of two words. */
export const groups: Readonly<Record<string, string>> = { keys: 'Encryption keys.' }

const STATUS_NOTES = `STATUS:
  active     the grant is good as far as anybody knows
  suspect    it was refused once; the next attempt confirms or clears it
  reconnect  it is refused or gone: the account must be connected again. In code
             and in --json this is reauthorization_required.
LAST ERROR is the code of the last failure in short; --json has the whole code,
and more about each connection.`

const EVENTS_NOTES = `EVENT:
  connected    the first tokens of a connection were stored
  seeded       the same, from an environment variable
  reconnected  tokens of another grant were stored over those that were there
  suspect      the provider refused the grant once
  dead         it is refused for good, REASON says why: the account must be
               connected again. In code and in --json this is
               reauthorization_required.
  recovered    the grant works again
  salvaged     a failed answer held a refresh token, and it is stored
  lifeboat replayed  the refresh token of a process that ended too early is back
  deleted, revoked   the connection is gone; the provider has ended the grant
Ordinary refreshes are not told. The newest 100 are shown, the newest first.`

const CONNECT_NOTES = `The browser comes back to http://127.0.0.1:<port>/callback/<provider>. Zoho and
others take only what is registered with their app, letter for letter. Register
http://localhost:8765/callback there, and say
  --redirect-uri http://localhost:8765/callback
Over SSH, use --device where the provider has it; or forward that port
(ssh -L 8765:127.0.0.1:8765 …) and open the address at home.
App credentials come from the environment, providers from --config too.`

const REAUTHORIZE_NOTES = `Without a provider it takes every connection that status lists as reconnect, and
tells first which those are. One that fails stops no other; the exit code is 3
as long as one is left. The scopes are those that the connection has.`

/** How an account is connected, at both verbs. */
const CONNECT_OPTIONS: Verb['options'] = [
  ['--scopes <scopes>', 'what to ask for: one,two; else of the config, or as before'],
  ['--parameter <name=value>', 'what the provider asks for: a tenant, a shop', 'repeatable'],
  ['--device', 'a code to enter at the provider, in a browser anywhere'],
  ['--code', "a code of Zoho's API console, from standard input"],
  ['--no-browser', 'print the address, and open no browser'],
  ['--redirect-uri <url>', 'the one on this machine that is registered'],
  ['--port <number>', 'the port that the browser comes back to; default: a free one'],
  ['--replace-account', 'also where another account is connected; else it asks'],
]

const IMPORT_NOTES = `With --from the source is only read. A URL with a password is taken from
EVERGRANT_SOURCE_URL.
  table        a table like oauth_tokens, with plaintext tokens in it
  better-auth  its table of accounts; tokens that it has encrypted are refused
  authjs       the table of accounts of Auth.js (NextAuth)
  zoho-sdk     the CSV file or a MySQL dump of its token store; a file, or
               standard input; --client is its user (default) or the row's id

Records are a JSON array of objects, or JSON objects one a line, with
  clientId                   your customer
  provider                   zoho_crm, zoho_calendar
  refreshToken, accessToken  at least one of them
  expiresIn                  seconds that the access token lives; or
  expiresAt                  when it ends: "2026-11-23T10:00:00Z"
  scopes                     ["one", "two"] or "one two"
  metadata                   {"location": "eu"}
A mistake in one of them stores nothing. A record that is refused stops no
other, and the exit code is 1.`

const RESEAL_NOTES = `Services go on meanwhile. Stopped at any moment, it goes on from there when it
is run again. The exit code is 1 as long as something is left.`

export const verbs: readonly Verb[] = [
  {
    usage: 'demo',
    summary: 'watch a token stay fresh: a local provider, several processes, every line checked',
    options: [['--once', 'end when the story is told, also on a terminal']],
    isApart: true,
    example: 'evergrant demo --once',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    usage: 'migrate',
    summary: 'make the tables, or bring them up to date',
    options: [],
    example: 'DATABASE_URL=postgres://db.internal/app evergrant migrate --schema auth',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  {
    usage: 'connect <client> <provider>',
    summary: 'connect an account of a client, in the browser, and keep its tokens',
    options: CONNECT_OPTIONS,
    notes: CONNECT_NOTES,
    example: 'evergrant connect smart-tax-nation zoho_crm --scopes ZohoCRM.modules.ALL',
    load: async () => (await import('./commands/connect.ts')).connect,
  },
  {
    usage: 'reauthorize [client] [provider]',
    summary: 'connect again what has to be connected again, one after the other',
    options: CONNECT_OPTIONS,
    notes: REAUTHORIZE_NOTES,
    example: 'evergrant reauthorize',
    load: async () => (await import('./commands/reauthorize.ts')).reauthorize,
  },
  {
    usage: 'token <client> <provider>',
    summary: 'print a valid access token, and nothing else',
    options: [],
    example: 'TOKEN=$(evergrant token smart-tax-nation zoho_crm)',
    load: async () => (await import('./commands/token.ts')).token,
  },
  {
    usage: 'status [client]',
    summary: 'list connections: how they are, when they expire, what failed last',
    options: [
      ['--provider <name>', 'only this provider'],
      ['--status <status>', 'only active, suspect or reconnect'],
    ],
    notes: STATUS_NOTES,
    example: 'evergrant status --status reconnect',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    usage: 'events [client]',
    summary: 'tell what became of connections, also of those that are gone',
    options: [
      ['--provider <name>', 'only this provider'],
      ['--type <event>', 'only events of this type: dead, recovered, …'],
      ['--since <instant>', 'only what happened then or later: 2026-11-26T08:00Z'],
      ['--limit <count>', 'how many, the newest first; default: 100'],
    ],
    notes: EVENTS_NOTES,
    example: 'evergrant events smart-tax-nation --since 2026-11-26T08:00Z',
    load: async () => (await import('./commands/events.ts')).events,
  },
  {
    usage: 'refresh <client> <provider>',
    summary: 'refresh the token now, whatever it has left',
    options: [],
    example: 'evergrant refresh smart-tax-nation zoho_crm',
    load: async () => (await import('./commands/refresh.ts')).refresh,
  },
  {
    usage: 'delete <client> <provider>',
    summary: 'remove a connection, so that the account can be connected again',
    options: [['--revoke', 'revoke the grant at the provider too']],
    example: 'evergrant delete smart-tax-nation zoho_crm --revoke',
    load: async () => (await import('./commands/delete.ts')).deleteConnection,
  },
  {
    usage: 'revoke [client]',
    summary: 'delete many connections and revoke their grants: tokens may have leaked',
    options: [
      ['--provider <name>', 'only connections at this provider'],
      ['--before <instant>', 'only those first stored before: 2026-11-26T08:00Z'],
      ['--all', 'every connection there is'],
      ['--yes', 'do it; without, it is only told what would be done'],
    ],
    example: 'evergrant revoke --provider zoho_crm --before 2026-11-26T08:00Z --yes',
    load: async () => (await import('./commands/revoke.ts')).revoke,
  },
  {
    usage: 'import',
    summary: 'store tokens from JSON on standard input, from another system or from the environment',
    options: [
      ['--overwrite', 'replace connections that are there; they are kept otherwise'],
      ['--dry-run', 'say what would be done, and do nothing; --from does so anyway'],
      ['--env <client>', 'store the refresh token of ZOHO_REFRESH_TOKEN for this client'],
      ['--provider <name>', 'with --env: only this provider; with zoho-sdk: what it is for'],
      ['--from <kind>', 'another system: table, better-auth, authjs or zoho-sdk'],
      ['--source <place>', 'with --from: SQLite file, or URL without a password'],
      ['--table <name>', 'with --from: where the table has another name than usual'],
      ['--client <which>', 'with --from: the client is their user (default) or account'],
      ['--map <names...>', 'with --from: only these providers, as theirs=ours'],
      ['--apply', 'with --from: do it; without, it is only told what would be done'],
    ],
    notes: IMPORT_NOTES,
    example: 'evergrant import --from table --source old.db --map zoho=zoho_crm',
    load: async () => (await import('./commands/import.ts')).importTokensOf,
  },
  {
    usage: 'keys generate',
    summary: 'print a new encryption key for EVERGRANT_ENCRYPTION_KEYS',
    options: [['--id <id>', "the key's name; default: one like k20261123-3f9a2c"]],
    isApart: true,
    example: 'EVERGRANT_ENCRYPTION_KEYS=$(evergrant keys generate)',
    load: async () => (await import('./commands/keys.ts')).generate,
  },
  {
    usage: 'keys list',
    summary: 'count the stored values by the key that sealed each',
    options: [],
    example: 'evergrant keys list',
    load: async () => (await import('./commands/keys.ts')).list,
  },
  {
    usage: 'keys rotate',
    summary: 'seal every stored value with the first key of EVERGRANT_ENCRYPTION_KEYS',
    options: [['--dry-run', 'say what would be done, and do nothing']],
    notes: RESEAL_NOTES,
    example: 'evergrant keys rotate',
    load: async () => (await import('./commands/keys.ts')).rotate,
  },
  {
    usage: 'keys seal',
    summary: 'seal tokens that lie there in plaintext, and touch nothing else',
    options: [['--dry-run', 'say what would be done, and do nothing']],
    notes: RESEAL_NOTES,
    example: 'evergrant keys seal',
    load: async () => (await import('./commands/keys.ts')).seal,
  },
  {
    usage: 'keys forget <id>',
    summary: 'start without a key that the database needs: no value is sealed with it, or it is lost',
    options: [
      ['--lost', 'values are sealed with it, and nobody has it any more'],
      ['--dry-run', 'say what would be done, and do nothing'],
    ],
    example: 'evergrant keys forget k20261123-3f9a2c --dry-run',
    load: async () => (await import('./commands/keys.ts')).forget,
  },
  {
    usage: 'providers [name]',
    summary: 'list providers, or tell what is known of one, and what is not',
    options: [],
    example: 'evergrant providers google',
    load: async () => (await import('./commands/providers.ts')).providers,
  },
  {
    usage: 'zoho',
    summary: 'run a local Zoho to try things on: no account needed',
    options: [
      ['--port <number>', 'of 127.0.0.1; default: a free one'],
      ['--locations <list>', 'data centres, each a server: us,eu; default: us'],
    ],
    isApart: true,
    example: 'evergrant zoho --port 8484 --locations us,eu',
    load: async () => (await import('./commands/zoho.ts')).zoho,
  },
  {
    usage: 'doctor',
    summary: 'look at database, keys, files and this process: how each is, and what to do',
    options: [],
    example: 'evergrant doctor',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
]
