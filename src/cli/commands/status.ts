import type { ListTokensOptions, OAuthTokenService } from 'evergrant'
import { findDatabase, generateKey, systemClock } from 'evergrant/admin'
import { allConnections, connectionPages } from '../connection-pages.ts'
import { ConnectionTable } from '../connection-table.ts'
import { EXIT, UsageError } from '../failure.ts'
import { type Invocation, textOption, withAnyKeys } from '../invocation.ts'
import { linesWithoutDatabase } from '../no-database.ts'
import type { Output } from '../output.ts'

const PAGE = 500
/** What `--status` takes: the words of the table, and those of the code. */
const STATUSES: ReadonlyMap<string, ListTokensOptions['status']> = new Map([
  ['active', 'active'],
  ['suspect', 'suspect'],
  ['reconnect', 'reauthorization_required'],
  ['reauthorization_required', 'reauthorization_required'],
])

/** Lists connections, a page at a time. Reads nothing that is sealed, so it needs no encryption key. */
export async function status(invocation: Invocation): Promise<number> {
  const { output } = invocation
  const filter = filterOf(invocation)
  const database = findDatabase({ schema: invocation.schema })
  if (database.exists === false) {
    output.report({ database, connections: [] }, linesWithoutDatabase(database))
    return EXIT.done
  }
  const options = { migrate: false, encryptionKeys: generateKey({ id: 'not-used' }) }
  await withAnyKeys(invocation, options, async service => {
    if (output.isJson) output.document({ database, connections: await allConnections(service, filter) })
    else await printTable(service, filter, output)
  })
  return EXIT.done
}

function filterOf(invocation: Invocation): ListTokensOptions {
  const wanted = textOption(invocation, 'status')
  const status = wanted === undefined ? undefined : STATUSES.get(wanted)
  if (wanted !== undefined && status === undefined) {
    throw new UsageError('--status takes active, suspect or reconnect (reauthorization_required).')
  }
  return { clientId: invocation.args[0], provider: textOption(invocation, 'provider'), status, limit: PAGE }
}

async function printTable(
  service: OAuthTokenService,
  filter: ListTokensOptions,
  output: Output,
): Promise<void> {
  const table = new ConnectionTable(output, systemClock.wallMs())
  let isEmpty = true
  for await (const page of connectionPages(service, filter)) {
    if (page.length > 0) table.print(page)
    isEmpty &&= page.length === 0
  }
  if (isEmpty) output.line('No connections.')
  for (const line of table.legend) output.hint(line)
}
