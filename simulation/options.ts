import { parseArgs } from 'node:util'

/** What is to be played. */
export type Options =
  | { readonly kind: 'many'; readonly from: number; readonly schedules: number; readonly workers: number }
  | { readonly kind: 'one'; readonly seed: number }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }

export const HELP = `npm run simulate -- [options]

Plays schedules of a simulated world and judges them by the promises of the
refresh protocol. Ends with 1 where one is broken, and tells its seed.

  --schedules <n>  how many (default 100000)
  --from <seed>    the first seed (default 1); the others follow it
  --workers <n>    processes (default: one for each core)
  --seed <seed>    plays one schedule again, and tells all that happened
`

const MOST = 2 ** 32

/** @param cores how many processes there are by default */
export function parseOptions(args: readonly string[], cores: number): Options {
  let values: { readonly [name: string]: string | boolean | undefined }
  try {
    ;({ values } = parseArgs({
      args: [...args],
      options: {
        schedules: { type: 'string' },
        from: { type: 'string' },
        workers: { type: 'string' },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }))
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) }
  }
  if (values.help === true) return { kind: 'help' }
  const numbers = { schedules: 100_000, from: 1, workers: cores, seed: 0 }
  for (const name of ['schedules', 'from', 'workers', 'seed'] as const) {
    const value = values[name]
    if (value === undefined) continue
    const number = /^\d{1,10}$/.test(String(value)) ? Number(value) : Number.NaN
    const least = name === 'schedules' || name === 'workers' ? 1 : 0
    if (!(number >= least && number < MOST)) {
      return { kind: 'wrong', message: `--${name} must be a whole number from ${least} on; got ${value}` }
    }
    numbers[name] = number
  }
  if (values.seed !== undefined) return { kind: 'one', seed: numbers.seed }
  const { from, schedules, workers } = numbers
  return { kind: 'many', from, schedules, workers: Math.min(workers, schedules) }
}
