import type { Entry } from './contenders.ts'
import type { Round } from './round.ts'

/** The rounds of one contender at one kind of provider. */
export interface Result {
  readonly entry: Entry
  readonly rotates: boolean
  readonly rounds: readonly Round[]
}

/** The columns of the table that `npm run compare` prints and the page shows. */
export const columns = [
  'refresh tokens',
  'program',
  'requests',
  'overlapping',
  'refused',
  'callers without a good token',
  'grants lost',
  'slowest caller',
  'another query waited',
] as const

/** The table in Markdown. Numbers are of one round: what all rounds had, or from the least to the most. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.map(({ entry, rotates, rounds }) => {
    const lost = rounds.filter(({ survived }) => !survived).length
    return [
      rotates ? 'rotate' : 'stay',
      entry.title,
      spread(rounds.map(round => round.requests)),
      spread(rounds.map(round => round.overlapping)),
      spread(rounds.map(round => round.refused)),
      spread(rounds.map(round => round.failed)),
      `${lost} of ${rounds.length}`,
      inMs(rounds.map(round => round.slowestCallerMs)),
      inMs(rounds.map(round => round.longestQueryMs)),
    ]
  })
  const lines = [columns, columns.map((_, index) => (index < 2 ? '---' : '---:')), ...rows]
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

/** Whether each round had one request, a good token for every caller, and a grant that lives on. */
export function keepsItsPromise({ rounds }: Result): boolean {
  return rounds.every(
    ({ requests, refused, failed, survived }) => requests === 1 && refused === 0 && failed === 0 && survived,
  )
}

const inMs = (values: readonly number[]): string => `${spread(values.map(Math.round))} ms`

function spread(values: readonly number[]): string {
  const least = Math.min(...values)
  const most = Math.max(...values)
  return least === most ? `${least}` : `${least}–${most}`
}
