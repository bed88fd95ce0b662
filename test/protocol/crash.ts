import { expect } from 'vitest'
import type { Lifeboat } from '../../src/ports/lifeboat.ts'
import type { TokenStore } from '../../src/ports/store.ts'
import { FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND, unknownProvider } from '../support/lifecycle.ts'
import { MemoryLifeboat } from '../support/memory-lifeboat.ts'
import { type FakeProcess, World } from '../support/world.ts'

export type Rotation = 'static' | 'window' | 'strict'

/** Where a process dies: before this call does anything, or when it has done it and its answer is on the way. */
export type Point = 'launch' | 'commit' | 'after commit' | 'remove'

export function providerOf(rotation: Rotation): FakeProvider {
  const provider = new FakeProvider('zoho_crm', { ...unknownProvider, lifetimeMs: HOUR, rotation })
  provider.rotates = rotation !== 'static'
  return provider
}

const never = (): Promise<never> => new Promise(() => {})

/** Its calls hang for good from the point on: for everybody else, their process is dead. */
function mortal<Port extends object>(port: Port, dies: (method: string) => 'before' | 'after' | 'no'): Port {
  return new Proxy(port, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function' || typeof name !== 'string') return value
      return async (...args: unknown[]): Promise<unknown> => {
        const fate = dies(name)
        if (fate === 'before') return never()
        const result: unknown = await Reflect.apply(value, target, args)
        return fate === 'after' ? never() : result
      }
    },
  })
}

/** A process that dies in the middle of a refresh, and what it leaves behind. */
export class Crash {
  readonly world: World
  readonly provider: FakeProvider
  readonly boat: MemoryLifeboat
  dead: FakeProcess | null = null

  private constructor(world: World, provider: FakeProvider) {
    this.world = world
    this.provider = provider
    this.boat = new MemoryLifeboat(world.clock)
  }

  /** A connection whose token has expired, or lives on for a while. */
  static async before(
    rotation: Rotation,
    provider: FakeProvider = providerOf(rotation),
    ageMs = HOUR,
  ): Promise<Crash> {
    const crash = new Crash(await World.make({ provider }), provider)
    await crash.world.process().store('old', provider.grant('grant'), HOUR)
    await crash.world.clock.advance(ageMs)
    return crash
  }

  /** The same, and a process that refreshed it as far as the point. */
  static async at(point: Point, rotation: Rotation = 'strict'): Promise<Crash> {
    const crash = await Crash.before(rotation)
    await crash.die(point)
    return crash
  }

  async die(point: Point, refreshNow = false): Promise<void> {
    let isDead = false
    const dies = (method: string): 'before' | 'after' | 'no' => {
      if (isDead) return 'before'
      if (point === 'after commit' ? method !== 'commit' : method !== point) return 'no'
      isDead = true
      return point === 'after commit' ? 'after' : 'before'
    }
    const process = this.process(mortal(this.world.store, dies), mortal<Lifeboat>(this.boat, dies))
    process.get({ refreshNow }).catch(() => {})
    await this.world.clock.advance(SECOND)
    expect(isDead).toBe(true)
    this.dead = process
  }

  process(store: TokenStore = this.world.store, boat: Lifeboat | null = this.boat): FakeProcess {
    return this.world.process({}, store, boat)
  }

  /** A process that starts now, on the same machine. */
  async start(): Promise<FakeProcess> {
    const process = this.process()
    await this.world.run(process.assembly.replayLifeboat())
    return process
  }

  async leaseEnds(): Promise<void> {
    await this.world.clock.advance(MINUTE)
  }
}
