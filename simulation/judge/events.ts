import type { RowChange, Statement, Told } from '../history.ts'
import type { At, Evidence, Violation } from './evidence.ts'

const PROMISE = 'what becomes of a connection is told once, with the change'
/** Beside what a change of the row calls for, these may be told. */
const OWN_WORD: Readonly<Record<string, string>> = { salvage: 'salvaged', restore: 'lifeboat_replayed' }

/** Each statement records what it did to rows, that and no more. */
export function eventViolations({ statements }: Evidence): readonly Violation[] {
  return statements.flatMap(statement => {
    // That the provider has confirmed a revocation is a change of another table.
    const isOfRow = ({ type }: Told): boolean =>
      type !== 'revoked' || statement.method !== 'revocations.confirm'
    const told = statement.told.filter(isOfRow).map(({ type, row }) => `${type} of ${row}`)
    const due = statement.changes
      .flatMap(change => calledFor(change, statement))
      .map(({ type, row }) => `${type} of ${row}`)
    if (told.toSorted().join() === due.toSorted().join()) return []
    const { method, machine, at } = statement
    const what = `${method} of ${machine} told ${listed(told)} and did ${listed(due)}`
    return [{ promise: PROMISE, what, at }]
  })
}

function calledFor({ before, after }: RowChange, { method }: At<Statement>): Statement['told'] {
  const gone = before !== null && before.id !== after?.id ? [{ type: 'deleted', row: before.id }] : []
  if (after === null) return gone
  if (before === null || before.id !== after.id) return [...gone, { type: 'connected', row: after.id }]
  const own = OWN_WORD[method]
  const always = own === undefined ? [] : [own]
  // Whoever stores another refresh token brings another grant.
  const other = method === 'put' && before.refresh !== after.refresh ? ['reconnected'] : []
  const turned =
    before.status === after.status ? [] : [after.status === 'active' ? 'recovered' : after.status]
  return [...always, ...other, ...turned].map(type => ({ type, row: after.id }))
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? 'nothing' : texts.join(', ')
}
