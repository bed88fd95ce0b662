import { parseArgs } from 'node:util'

/** What a run is told on its command line. */
export interface RunOptions {
  readonly rounds: number
  /** In each process. */
  readonly callers: number
}

/** @throws TypeError an option that does not exist. @throws RangeError a number that is none, or below 1. */
export function optionsIn(args: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '5' }, callers: { type: 'string', default: '25' } },
  })
  return { rounds: countOf('rounds', values.rounds), callers: countOf('callers', values.callers) }
}

function countOf(option: string, value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new RangeError(`--${option} takes a number from 1 to 9999`)
  return Number(value)
}
