import type { ListEventsOptions } from 'evergrant'
import { findDatabase, generateKey } from 'evergrant/admin'
import { printEvents } from '../event-table.ts'
import { EXIT, UsageError } from '../failure.ts'
import { instantOf } from '../instant.ts'
import { type Invocation, textOption, withAnyKeys } from '../invocation.ts'
import { linesWithoutDatabase } from '../no-database.ts'

const TYPES: ReadonlyMap<string, ListEventsOptions['type']> = new Map([
  ['connected', 'connected'],
  ['seeded', 'seeded'],
  ['reconnected', 'reconnected'],
  ['suspect', 'suspect'],
  ['dead', 'reauthorization_required'],
  ['reauthorization_required', 'reauthorization_required'],
  ['recovered', 'recovered'],
  ['salvaged', 'salvaged'],
  ['lifeboat_replayed', 'lifeboat_replayed'],
  ['deleted', 'deleted'],
  ['revoked', 'revoked'],
])

const MOST = 1_000

/** Tells what became of connections, the newest first. Reads nothing that is sealed, so it needs no encryption key. */
export async function events(invocation: Invocation): Promise<number> {
  const { output } = invocation
  const filter = filterOf(invocation)
  const database = findDatabase({ schema: invocation.schema })
  if (database.exists === false) {
    output.report({ database, events: [], hasOlder: false }, linesWithoutDatabase(database))
    return EXIT.done
  }
  const options = { migrate: false, encryptionKeys: generateKey({ id: 'not-used' }) }
  const page = await withAnyKeys(invocation, options, service => service.listEvents(filter))
  const hasOlder = page.nextCursor !== null
  if (output.isJson) output.document({ database, events: page.events, hasOlder })
  else if (page.events.length === 0) output.line('No events.')
  else printEvents(page.events, output)
  if (hasOlder) output.hint(`These are the newest ${page.events.length}. Older ones: --limit, up to ${MOST}.`)
  return EXIT.done
}

function filterOf(invocation: Invocation): ListEventsOptions {
  const wanted = textOption(invocation, 'type')
  const type = wanted === undefined ? undefined : TYPES.get(wanted)
  if (wanted !== undefined && type === undefined) {
    throw new UsageError(`--type takes one of ${[...TYPES.keys()].join(', ')}.`)
  }
  return {
    clientId: invocation.args[0],
    provider: textOption(invocation, 'provider'),
    type,
    since: instantOf('--since', textOption(invocation, 'since')),
    limit: limitOf(textOption(invocation, 'limit')),
  }
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST) return limit
  throw new UsageError(`--limit takes a number from 1 to ${MOST}.`)
}
