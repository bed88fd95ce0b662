import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, unknownProvider } from '../support/lifecycle.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { type FakeProcess, World } from '../support/world.ts'

const kinds = ['get', 'get', 'get', 'get', 'refresh', 'reconnect', 'by hand', 'delete'] as const
const step = fc.record({
  kind: fc.constantFrom(...kinds),
  process: fc.nat(2),
  pauseMs: fc.constantFrom(0, 5, 40, 400, 30 * MINUTE, HOUR),
})
const schedule = fc.record({
  seed: fc.nat(),
  rotation: fc.constantFrom('static', 'strict'),
  steps: fc.array(step, { maxLength: 25 }),
  // Which writes of a refresh lose their answer, cyclically.
  losses: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
})
type Schedule = typeof schedule extends fc.Arbitrary<infer Value> ? Value : never
type Step = Schedule['steps'][number]

/** Processes behind slow lines that lose answers, and a person who connects, deletes and stores meanwhile. */
class Turmoil {
  readonly #world: World
  readonly #provider: FakeProvider
  readonly #processes: readonly FakeProcess[]
  readonly #pending: Promise<unknown>[] = []
  /** The grant that was connected last; null: deleted since. */
  #family: string | null = null
  #grants = 0
  #draws = 0
  #healed = false

  private constructor(world: World, provider: FakeProvider, losses: readonly boolean[]) {
    this.#world = world
    this.#provider = provider
    provider.before = () => world.clock.delay(this.#draw() * 60)
    provider.after = () => world.clock.delay(this.#draw() * 60)
    this.#processes = [1, 2, 3].map(() => {
      const { store, line } = unreliableStore(world.store, world.clock)
      line.delayMs = () => this.#draw() * 20
      line.losesAnswer = method =>
        !this.#healed &&
        ['claim', 'commit', 'settle', 'succeed'].includes(method) &&
        (losses[this.#draws % losses.length] ?? false)
      return world.process({ cache: { maxAgeMs: 100 } }, store)
    })
  }

  static async make({ seed, rotation, losses }: Schedule): Promise<Turmoil> {
    const provider = new FakeProvider('zoho_crm', { ...unknownProvider, lifetimeMs: HOUR, rotation })
    provider.rotates = rotation === 'strict'
    const turmoil = new Turmoil(await World.make({ provider, seed }), provider, losses)
    await turmoil.#reconnect()
    return turmoil
  }

  async take({ kind, process: index, pauseMs }: Step): Promise<void> {
    const process = this.#processes[index] as FakeProcess
    if (kind === 'get' || kind === 'refresh') {
      this.#pending.push(process.get({ refreshNow: kind === 'refresh' }).catch((error: unknown) => error))
    }
    // A person writes straight to the database: the order of these writes is what the checks go by.
    if (kind === 'reconnect') await this.#reconnect()
    if (kind === 'by hand' && this.#family !== null) {
      await this.#world.process().store(`hand-${this.#draws}`, null, HOUR)
    }
    if (kind === 'delete') {
      this.#family = null
      await this.#world.process().delete()
    }
    await this.#world.clock.advance(pauseMs)
  }

  async check(): Promise<void> {
    await this.#world.run(Promise.all(this.#pending), 10 * MINUTE)
    this.#healed = true
    await this.#world.clock.advance(MINUTE)

    expect(this.#provider.overlaps).toBe(0)
    const row = await this.#world.row()
    if (this.#family === null) {
      expect(row).toBeNull()
      return
    }
    // The grant in the row is of the family that was connected last, and the provider still honours it.
    expect(row?.refreshToken?.split('-')[0]).toBe(this.#family)
    expect(row?.status).toBe('active')
    expect(this.#provider.isGood(row?.refreshToken ?? '')).toBe(true)
  }

  async #reconnect(): Promise<void> {
    this.#grants += 1
    this.#family = this.#provider.grant(`family${this.#grants}`)
    await this.#world.process().store(`stored-${this.#grants}`, this.#family, HOUR)
  }

  #draw(): number {
    this.#draws += 1
    return this.#world.randomness.fraction()
  }
}

test('F33, F34: in whichever order: no request overlaps, a re-connect wins, nothing is resurrected, no grant is lost', async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async plan => {
      const turmoil = await Turmoil.make(plan)
      for (const step of plan.steps) await turmoil.take(step)
      await turmoil.check()
    }),
    { numRuns: 1_500 },
  )
})
