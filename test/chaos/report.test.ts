import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Plan } from './plan.ts'
import { isOf, merged, type Report, reportsIn } from './report.ts'
import { pageOf } from './table.ts'

const plan: Plan = { mode: 'kill', rotation: 'strict', cycles: 10, seed: 1, point: null }

function report(change: Partial<Plan> = {}, calls = 7): Report {
  return {
    plan: { ...plan, ...change },
    verdict: { requests: 5, overlaps: 0, losses: 2, reasons: { lost_rotation: 2 }, silent: 0, broken: [] },
    struck: {},
    tookMs: 61_000,
    served: {
      calls,
      longestWaitMs: 90,
      waits: [4, 2, 1],
      clockErrorMs: 0,
      refused: 0,
      errors: [],
      events: {},
    },
    commit: 'abc1234',
  }
}

test('a report is of a campaign when plan and code are the same', () => {
  expect(isOf(report(), { ...plan }, 'abc1234')).toBe(true)
  expect(isOf(report(), { ...plan, cycles: 11 }, 'abc1234')).toBe(false)
  expect(isOf(report(), plan, 'def5678')).toBe(false)
})

test('what is played again takes the place of what was there, and all are in the order of the modes', () => {
  const stop = report({ mode: 'stop' })
  const all = merged([stop, report({}, 1)], [report({}, 2), report({ rotation: 'static' })])
  expect(all.map(one => `${one.plan.mode} ${one.plan.rotation} ${one.served.calls}`)).toEqual([
    'kill static 7',
    'kill strict 2',
    'stop strict 7',
  ])
})

test('what was written is read again; where nothing was, nothing is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-reports-'))
  try {
    const file = join(folder, 'results.json')
    expect(reportsIn(file)).toEqual([])
    writeFileSync(file, JSON.stringify([report()]))
    expect(reportsIn(file)).toEqual([report()])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the page has a line for each campaign in both tables, and says of what it is', () => {
  const page = pageOf([report(), report({ rotation: 'static' })])
  expect(page).toContain('| kill | strict | 10 | 5 | 0 | 2 | 2 | 0 | 0 | 7 | 90 ms |')
  expect(page).toContain('| kill | static | 4 | 2 | 1 | 0 | 0 | 0 |')
  expect(page).toContain('Commit abc1234, seed 1, Node ')
  expect(page).toContain('2 min 2 s')
})
