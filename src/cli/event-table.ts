import type { ListedEvent } from 'evergrant'
import type { Output, Style } from './output.ts'
import { Table } from './table.ts'
import { visible } from './visible-text.ts'

const HEADINGS = ['WHEN (UTC)', 'CLIENT', 'PROVIDER', 'EVENT', 'REASON'] as const

type Heading = (typeof HEADINGS)[number]
type Cells = Readonly<Record<Heading, string>>

/** Prints events for people. Where the lines would be too long, a client stands above its events. */
export function printEvents(events: readonly ListedEvent[], output: Output): void {
  const cells = events.map(cellsOf)
  const { columns } = output
  const isTooLong = (rows: readonly (readonly string[])[]): boolean =>
    columns !== null && rows.some(row => row.join('  ').length > columns)
  const whole = rowsOf(HEADINGS, cells)
  if (!isTooLong(whole)) {
    printRows(HEADINGS, whole, output, '')
    return
  }
  const headings = HEADINGS.filter(heading => heading !== 'CLIENT')
  const [heading = [], ...rows] = rowsOf(headings, cells)
  output.line(output.paint('dim', 'CLIENT'))
  output.line(output.paint('dim', `  ${heading.join('  ')}`))
  let client: string | null = null
  for (const [index, row] of rows.entries()) {
    const next = cells[index]?.CLIENT ?? ''
    if (next !== client) output.line(next)
    client = next
    output.line(`  ${painted(headings, row, output)}`)
  }
}

function rowsOf(headings: readonly Heading[], cells: readonly Cells[]): readonly (readonly string[])[] {
  return new Table(headings).align([headings, ...cells.map(cell => headings.map(heading => cell[heading]))])
}

function printRows(
  headings: readonly Heading[],
  [heading = [], ...rows]: readonly (readonly string[])[],
  output: Output,
  indent: string,
): void {
  output.line(output.paint('dim', indent + heading.join('  ')))
  for (const row of rows) output.line(indent + painted(headings, row, output))
}

function painted(headings: readonly Heading[], row: readonly string[], output: Output): string {
  return row
    .map((cell, column) => (headings[column] === 'EVENT' ? output.paint(styleOf(cell.trim()), cell) : cell))
    .join('  ')
    .trimEnd()
}

function cellsOf({ at, clientId, provider, type, reason }: ListedEvent): Cells {
  return {
    'WHEN (UTC)': at.toISOString().slice(0, 19).replace('T', ' '),
    CLIENT: visible(clientId),
    PROVIDER: visible(provider),
    EVENT: visible(wordOf(type)),
    REASON:
      reason === null
        ? '-'
        : visible(
            reason
              .replace(/^PROVIDER_/, '')
              .replaceAll('_', ' ')
              .toLowerCase(),
          ),
  }
}

/** What people are told: the grant is dead, which the code calls by what is to be done about it. */
function wordOf(type: string): string {
  return type === 'reauthorization_required' ? DEAD : type.replaceAll('_', ' ')
}

const DEAD = 'dead'

function styleOf(word: string): Style {
  switch (word) {
    case DEAD:
      return 'red'
    case 'suspect':
      return 'yellow'
    case 'connected':
    case 'reconnected':
    case 'recovered':
      return 'green'
    default:
      return 'reset'
  }
}
