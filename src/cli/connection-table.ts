import type { ListedConnection } from 'evergrant'
import { durationText } from './duration-text.ts'
import type { Output, Style } from './output.ts'
import { Table } from './table.ts'
import { visible } from './visible-text.ts'

const HEADINGS = ['CLIENT', 'PROVIDER', 'STATUS', 'EXPIRES', 'REFRESHED', 'LAST ERROR'] as const

type Heading = (typeof HEADINGS)[number]
type Cells = Readonly<Record<Heading, string>>

/** Which columns there are, and whether the client stands above its connections instead of beside them. */
interface Layout {
  readonly headings: readonly Heading[]
  readonly isGrouped: boolean
}

/** The first one that fits is taken. */
const LAYOUTS: readonly Layout[] = [
  { headings: HEADINGS, isGrouped: false },
  { headings: HEADINGS.filter(heading => heading !== 'REFRESHED'), isGrouped: false },
]
const GROUPED: Layout = { headings: HEADINGS.filter(heading => heading !== 'CLIENT'), isGrouped: true }

/** Connections for people, page after page, in as many columns as the terminal has room for. */
export class ConnectionTable {
  readonly #output: Output
  readonly #now: number
  readonly #statuses = new Set<ListedConnection['status']>()
  #layout: Layout | null = null
  #table: Table | null = null
  #client: string | null = null

  constructor(output: Output, now: number) {
    this.#output = output
    this.#now = now
  }

  /** What the statuses that were printed mean, where that is not plain. */
  get legend(): readonly string[] {
    return LEGEND.filter(([status]) => this.#statuses.has(status)).map(([, meaning]) => meaning)
  }

  print(connections: readonly ListedConnection[]): void {
    for (const { status } of connections) this.#statuses.add(status)
    const cells = connections.map(connection => cellsOf(connection, this.#now))
    const layout = this.#layout ?? this.#begin(cells)
    const rows = this.#aligned(layout, cells)
    for (const [index, { CLIENT: client }] of cells.entries()) {
      if (layout.isGrouped && client !== this.#client) this.#output.line(client)
      this.#client = client
      this.#output.line(this.#lineOf(layout, rows[index] ?? []))
    }
  }

  #begin(cells: readonly Cells[]): Layout {
    const layout = LAYOUTS.find(({ headings }) => this.#fits(headings, cells)) ?? GROUPED
    this.#layout = layout
    this.#table = new Table(layout.headings)
    this.#aligned(layout, cells)
    if (layout.isGrouped) this.#output.line(this.#output.paint('dim', 'CLIENT'))
    const [heading = []] = this.#table.align([layout.headings])
    this.#output.line(this.#output.paint('dim', indentOf(layout) + heading.join('  ')))
    return layout
  }

  #fits(headings: readonly Heading[], cells: readonly Cells[]): boolean {
    const { columns } = this.#output
    if (columns === null) return true
    const rows = cells.map(cell => headings.map(heading => cell[heading]))
    return new Table(headings).align([headings, ...rows]).every(row => row.join('  ').length <= columns)
  }

  #aligned({ headings }: Layout, cells: readonly Cells[]): readonly (readonly string[])[] {
    return this.#table?.align(cells.map(cell => headings.map(heading => cell[heading]))) ?? []
  }

  #lineOf(layout: Layout, row: readonly string[]): string {
    const painted = row.map((cell, column) =>
      layout.headings[column] === 'STATUS' ? this.#output.paint(styleOf(cell.trim()), cell) : cell,
    )
    return indentOf(layout) + painted.join('  ')
  }
}

function indentOf({ isGrouped }: Layout): string {
  return isGrouped ? '  ' : ''
}

/** What people are told of a status. */
const STATUS_WORDS: Readonly<Record<ListedConnection['status'], string>> = {
  active: 'active',
  suspect: 'suspect',
  reauthorization_required: 'reconnect',
}

const LEGEND: readonly (readonly [status: ListedConnection['status'], meaning: string])[] = [
  ['suspect', 'suspect: the grant was refused once; the next attempt confirms or clears it.'],
  [
    'reauthorization_required',
    'reconnect: the grant is refused or gone (reauthorization_required). Connect the account again.',
  ],
]

function cellsOf(connection: ListedConnection, now: number): Cells {
  const { clientId, provider, status, expiresAt, lastRefreshedAt } = connection
  return {
    CLIENT: visible(clientId),
    PROVIDER: visible(provider),
    STATUS: STATUS_WORDS[status],
    EXPIRES: expiresAt === null ? '-' : untilText(expiresAt.getTime() - now),
    REFRESHED: lastRefreshedAt === null ? '-' : `${durationText(now - lastRefreshedAt.getTime())} ago`,
    'LAST ERROR': errorText(connection),
  }
}

function untilText(ms: number): string {
  return ms > 0 ? durationText(ms) : 'expired'
}

/** The code in short; of a refusal, why it was one: that it was one says the status. */
function errorText({ lastError, statusReason }: ListedConnection): string {
  if (lastError === null) return '-'
  const code = lastError === 'REAUTHORIZATION_REQUIRED' ? (statusReason ?? 'refused') : lastError
  return visible(
    code
      .replace(/^PROVIDER_/, '')
      .replaceAll('_', ' ')
      .toLowerCase(),
  )
}

function styleOf(status: string): Style {
  switch (status) {
    case STATUS_WORDS.active:
      return 'green'
    case STATUS_WORDS.suspect:
      return 'yellow'
    default:
      return 'red'
  }
}
