import { expect, test } from 'vitest'
import type { Clock } from '../../src/ports/clock.ts'
import { FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, unknownProvider } from '../support/lifecycle.ts'
import { FakeProcess, World } from '../support/world.ts'

/** A clock that shows the same time as another, and is set forward and back. */
class SetClock implements Clock {
  offsetMs = 0
  readonly #true: Clock

  constructor(clock: Clock) {
    this.#true = clock
  }

  wallMs(): number {
    return this.#true.wallMs() + this.offsetMs
  }

  monotonicMs(): number {
    return this.#true.monotonicMs()
  }

  delay(...wait: Parameters<Clock['delay']>): Promise<void> {
    return this.#true.delay(...wait)
  }
}

test('F18: 500 jumps of the clocks of processes: none refreshes early, and nobody is given a token that has expired', async () => {
  const provider = new FakeProvider('zoho_crm', { ...unknownProvider, lifetimeMs: HOUR, rotation: 'strict' })
  provider.rotates = true
  // The database keeps the true time; each process has a clock of its own.
  const world = await World.make({ provider, seed: 18 })
  const clocks = [1, 2, 3].map(() => new SetClock(world.clock))
  const processes = clocks.map(
    clock => new FakeProcess(Object.create(world, { clock: { value: clock } }), world.store),
  )
  await world.process().store('old', provider.grant('grant'), HOUR)

  let expiresAt = world.clock.wallMs() + HOUR
  /** Of each access token, by the true time. */
  const ends = new Map([['old', expiresAt]])
  for (let jump = 0; jump < 500; jump += 1) {
    const clock = clocks[jump % clocks.length] as SetClock
    clock.offsetMs = Math.round((world.randomness.fraction() * 2 - 1) * HOUR)
    await world.clock.advance(MINUTE)
    for (const process of processes) {
      const asked = provider.asked.length
      const leftMs = expiresAt - world.clock.wallMs()
      const { accessToken } = await world.run(process.get())
      const row = await world.store.read({ clientId: 'smart-tax-nation', provider: 'zoho_crm' })
      expiresAt = row?.expiresAt ?? Number.NaN
      ends.set((await world.row())?.accessToken ?? '', expiresAt)
      expect(ends.get(accessToken)).toBeGreaterThan(world.clock.wallMs())
      if (provider.asked.length > asked) expect(leftMs).toBeLessThanOrEqual(10 * MINUTE)
    }
  }
  expect(provider.overlaps).toBe(0)
  // Once in each hour but its last ten minutes, and no more.
  expect(provider.asked.length).toBeGreaterThanOrEqual(8)
  expect(provider.asked.length).toBeLessThanOrEqual(10)
  expect(await world.row()).toMatchObject({ status: 'active' })
})
