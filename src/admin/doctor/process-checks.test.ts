import { describe, expect, test } from 'vitest'
import { coreLimitOf, type ProcessFacts, processFindings, readProcess } from './process-checks.ts'

const quiet: ProcessFacts = {
  coreLimit: 0,
  nodeOptions: ['--disable-sigusr1'],
  isInspected: false,
  canRefuseInspector: true,
  report: { isOn: false, leavesOutEnvironment: false },
  acceptsAnyCertificate: false,
  hasKeysInEnvironment: false,
}

describe('T9: doctor says what this process would show of its memory', () => {
  test('nothing, where it was started with care', () => {
    expect(processFindings(quiet).map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass'])
  })

  test.each<[string, Partial<ProcessFacts>, string, RegExp]>([
    ['a core dump', { coreLimit: Infinity }, 'core_dumps', /ulimit -c 0/],
    ['a core dump of some bytes', { coreLimit: 1 }, 'core_dumps', /LimitCORE=0/],
    ['perhaps a core dump', { coreLimit: null }, 'core_dumps', /ulimit -c 0/],
    ['an open inspector', { isInspected: true }, 'inspector', /without --inspect/],
    ['an inspector by option', { nodeOptions: ['--inspect=0.0.0.0:9229'] }, 'inspector', /NODE_OPTIONS/],
    ['an inspector that waits', { nodeOptions: ['--inspect-brk'] }, 'inspector', /without --inspect/],
    ['an inspector by signal', { nodeOptions: [] }, 'inspector', /--disable-sigusr1\.$/],
    ['the same on an old Node', { nodeOptions: [], canRefuseInspector: false }, 'inspector', /newer Node/],
    [
      'heap snapshots',
      { nodeOptions: ['--heapsnapshot-signal=SIGUSR2'] },
      'inspector',
      /without that option/,
    ],
    [
      'reports with the environment',
      { report: { isOn: true, leavesOutEnvironment: false } },
      'reports',
      /--report-exclude-env/,
    ],
    ['keys in the environment', { hasKeysInEnvironment: true }, 'reports', /fileKeys/],
    ['unchecked certificates', { acceptsAnyCertificate: true }, 'certificates', /Remove it/],
  ])('%s', (_what, change, check, remedy) => {
    const found = processFindings({ ...quiet, ...change }).filter(({ verdict }) => verdict !== 'pass')
    expect(found).toEqual([
      {
        check,
        verdict: 'warn',
        message: expect.stringMatching(/\.$/),
        remedy: expect.stringMatching(remedy),
      },
    ])
  })

  test('a report that leaves the environment out is none to warn of', () => {
    const report = { isOn: true, leavesOutEnvironment: true }
    expect(processFindings({ ...quiet, report })[2]?.verdict).toBe('pass')
  })
})

test('the limit of core dumps is the soft one of this process', () => {
  const limits = (soft: string) =>
    `Limit    Soft Limit  Hard Limit  Units\nMax core file size        ${soft}        unlimited     bytes\n`
  expect(coreLimitOf(limits('0'))).toBe(0)
  expect(coreLimitOf(limits('unlimited'))).toBe(Infinity)
  expect(coreLimitOf('')).toBeNull()
  expect(coreLimitOf(null)).toBeNull()
})

test('this process is read without a fault', () => {
  expect(processFindings(readProcess())).toHaveLength(4)
})
