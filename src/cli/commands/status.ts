import { join } from 'node:path'
import type { ListedConnection, ListTokensOptions, OAuthTokenService } from 'evergrant'
import { type DatabasePlace, findDatabase, generateKey, systemClock } from 'evergrant/admin'
import { durationText } from '../duration-text.ts'
import { EXIT, UsageError } from '../failure.ts'
import { type Invocation, textOption, withService } from '../invocation.ts'
import type { Output, Style } from '../output.ts'
import { ownName, quoted } from '../own-name.ts'
import { Table } from '../table.ts'
import { visible } from '../visible-text.ts'

const HEADINGS = ['CLIENT', 'PROVIDER', 'STATUS', 'EXPIRES IN', 'LAST REFRESH', 'LAST ERROR', 'GENERATION']
const STATUS_COLUMN = 2
const PAGE = 500

const LINES_OF_MEMORY = [
  'A database in memory belongs to the process that opened it.',
  'There is nothing to show here. Name another in DATABASE_URL, or with --data-dir.',
]

/** Lists connections, a page at a time. Reads nothing that is sealed, so it needs no encryption key. */
export async function status(invocation: Invocation): Promise<number> {
  const { output } = invocation
  const filter = filterOf(invocation)
  const database = findDatabase()
  if (database.exists === false) {
    const isMemory = database.kind === 'memory'
    output.report({ database, connections: [] }, isMemory ? LINES_OF_MEMORY : linesWithoutDatabase(database))
    return EXIT.done
  }
  const options = { migrate: false, encryptionKeys: generateKey({ id: 'not-used' }) }
  await withService(invocation, options, async service => {
    if (output.isJson) output.document({ database, connections: await all(service, filter) })
    else await printTable(service, filter, output)
  })
  return EXIT.done
}

function filterOf(invocation: Invocation): ListTokensOptions {
  const wanted = textOption(invocation, 'status')
  const status = (['active', 'suspect', 'reauthorization_required'] as const).find(known => known === wanted)
  if (wanted !== undefined && status === undefined) {
    throw new UsageError('--status takes active, suspect or reauthorization_required.')
  }
  return { clientId: invocation.args[0], provider: textOption(invocation, 'provider'), status, limit: PAGE }
}

async function all(
  service: OAuthTokenService,
  filter: ListTokensOptions,
): Promise<readonly ListedConnection[]> {
  const connections: ListedConnection[] = []
  for await (const page of pages(service, filter)) connections.push(...page)
  return connections
}

async function* pages(
  service: OAuthTokenService,
  filter: ListTokensOptions,
): AsyncGenerator<readonly ListedConnection[]> {
  let cursor: string | undefined
  do {
    const page = await service.listTokens({ ...filter, cursor })
    yield page.connections
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

async function printTable(
  service: OAuthTokenService,
  filter: ListTokensOptions,
  output: Output,
): Promise<void> {
  const table = new Table(HEADINGS)
  let isFirst = true
  for await (const page of pages(service, filter)) {
    if (isFirst && page.length === 0) return output.line('No connections.')
    const cells = page.map(connection => cellsOf(connection, systemClock.wallMs()))
    const rows = table.align(isFirst ? [HEADINGS, ...cells] : cells)
    const heading = isFirst ? rows[0] : undefined
    if (heading !== undefined) output.line(output.paint('dim', heading.join('  ')))
    for (const row of isFirst ? rows.slice(1) : rows) output.line(coloured(row, output).join('  '))
    isFirst = false
  }
}

function cellsOf(connection: ListedConnection, now: number): readonly string[] {
  const { clientId, provider, status, expiresAt, lastRefreshedAt, lastError, generation } = connection
  return [
    visible(clientId),
    visible(provider),
    status,
    expiresAt === null ? '-' : untilText(expiresAt.getTime() - now),
    lastRefreshedAt === null ? '-' : `${durationText(now - lastRefreshedAt.getTime())} ago`,
    lastError ?? '-',
    String(generation),
  ]
}

function untilText(ms: number): string {
  return ms > 0 ? durationText(ms) : 'expired'
}

function coloured(row: readonly string[], output: Output): readonly string[] {
  return row.map((cell, column) =>
    column === STATUS_COLUMN ? output.paint(styleOf(cell.trim()), cell) : cell,
  )
}

function styleOf(status: string): Style {
  switch (status) {
    case 'active':
      return 'green'
    case 'suspect':
      return 'yellow'
    default:
      return 'red'
  }
}

function linesWithoutDatabase({ name, dataDirectory }: DatabasePlace): readonly string[] {
  const lines = [
    `There is no database yet: ${visible(name)}`,
    'The first token that is stored makes it, or `evergrant migrate`.',
  ]
  const demo = join(dataDirectory, 'demo')
  const { exists } = findDatabase({ environment: { EVERGRANT_DATA_DIR: demo } })
  if (!exists) return lines
  return [...lines, `The demo left one: ${ownName()} status --data-dir ${quoted(demo)}`]
}
