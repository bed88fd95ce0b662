import { join } from 'node:path'
import { type DatabasePlace, findDatabase } from 'evergrant/admin'
import { ownName, quoted } from './own-name.ts'
import { visible } from './visible-text.ts'

const LINES_OF_MEMORY = [
  'A database in memory belongs to the process that opened it.',
  'There is nothing to show here. Name another in DATABASE_URL, or with --data-dir.',
]

/** What a command says where there is no database to look at. */
export function linesWithoutDatabase({ kind, name, dataDirectory }: DatabasePlace): readonly string[] {
  if (kind === 'memory') return LINES_OF_MEMORY
  const lines = [
    `There is no database yet: ${visible(name)}`,
    'The first token that is stored makes it, or `evergrant migrate`.',
  ]
  const demo = join(dataDirectory, 'demo')
  const { exists } = findDatabase({ environment: { EVERGRANT_DATA_DIR: demo } })
  if (!exists) return lines
  return [...lines, `The demo left one: ${ownName()} status --data-dir ${quoted(demo)}`]
}
