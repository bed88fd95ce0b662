import { describe, expect, test } from 'vitest'
import type { RefreshAnswer } from '../ports/provider.ts'
import type { DeviceTokenAnswer } from '../providers/device-requests.ts'
import { Secret } from '../secret.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { type DeviceEnd, waitForPerson } from './device-flow.ts'

const SECOND = 1_000
type Failure = Exclude<RefreshAnswer, { kind: 'issued' }>

const answered = (answer: RefreshAnswer): DeviceTokenAnswer => ({
  kind: 'answered',
  answer,
  members: new Map(),
})
const nothing = { retryAfterMs: null, refreshToken: null }
const failure = (kind: 'refused' | 'misconfigured' | 'failed' | 'throttled'): Failure => ({
  kind,
  detail: 'HTTP 400',
  ...nothing,
})
const unavailable: Failure = {
  kind: 'ambiguous',
  code: 'PROVIDER_UNAVAILABLE',
  detail: 'TIMEOUT',
  ...nothing,
}
const issued = answered({
  kind: 'issued',
  tokens: {
    accessToken: Secret.of('a1'),
    refreshToken: Secret.of('r1'),
    expiresInMs: 60 * SECOND,
    refreshTokenExpiresInMs: null,
    scopes: null,
    metadata: {},
    warnings: [],
  },
})

/** A device that is answered so, look after look, and then as last said. */
function device(answers: readonly DeviceTokenAnswer[], lifeMs = 600 * SECOND) {
  const clock = new FakeClock()
  const begunAt = clock.monotonicMs()
  const looks: number[] = []
  const cancel = new AbortController()
  let polls = 0
  const look = async (): Promise<DeviceTokenAnswer> => {
    looks.push((clock.monotonicMs() - begunAt) / SECOND)
    return answers[Math.min(looks.length, answers.length) - 1] ?? { kind: 'pending' }
  }
  let end: DeviceEnd | null = null
  let thrown: unknown = null
  const pace = { intervalMs: 5 * SECOND, expiresAt: begunAt + lifeMs }
  const onPoll = (): void => {
    polls += 1
  }
  void waitForPerson(clock, pace, look, async ended => ended, { signal: cancel.signal, onPoll }).then(
    ended => {
      end = ended
    },
    error => {
      thrown = error
    },
  )
  return { clock, looks, cancel, ended: () => end, thrown: () => thrown, polls: () => polls }
}

async function advanced(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) await clock.advance(500)
}

describe('RFC 8628 §3.5: a device', () => {
  test('looks once in each interval, and not before the first is over', async () => {
    const { clock, looks, ended, polls } = device([{ kind: 'pending' }, { kind: 'pending' }, issued])
    await advanced(clock, 4 * SECOND)
    expect(looks).toEqual([])
    await advanced(clock, 20 * SECOND)
    expect(looks).toEqual([5, 10, 15])
    expect(polls()).toBe(3)
    expect(ended()).toMatchObject({ kind: 'answered', answer: { kind: 'issued' } })
  })

  test('looks five seconds later for good after each slow_down', async () => {
    const slower = { kind: 'slow_down' } as const
    const { clock, looks } = device([slower, { kind: 'pending' }, slower, { kind: 'pending' }])
    await advanced(clock, 60 * SECOND)
    expect(looks).toEqual([5, 15, 25, 40, 55])
  })

  test('looks half as often after each look that reached nobody, and no less than once a minute', async () => {
    const { clock, looks } = device([answered(unavailable)], 400 * SECOND)
    await advanced(clock, 300 * SECOND)
    expect(looks).toEqual([5, 15, 35, 75, 135, 195, 255])
  })

  test('waits as long as a provider asks for that throttles', async () => {
    const throttled = answered({ ...failure('throttled'), retryAfterMs: 90 * SECOND } as RefreshAnswer)
    const { clock, looks } = device([throttled, issued])
    await advanced(clock, 100 * SECOND)
    expect(looks).toEqual([5, 95])
  })

  test.each(['denied', 'expired'] as const)('is over when the provider says so: %s', async kind => {
    const { clock, ended, looks } = device([{ kind: 'pending' }, { kind }])
    await advanced(clock, 60 * SECOND)
    expect(ended()).toEqual({ kind })
    expect(looks).toEqual([5, 10])
  })

  test.each(['refused', 'misconfigured', 'failed'] as const)(
    'stops at any other error of RFC 6749 §5.2: %s',
    async kind => {
      const { clock, ended, looks } = device([answered(failure(kind))])
      await advanced(clock, 60 * SECOND)
      expect(ended()).toMatchObject({ kind: 'answered', answer: { kind } })
      expect(looks).toEqual([5])
    },
  )

  test('is over when its codes are, also between two looks, and does not look once more', async () => {
    const { clock, ended, looks } = device([{ kind: 'pending' }], 12 * SECOND)
    await advanced(clock, 60 * SECOND)
    expect(ended()).toEqual({ kind: 'expired' })
    expect(looks).toEqual([5, 10])
  })

  test('takes a refresh token out of an answer that was none', async () => {
    const { clock, ended } = device([answered({ ...unavailable, refreshToken: Secret.of('r1') })])
    await advanced(clock, 10 * SECOND)
    expect(ended()).toMatchObject({ kind: 'answered', answer: { kind: 'ambiguous' } })
  })

  test('stops between two looks when it is told to', async () => {
    const { clock, looks, cancel, thrown } = device([{ kind: 'pending' }])
    await advanced(clock, 7 * SECOND)
    cancel.abort(new RangeError('enough'))
    await advanced(clock, 30 * SECOND)
    expect(looks).toEqual([5])
    expect(thrown()).toEqual(new RangeError('enough'))
  })
})
