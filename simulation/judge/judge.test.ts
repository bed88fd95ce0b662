import { describe, expect, test } from 'vitest'
import type { Entry, Happening, Row, Settings } from '../history.ts'
import { judge } from './judge.ts'

/*
 * The judge on histories written by hand: a good one, and one for each promise with the least that breaks it.
 */
const settings: Settings = {
  kind: 'settings',
  grant: 'refresh_token',
  rotation: 'strict',
  lifetimeMs: 3_600_000,
  retryWindowMs: 0,
  budget: null,
  bounds: { goodMs: 3_000, servableMs: 6_000, anyMs: 18_000 },
  cacheAgeMs: 30_000,
  lifeboat: 'none',
  hostClockJumps: false,
}

const row: Row = {
  id: 'row-1',
  generation: 1,
  access: 'alpha.1/a/1',
  refresh: 'alpha.1/r/2',
  status: 'active',
  reason: null,
  expiresAt: 3_600_000,
  leaseId: null,
  leaseUntil: null,
  attemptId: null,
  lastError: null,
  nextAttemptAt: null,
}
const claimed: Row = { ...row, leaseId: 'p1#1', leaseUntil: 3_615_000, attemptId: 'p1#2' }
const refreshed: Row = {
  ...row,
  generation: 2,
  access: 'alpha.1/a/3',
  refresh: 'alpha.1/r/4',
  expiresAt: 7_200_000,
}

const wrote = (
  method: string,
  before: Row | null,
  after: Row | null,
  now: number,
  machine = 'p1',
  told: readonly string[] = [],
): Happening => ({
  kind: 'statement',
  machine,
  method,
  result: 'true',
  now,
  changes: [{ client: 'alpha', before, after }],
  told: told.map(type => ({ type, row: 'row-1' })),
})
const called = (
  call: number,
  method: 'get' | 'store' | 'delete',
  access: string | null = null,
): Happening => ({
  kind: 'call',
  call,
  machine: 'p1',
  client: 'alpha',
  method,
  access,
  refresh: null,
  expiresInMs: access === null ? null : 3_600_000,
})
const returned = (call: number, token: string | null, error: string | null = null): Happening => ({
  kind: 'return',
  call,
  machine: 'p1',
  token,
  error,
  reason: null,
})
const requested = (request: number, refresh: string, deadline: number, machine = 'p1'): Happening => ({
  kind: 'request',
  request,
  machine,
  client: 'alpha',
  refresh,
  deadline,
})
const issued = (request: number): Happening => ({
  kind: 'served',
  request,
  verdict: 'issued',
  spent: 'alpha.1/r/2',
  access: 'alpha.1/a/3',
  accessUntil: 7_200_300,
  successor: 'alpha.1/r/4',
})
const refused = (request: number, spent: string): Happening => ({
  ...issued(request),
  kind: 'served',
  request,
  verdict: 'refused',
  spent,
  access: null,
  accessUntil: 0,
  successor: null,
})
const answered = (request: number, carried: string | null, detail = '200'): Happening => ({
  kind: 'answer',
  request,
  machine: 'p1',
  how: 'answered',
  detail,
  carried,
})
const honours = (...live: string[]): Happening => ({ kind: 'ledger', live })

/** A person connects; an hour later a caller comes, and the token is refreshed. */
const good: readonly (readonly [number, Happening])[] = [
  [0, settings],
  [0, called(1, 'store', 'alpha.1/a/1')],
  [0, wrote('put', null, row, 0, 'p1', ['connected'])],
  [10, returned(1, null)],
  [3_600_000, called(2, 'get')],
  [3_600_100, wrote('claim', row, claimed, 3_600_100)],
  [3_600_200, requested(1, 'alpha.1/r/2', 3_610_200)],
  [3_600_300, issued(1)],
  [3_600_400, answered(1, 'alpha.1/r/4')],
  [3_600_500, wrote('commit', claimed, refreshed, 3_600_500)],
  [3_600_600, returned(2, 'alpha.1/a/3')],
  [3_700_000, honours('alpha.1/r/4')],
]

const history = (entries: readonly (readonly [number, Happening])[]): readonly Entry[] =>
  entries.toSorted(([a], [b]) => a - b).map(([at, happening]) => ({ ...happening, at }))

const broken = (entries: readonly (readonly [number, Happening])[]): readonly string[] =>
  judge(history(entries)).violations.map(({ promise }) => promise)

const without = (kind: Happening['kind'], nth = 0): readonly (readonly [number, Happening])[] => {
  const place = good
    .map(([, happening], index) => ({ happening, index }))
    .filter(one => one.happening.kind === kind)[nth]
  return good.filter((_, index) => index !== place?.index)
}

test('a good history breaks nothing', () => {
  expect(judge(history(good))).toMatchObject({ violations: [], calls: 2, requests: 1, fates: ['usable'] })
})

describe('requests', () => {
  test('one refresh token in two requests at the same time', () => {
    const entries = [...good, [3_600_350, requested(2, 'alpha.1/r/2', 3_610_350, 'p2')] as const]
    expect(broken(entries)).toContain('no refresh token is in flight twice')
  })

  test('two requests that follow each other overlap not', () => {
    const entries = [...good, [3_600_450, requested(2, 'alpha.1/r/2', 3_610_350, 'p2')] as const]
    expect(broken(entries)).not.toContain('no refresh token is in flight twice')
  })

  test('a request that may go on when its lease is over', () => {
    const sentAt = (at: number, deadline: number) => [
      ...without('request'),
      [at, requested(1, 'alpha.1/r/2', deadline)] as const,
    ]
    expect(broken(sentAt(3_600_200, 3_615_000))).not.toContain('no request outlives its lease')
    expect(broken(sentAt(3_600_200, 3_615_002))).toContain('no request outlives its lease')
  })

  test('one request more than the server wants in its time', () => {
    const thirdAfter = (ms: number) => [
      ...without('settings'),
      [0, { ...settings, budget: { requests: 2, perMs: 60_000 } }] as const,
      [3_620_000, requested(2, 'alpha.1/r/4', 3_630_000)] as const,
      [3_600_200 + ms, requested(3, 'alpha.1/r/4', 3_670_000)] as const,
      [3_600_201, requested(4, 'alpha.2/r/1', 3_610_000)] as const,
    ]
    expect(broken(thirdAfter(59_999))).toContain('no more requests than the provider wants')
    expect(broken(thirdAfter(60_000))).not.toContain('no more requests than the provider wants')
  })

  test('a strict server is asked again although the access token lives', () => {
    const entries = [
      ...without('answer'),
      [3_500_000, wrote('claim', row, claimed, 3_500_000)] as const,
      [3_500_001, requested(7, 'alpha.1/r/2', 3_510_000)] as const,
      [3_550_000, wrote('claim', claimed, { ...claimed, leaseId: 'p2#1' }, 3_550_000, 'p2')] as const,
      [3_550_001, requested(8, 'alpha.1/r/2', 3_560_000, 'p2')] as const,
    ]
    expect(broken(entries)).toContain('a strict server is not asked again while the access token lives')
  })
})

describe('a host whose clock is the database’s, too', () => {
  const jumped = (at: number): readonly [number, Happening] => [
    at,
    { kind: 'fault', fault: 'clock jump', machine: 'p1', ms: 3_600_000 },
  ]
  const onHost = (...more: readonly (readonly [number, Happening])[]) =>
    broken([...without('settings'), [0, { ...settings, hostClockJumps: true }], ...more])
  const again = [3_600_350, requested(2, 'alpha.1/r/2', 3_610_350, 'p2')] as const
  const taken = [
    3_600_150,
    wrote('claim', claimed, { ...claimed, leaseId: 'p2#1' }, 3_600_150, 'p2'),
  ] as const

  test('is no excuse but for what was counted before it was set, and used after', () => {
    const twice = 'no refresh token is in flight twice'
    expect(onHost(jumped(3_000_000), again)).toContain(twice)
    expect(onHost(jumped(3_600_250), again)).not.toContain(twice)
    expect(onHost(jumped(3_600_360), again)).toContain(twice)
    expect(onHost(jumped(3_000_000), taken)).toContain('one refresh at a time')
    expect(onHost(jumped(3_600_120), taken)).not.toContain('one refresh at a time')
    const dead = [3_650_000, called(3, 'get')] as const
    const late = (at: number) => [dead, [at, returned(3, 'alpha.1/a/1')] as const]
    expect(onHost(jumped(3_000_000), ...late(3_650_001))).not.toContain(
      'no token is returned that has expired',
    )
    expect(onHost(...late(3_650_001))).toContain('no token is returned that has expired')
  })
})

describe('rows', () => {
  const late = (
    method: string,
    after: Row | null,
    machine = 'p1',
  ): readonly (readonly [number, Happening])[] => [
    ...good,
    [3_600_700, wrote(method, refreshed, after, 3_600_700, machine)],
  ]

  test.each<[string, readonly (readonly [number, Happening])[]]>([
    ['no generation goes back', late('commit', { ...refreshed, generation: 1 })],
    ['no generation goes back', late('put', { ...refreshed, access: 'alpha.1/a/9' })],
    ['no connection vanishes', late('settle', null)],
    ['no connection vanishes', late('commit', { ...refreshed, id: 'row-2' })],
    ['a re-connect always wins', late('commit', { ...refreshed, generation: 3, refresh: 'alpha.1/r/2' })],
    ['a re-connect always wins', late('commit', { ...refreshed, generation: 3, access: 'alpha.1/a/1' })],
    ['no grant is reported dead that was not refused', late('settle', { ...refreshed, status: 'suspect' })],
  ])('%s', (promise, entries) => {
    expect(broken(entries)).toContain(promise)
  })

  test('something is resurrected', () => {
    const entries = [
      ...late('delete', null),
      [3_600_800, wrote('commit', null, refreshed, 3_600_800)] as const,
    ]
    expect(broken(entries)).toContain('nothing is resurrected after a delete')
  })

  test('a lease that stands is taken, or ended by another', () => {
    const taken = { ...claimed, leaseId: 'p2#1' }
    expect(broken([...good, [3_600_150, wrote('claim', claimed, taken, 3_600_150, 'p2')]])).toContain(
      'one refresh at a time',
    )
    for (const method of ['settle', 'commit', 'salvage', 'succeed']) {
      expect(broken([...good, [3_600_150, wrote(method, claimed, row, 3_600_150, 'p2')]])).toContain(
        'nobody ends the lease of another',
      )
    }
  })
})

describe('what is recorded', () => {
  const suspect: Row = { ...refreshed, status: 'suspect', reason: 'refused' }
  const settled = (...told: string[]): readonly string[] =>
    broken([
      ...good,
      [3_640_000, refused(2, 'alpha.1/r/4')],
      [3_640_001, wrote('settle', refreshed, suspect, 3_640_001, 'p1', told)],
    ])
  const promise = 'what becomes of a connection is told once, with the change'

  test('a status that turned and was not told, told twice, or told of another', () => {
    expect(settled('suspect')).not.toContain(promise)
    expect(settled()).toContain(promise)
    expect(settled('suspect', 'suspect')).toContain(promise)
    expect(settled('recovered')).toContain(promise)
  })

  test('what did not happen', () => {
    const again = wrote('commit', refreshed, refreshed, 3_650_000, 'p1', ['recovered'])
    expect(broken([...good, [3_650_000, again]])).toContain(promise)
  })
})

describe('what is returned', () => {
  const returning = (token: string, at = 3_600_600): readonly string[] =>
    broken([...without('return', 1), [at, returned(2, token)]])

  test('a token that nobody issued, of another client, or that has expired', () => {
    expect(returning('alpha.1/a/9')).toContain('no token is returned that was never issued')
    expect(returning('alpha.1/a/1', 3_600_001)).toContain('no token is returned that has expired')
    const other = wrote('put', null, { ...row, access: 'beta.1/a/1', refresh: 'beta.1/r/2' }, 5)
    const stored = { ...called(3, 'store', 'beta.1/a/1') }
    const entries = [...without('return', 1), [5, other] as const, [5, stored] as const]
    expect(broken([...entries, [3_600_001, returned(2, 'beta.1/a/1')]])).toContain(
      'nobody gets the token of another client',
    )
  })

  test('a token that was replaced longer ago than a cache may not know it', () => {
    const entries = [
      ...good,
      [3_640_000, called(3, 'get')] as const,
      [3_640_001, returned(3, 'alpha.1/a/1')] as const,
    ]
    expect(broken(entries)).toContain('what was deleted or replaced is not returned')
  })

  test('a token that was reported', () => {
    const entries = [
      ...good,
      [3_601_000, wrote('reject', refreshed, { ...refreshed, expiresAt: 3_601_000 }, 3_601_000)] as const,
      [3_640_000, called(3, 'get')] as const,
      [3_640_001, returned(3, 'alpha.1/a/3')] as const,
    ]
    expect(broken(entries)).toContain('a rejected token is not returned')
  })
})

describe('waits', () => {
  test('longer than the bound, or for ever', () => {
    const promise = 'every caller is answered within its bound'
    expect(broken([...without('return', 1), [3_618_500, returned(2, 'alpha.1/a/3')]])).toContain(promise)
    expect(broken(without('return', 1))).toContain(promise)
  })

  test('with a good token, longer than one look at the row', () => {
    const entries = [
      ...good,
      [100_000, called(3, 'get')] as const,
      [104_000, returned(3, 'alpha.1/a/1')] as const,
    ]
    expect(broken(entries)).toContain('every caller is answered within its bound')
  })
})

describe('endings', () => {
  const dead: Row = { ...refreshed, status: 'reauthorization_required', reason: 'refused' }
  const ended = (after: Row, error: string | null): readonly (readonly [number, Happening])[] => [
    ...good.slice(0, -1),
    [3_640_000, refused(2, 'alpha.1/r/4')],
    [3_640_000, requested(2, 'alpha.1/r/4', 3_650_000)],
    [3_640_001, wrote('settle', refreshed, after, 3_640_001)],
    [3_650_000, called(3, 'get')],
    [3_650_001, returned(3, null, error)],
    [3_700_000, honours()],
  ]

  test('a grant that is gone and not reported', () => {
    expect(broken(ended(refreshed, 'PROVIDER_UNAVAILABLE'))).toContain('no silent loss')
  })

  test('a grant that is reported, and that somebody could have kept', () => {
    expect(broken(ended(dead, 'REAUTHORIZATION_REQUIRED'))).toContain('no loss without a cause')
  })

  test('a loss whose answer never came is no violation', () => {
    const again: Row = { ...claimed, leaseId: 'p1#3', leaseUntil: 3_655_000 }
    const lost: readonly (readonly [number, Happening])[] = [
      ...good.slice(0, 8),
      [3_640_000, wrote('claim', claimed, again, 3_640_000)],
      [3_640_001, requested(2, 'alpha.1/r/2', 3_650_000)],
      [3_640_002, refused(2, 'alpha.1/r/2')],
      [3_640_003, answered(2, null, '400')],
      [
        3_640_004,
        wrote('settle', again, { ...row, status: 'reauthorization_required' }, 3_640_004, 'p1', [
          'reauthorization_required',
        ]),
      ],
      [3_615_000, returned(2, null, 'PROVIDER_UNAVAILABLE')],
      [3_650_000, called(3, 'get')],
      [3_650_001, returned(3, null, 'REAUTHORIZATION_REQUIRED')],
      [3_700_000, honours()],
    ]
    expect(judge(history(lost))).toMatchObject({ violations: [], fates: ['lost'] })
  })

  test('an error without a code', () => {
    const entries = [...without('return', 1), [3_600_600, returned(2, null, 'NOT CODED: TypeError')] as const]
    expect(broken(entries)).toContain('every error has a code')
  })
})
