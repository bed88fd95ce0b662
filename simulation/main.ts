import { availableParallelism } from 'node:os'
import { HELP, type Options, parseOptions } from './options.ts'
import { playInWorkers } from './play-in-workers.ts'
import { runSchedule } from './run-schedule.ts'
import type { Tally } from './tally.ts'
import { traceOf } from './trace.ts'

const MOST_FAILURES = 5

const print = (line = ''): void => void process.stdout.write(`${line}\n`)

process.exitCode = await run(parseOptions(process.argv.slice(2), availableParallelism()))

async function run(options: Options): Promise<number> {
  switch (options.kind) {
    case 'help':
      print(HELP)
      return 0
    case 'wrong':
      process.stderr.write(`${options.message}\n\n${HELP}\n`)
      return 2
    case 'one':
      return tellOne(options.seed)
    case 'many':
      return playMany(options)
  }
}

async function playMany(options: Extract<Options, { kind: 'many' }>): Promise<number> {
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1_000
  let toldAt = 0
  const sum = await playInWorkers({ ...options, mostFailures: MOST_FAILURES }, ({ schedules }) => {
    if (seconds() - toldAt < 10) return
    toldAt = seconds()
    process.stderr.write(`${schedules} of ${options.schedules} schedules\n`)
  })
  table(options, sum, seconds())
  const [first] = sum.failures
  if (first === undefined) return 0
  print()
  for (const { seed, violation } of sum.failures) {
    print(`seed ${seed}: ${violation.promise}: ${violation.what}`)
  }
  print()
  await tellOne(first.seed)
  return 1
}

function table({ from, workers }: Extract<Options, { kind: 'many' }>, sum: Tally, seconds: number): void {
  const { schedules, calls, requests, steps, fates, failures } = sum
  const rows: readonly (readonly [string, string | number])[] = [
    ['schedules', `${schedules}, seeds from ${from}`],
    ['promises broken', failures.length],
    ['calls', calls],
    ['token requests', requests],
    ['steps', steps],
    ['connections usable at the end', fates.usable],
    ['connections deleted', fates.gone],
    ['grants lost, with a cause, and reported', fates.lost],
    [
      'time',
      `${seconds.toFixed(1)} s, ${Math.round(schedules / seconds)} schedules a second, ${workers} workers`,
    ],
  ]
  for (const [name, value] of rows) print(`${name.padEnd(40)} ${value}`)
}

/** Plays one schedule again and tells everything. */
async function tellOne(seed: number): Promise<number> {
  const { history, verdict } = await runSchedule(seed)
  print(`--- seed ${seed} ---`)
  print(traceOf(history))
  print()
  if (verdict.violations.length === 0) print('No promise is broken.')
  for (const { promise, what, at } of verdict.violations)
    print(`BROKEN at ${Math.round(at)} ms: ${promise}: ${what}`)
  print(`To see it again: npm run simulate -- --seed ${seed}`)
  return verdict.violations.length === 0 ? 0 : 1
}
