import { expect, test } from 'vitest'
import type { Happening } from './history.ts'
import { runSchedule } from './run-schedule.ts'
import { traceOf } from './trace.ts'

const seeds = Array.from({ length: 40 }, (_, place) => 7_001 + place)

test('the same seed gives the same history, to the letter, and another seed another', async () => {
  const traces = new Set<string>()
  for (const seed of seeds) {
    const { history, verdict } = await runSchedule(seed)
    const again = await runSchedule(seed)
    expect(again.history).toEqual(history)
    expect(again.verdict).toEqual(verdict)
    const trace = traceOf(history)
    expect(traceOf(again.history)).toBe(trace)
    traces.add(trace)
  }
  expect(traces.size).toBe(seeds.length)
})

test('schedules that are played at the same time do not disturb each other', async () => {
  const one = await Promise.all(seeds.slice(0, 5).map(seed => runSchedule(seed)))
  for (const [place, { history }] of one.entries()) {
    expect((await runSchedule(7_001 + place)).history).toEqual(history)
  }
})

/** Faults, calls, statements and errors that a world without them would not be worth much. */
const expected = [
  ...['crash', 'start', 'stopped', 'freeze', 'partition', 'clock jump'],
  ...['database down', 'database frozen', 'refused without cause'],
  ...['get', 'refresh', 'store', 'delete', 'report', 'tick', 'close'],
  ...['claim true', 'claim false', 'commit true', 'commit false', 'settle true', 'settle false'],
  ...['salvage true', 'succeed true', 'restore true', 'reject true', 'put true', 'put false', 'delete a row'],
  ...['unsent', 'cut', 'answered', 'success', 'aboard'],
  ...['STORE_UNAVAILABLE', 'PROVIDER_UNAVAILABLE', 'REAUTHORIZATION_REQUIRED', 'TOKEN_NOT_FOUND'],
]

function occurrenceOf(entry: Happening): string {
  switch (entry.kind) {
    case 'fault':
      return entry.fault
    case 'statement':
      return `${entry.method} ${entry.result}`
    case 'call':
      return entry.method
    case 'answer':
      return entry.how
    case 'return':
      return entry.error ?? 'success'
    default:
      return entry.kind
  }
}

test('every fault, call and step of the protocol occurs within a thousand schedules, and they hold the promises', async () => {
  const seen = new Set<string>()
  for (let seed = 1; seed <= 1_000; seed += 1) {
    const { history, verdict } = await runSchedule(seed)
    expect({ seed, violations: verdict.violations }).toEqual({ seed, violations: [] })
    for (const entry of history) seen.add(occurrenceOf(entry))
  }
  expect(expected.filter(one => !seen.has(one))).toEqual([])
})
