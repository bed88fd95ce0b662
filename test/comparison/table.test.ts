import { expect, test } from 'vitest'
import { entries } from './contenders.ts'
import type { Round } from './round.ts'
import { keepsItsPromise, tableOf } from './table.ts'

const good: Round = {
  requests: 1,
  overlapping: 0,
  refused: 0,
  failed: 0,
  survived: true,
  slowestCallerMs: 260.2,
  longestQueryMs: 7.4,
}
const bad: Round = {
  requests: 50,
  overlapping: 49,
  refused: 48,
  failed: 47,
  survived: false,
  slowestCallerMs: 300,
  longestQueryMs: 60,
}
const [entry] = entries
if (entry === undefined) throw new RangeError('nothing is compared')

test('a row says what all rounds had, or from the least to the most', () => {
  const table = tableOf([
    { entry, rotates: true, rounds: [good, bad] },
    { entry, rotates: false, rounds: [good] },
  ])
  expect(table.split('\n').slice(2)).toEqual([
    `| rotate | ${entry.title} | 1–50 | 0–49 | 0–48 | 0–47 | 1 of 2 | 260–300 ms | 7–60 ms |`,
    `| stay | ${entry.title} | 1 | 0 | 0 | 0 | 0 of 1 | 260 ms | 7 ms |`,
  ])
})

test('one bad round breaks the promise', () => {
  const kept = (...rounds: Round[]) => keepsItsPromise({ entry, rotates: true, rounds })
  expect(kept(good, good)).toBe(true)
  for (const broken of [{ requests: 2 }, { refused: 1 }, { failed: 1 }, { survived: false }]) {
    expect(kept(good, { ...good, ...broken })).toBe(false)
  }
})
