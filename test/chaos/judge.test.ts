import type { LedgerEntry } from 'evergrant/testing'
import { describe, expect, test } from 'vitest'
import { environmentKeys } from '../../src/sealing/environment-keys.ts'
import { KeyRing } from '../../src/sealing/key-ring.ts'
import { Secret } from '../../src/secret.ts'
import type { Change, Evidence, Incident } from './evidence.ts'
import { judge as judgeBy, type Verdict } from './judge.ts'
import { digest, issuedRefresh } from './ledger-entry.ts'
import { definitionOf } from './modes.ts'

const judge = (evidence: Evidence): Promise<Verdict> => judgeBy(evidence, definitionOf(evidence.mode))

const key = Buffer.alloc(32, 9)
const ring = await KeyRing.load(environmentKeys(`chaos:${key.toString('base64')}`, 'test'))

function sealed(refreshToken: string): string {
  return ring.seal(Secret.of(refreshToken), { purpose: 'refresh_token', clientId: 'a', provider: 'acme' })
}

let ids = 0
function request(refreshToken: string, arrivedAt: number, change: Partial<LedgerEntry> = {}): LedgerEntry {
  ids += 1
  return issuedRefresh(ids, refreshToken, arrivedAt, change)
}

/** One connection, refreshed once: `first` was replaced by `second`, and the row has that. */
function good(change: Partial<Evidence> = {}): Evidence {
  return {
    mode: 'kill',
    rotation: 'strict',
    provider: 'acme',
    key,
    ledger: [request('first', 1_000)],
    rows: [{ connection: 'a', status: 'active', statusReason: null, refreshToken: sealed('second') }],
    changes: [],
    given: [{ connection: 'a', refreshToken: 'first', at: 0, expiresAt: 6_000 }],
    incidents: [],
    asked: [{ process: 1, connection: 'a', at: 990 }],
    kept: [],
    served: { calls: 1, longestWaitMs: 1, waits: [], clockErrorMs: 0, refused: 0, errors: [], events: {} },
    slow: [],
    dismissedAt: 20_000,
    complaints: [],
    stateOf: async token => (token === 'second' ? 'current' : 'replaced'),
    ...change,
  }
}

const report: Change = {
  at: 9_000,
  connection: 'a',
  rowId: 'row',
  generation: 1,
  generationBefore: 1,
  status: 'reauthorization_required',
  statusBefore: 'active',
  statusReason: 'lost_rotation',
  expiresAt: null,
}
const kill: Incident = { kind: 'kill', process: 1, at: 1_050, until: 1_050, point: null, connection: null }

/** The answer to the refresh was lost; the provider refused the second use; it was reported. */
function lost(change: Partial<Evidence> = {}): Evidence {
  return good({
    ledger: [
      request('first', 1_000),
      request('first', 8_000, { outcome: 'invalid_code', reason: 'reused', rotated: false }),
    ],
    rows: [
      {
        connection: 'a',
        status: 'reauthorization_required',
        statusReason: 'lost_rotation',
        refreshToken: sealed('first'),
      },
    ],
    changes: [report],
    incidents: [kill],
    ...change,
  })
}

describe('the judge', () => {
  test('finds nothing where nothing is wrong', async () => {
    expect(await judge(good())).toEqual({
      requests: 1,
      overlaps: 0,
      losses: 0,
      reasons: {},
      silent: 0,
      broken: [],
    })
  })

  test('sees a request that began while another of the grant was under way, with whatever refresh token', async () => {
    const { overlaps, broken } = await judge(
      good({ ledger: [request('first', 1_000), request('second', 1_099)] }),
    )
    expect(overlaps).toBe(1)
    expect(broken.join()).toContain('at the same time')
    expect(
      (await judge(good({ ledger: [request('first', 1_000), request('second', 1_100)] }))).overlaps,
    ).toBe(0)
  })

  test('opens the rows: a refresh token that is not current is a loss that nobody reported', async () => {
    const rows = [{ connection: 'a', status: 'active', statusReason: null, refreshToken: sealed('first') }]
    const verdict = await judge(good({ rows }))
    expect(verdict).toMatchObject({ losses: 1, silent: 1 })
    expect(verdict.broken.join()).toContain('lost without a word: a, whose refresh token is replaced')
    const forged = [
      { connection: 'a', status: 'active', statusReason: null, refreshToken: sealed('second').slice(0, -4) },
    ]
    expect((await judge(good({ rows: forged }))).broken.join()).toContain('not to be opened')
    expect((await judge(good({ rows: [] }))).broken.join()).toContain('whose row is gone')
  })

  test('excuses a loss of a strict provider by a kill between its answer and the disk', async () => {
    expect(await judge(lost())).toMatchObject({
      losses: 1,
      reasons: { lost_rotation: 1 },
      silent: 0,
      broken: [],
    })
  })

  test('excuses it by a kill before a busy provider has read the request, and not by one before it was sent', async () => {
    const killedAt = (at: number): Partial<Evidence> => ({
      asked: [{ process: 1, connection: 'a', at: 400 }],
      incidents: [{ ...kill, at, until: at }],
    })
    expect((await judge(lost(killedAt(410)))).broken).toEqual([])
    expect((await judge(lost(killedAt(390)))).broken.join()).toContain('nothing had befallen')
  })

  test('excuses it by a kill of a process that had no time to write for seconds, but not of another', async () => {
    const late = { incidents: [{ ...kill, at: 5_000, until: 5_000 }] }
    expect((await judge(lost(late))).broken).toEqual([])
    const others: Evidence['kept'] = [
      { process: 1, connection: 'a', at: 500 },
      { process: 2, connection: 'a', at: 1_040 },
      { process: 1, connection: 'b', at: 1_040 },
      { process: 1, connection: 'a', at: 5_001 },
    ]
    expect((await judge(lost({ ...late, kept: others }))).broken).toEqual([])
    const own: Evidence['kept'] = [{ process: 1, connection: 'a', at: 4_999 }]
    expect((await judge(lost({ ...late, kept: own }))).broken.join()).toContain('nothing had befallen')
  })

  test('excuses it by a request that a process sent late which was frozen before its first byte', async () => {
    const freeze: Incident = { ...kill, kind: 'freeze', process: 2, at: 2_020, until: 7_980 }
    const late = (change: Partial<Incident>, ...asked: Evidence['asked']): Evidence =>
      lost({
        mode: 'freeze',
        incidents: [{ ...freeze, ...change }],
        asked: [
          { process: 1, connection: 'a', at: 990 },
          { process: 2, connection: 'a', at: 2_000 },
          ...asked,
        ],
      })
    const broken = async (evidence: Evidence): Promise<string> => (await judge(evidence)).broken.join()
    expect(await broken(late({}))).toBe('')
    const words = 'nothing had befallen'
    expect(await broken(late({ process: 3 }))).toContain(words)
    expect(await broken(late({ kind: 'kill' }))).toContain(words)
    // It went on long before, or after; or it had looked at the clock since.
    expect(await broken(late({ until: 5_900 }))).toContain(words)
    expect(await broken(late({ until: 8_100 }))).toContain(words)
    expect(await broken(late({}, { process: 2, connection: 'a', at: 7_990 }))).toContain(words)
    expect(await broken(late({ at: 1_990 }))).toContain(words)
  })

  test.each<[string, Partial<Evidence>, string]>([
    ['where the provider lets a client retry', { rotation: 'window' }, 'none may be'],
    ['at an orderly stop', { mode: 'term' }, 'none may be'],
    ['with a database crash', { mode: 'stop' }, 'none may be'],
    [
      'while nothing befell its process',
      { incidents: [{ ...kill, process: 2 }] },
      'nothing had befallen whoever asked',
    ],
    ['long before the kill', { incidents: [{ ...kill, at: 16_200, until: 16_200 }] }, 'nothing had befallen'],
    [
      'of what the process had on its disk before the kill',
      { kept: [{ process: 1, connection: 'a', at: 1_040 }] },
      'nothing had befallen',
    ],
    [
      'at a point where the successor is on the disk',
      { incidents: [{ ...kill, point: 'C6', connection: 'a' }] },
      'a kill at C6',
    ],
    ['that the provider did not refuse', { ledger: [request('first', 1_000)] }, 'has never refused it'],
    ['without a reason', { changes: [{ ...report, statusReason: null }] }, 'lost without a word: a'],
  ])('accepts no loss %s', async (_, change, words) => {
    expect((await judge(lost(change))).broken.join()).toContain(words)
  })

  test('excuses a loss by a wire that was cut only for the very request that was on it', async () => {
    const cut: Incident = { ...kill, kind: 'cut', process: null, how: 'reset after' }
    const broken = async (incident: Incident): Promise<string> =>
      (await judge(lost({ mode: 'provider', incidents: [incident] }))).broken.join()
    expect(await broken({ ...cut, refreshToken: digest('first') })).toBe('')
    expect(await broken({ ...cut, refreshToken: digest('other') })).toContain(
      'its refresh token was replaced',
    )
    expect(await broken(cut)).toContain('its refresh token was replaced')
    expect(await broken({ ...cut, kind: 'fault' })).toContain('its refresh token was replaced')
  })

  test('sees a refresh token that was sent again although the access token before it still worked', async () => {
    const ledger = (again: number): readonly LedgerEntry[] => [
      request('first', 1_000),
      request('second', 5_000),
      request('second', again, { outcome: 'invalid_code', reason: 'reused', rotated: false }),
    ]
    const broken = async (again: number, rotation: Evidence['rotation'] = 'strict'): Promise<string> =>
      (await judge(good({ mode: 'provider', rotation, ledger: ledger(again) }))).broken.join()
    expect(await broken(5_500)).toContain('sent a refresh token again 1300 ms before')
    expect(await broken(7_000)).toBe('')
    expect(await broken(5_500, 'static')).toBe('')
  })

  test('sees a connection that asks too often in a blackout', async () => {
    const blackout: Incident = { ...kill, kind: 'cut', process: null, at: 1_000, until: 5_000, how: '503' }
    const asked = (count: number): Evidence['asked'] =>
      Array.from({ length: count }, (_, index) => ({ process: 1, connection: 'a', at: 1_000 + index }))
    const broken = async (count: number): Promise<string> =>
      (await judge(good({ mode: 'blackout', incidents: [blackout], asked: asked(count) }))).broken.join()
    expect(await broken(32)).toBe('')
    expect(await broken(33)).toBe('a asked 33 times in a blackout (503), 32 at most')
  })

  test('sees a call that failed in a blackout or after it', async () => {
    const blackout: Incident = { ...kill, kind: 'cut', process: null, at: 1_000, until: 5_000, how: '503' }
    const broken = async (at: number): Promise<string> => {
      const error = { connection: 'a', at, code: 'PROVIDER_UNAVAILABLE', reason: null, message: 'gone' }
      const served = { ...good().served, errors: [error] }
      return (await judge(good({ mode: 'blackout', incidents: [blackout], served }))).broken.join()
    }
    expect(await broken(999)).toBe('')
    expect(await broken(1_000)).toBe('1 calls failed in a blackout or after it: gone')
    expect(await broken(6_000)).toContain('1 calls failed')
  })

  test('sees a generation that went back', async () => {
    const changes = [{ ...report, status: 'active', generation: 3, generationBefore: 4 }]
    expect((await judge(good({ changes }))).broken).toEqual(['1 times a generation went back'])
  })

  test('sees tokens that were written twice: more generations than the provider and the customer gave', async () => {
    const raise = { ...report, status: 'active', generation: 2, generationBefore: 1 }
    expect((await judge(good({ changes: [raise] }))).broken).toEqual([])
    const again = { ...raise, generation: 3, generationBefore: 2 }
    const { broken } = await judge(good({ changes: [raise, again] }))
    expect(broken).toEqual(['written twice: a: 2 generations of 1 new tokens'])
    const given = [...good().given, { connection: 'a', refreshToken: 'third', at: 2_000, expiresAt: 8_000 }]
    expect((await judge(good({ changes: [raise, again], given }))).broken).toEqual([])
  })

  test('does not take silence for success', async () => {
    const served = {
      calls: 0,
      longestWaitMs: 0,
      waits: [],
      clockErrorMs: 0,
      refused: 0,
      errors: [],
      events: {},
    }
    expect((await judge(good({ ledger: [], served }))).broken).toEqual([
      'no caller was served',
      'nothing was refreshed',
    ])
  })
})
