import { describe, expect, test } from 'vitest'
import { FakeClock } from './fake-clock.ts'

describe('FakeClock', () => {
  test('stands still until it is told to move', async () => {
    const clock = new FakeClock({ wallMs: 1_000 })
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1_000, 0])
    await clock.advance(250)
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1_250, 250])
  })

  test('ends delays in their order, each at its own instant', async () => {
    const clock = new FakeClock()
    const ended: [string, number][] = []
    for (const [name, ms] of [
      ['late', 300],
      ['early', 100],
      ['never', 500],
    ] as const) {
      void clock.delay(ms).then(() => ended.push([name, clock.monotonicMs()]))
    }
    await clock.advance(400)
    expect(ended).toEqual([
      ['early', 100],
      ['late', 300],
    ])
    expect(clock.pendingDelays).toBe(1)
  })

  test('lets what waited run before the next delay ends, so that a loop of delays keeps its pace', async () => {
    const clock = new FakeClock()
    const ticks: number[] = []
    const loop = async (): Promise<void> => {
      while (ticks.length < 3) {
        await clock.delay(100)
        ticks.push(clock.monotonicMs())
      }
    }
    void loop()
    await clock.advance(1_000)
    expect(ticks).toEqual([100, 200, 300])
    expect(clock.monotonicMs()).toBe(1_000)
  })

  test('a delay ends when its signal fires, before or after it began', async () => {
    const clock = new FakeClock()
    const controller = new AbortController()
    const waiting = clock.delay(100, { signal: controller.signal })
    controller.abort()
    await waiting
    await clock.delay(100, { signal: controller.signal })
    expect(clock.pendingDelays).toBe(0)
  })

  test('a jump of the wall clock ends no delay and leaves the monotonic clock alone', async () => {
    const clock = new FakeClock({ wallMs: 0 })
    void clock.delay(100)
    clock.jumpWall(3_600_000)
    await clock.advance(50)
    expect([clock.wallMs(), clock.monotonicMs(), clock.pendingDelays]).toEqual([3_600_050, 50, 1])
  })
})
