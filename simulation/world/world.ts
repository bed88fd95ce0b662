import { type Policy, policyWith } from '../../src/lifecycle/policy.ts'
import type { ProviderProfile } from '../../src/providers/profile.ts'
import type { OAuthTokenService } from '../../src/service.ts'
import { appTokenOf, type Entry, type FaultKind, type Happening } from '../history.ts'
import { AuthorizationServer } from './authorization-server.ts'
import { backEnd, PROVIDER, profileOf } from './back-end.ts'
import { Database } from './database.ts'
import { Dice } from './dice.ts'
import { type DiskFiles, lifeboatOn } from './disk.ts'
import { lineTo } from './line.ts'
import { Machine } from './machine.ts'
import { OpenCipher } from './open-cipher.ts'
import { People } from './people.ts'
import { calm, type Deed, type Habits, type Plan, type Step } from './plan.ts'
import { Scheduler } from './scheduler.ts'
import { type Effect, Traps } from './traps.ts'
import { wireOf } from './wire.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** More than any schedule that goes anywhere. */
const MOST_STEPS = 60_000

/** A place where a process runs; when it ends, the next one starts there. */
interface Slot {
  readonly name: string
  starts: number
  machine: Machine
  service: OAuthTokenService
  cutUntil: number
}

/** Processes, a database, a provider, the lines between them, and what goes wrong with all of these. */
export class World {
  readonly #plan: Plan
  readonly #scheduler: Scheduler
  readonly #dice: { readonly line: Dice; readonly wire: Dice; readonly process: Dice; readonly machine: Dice }
  readonly #history: Entry[] = []
  readonly #cipher = new OpenCipher()
  readonly #policy: Policy
  readonly #profile: ProviderProfile
  readonly #server: AuthorizationServer
  readonly #database: Database
  readonly #slots: readonly Slot[]
  readonly #traps: Traps<Deed>
  readonly #people: People
  readonly #disks = new Map<string, DiskFiles>()
  #habits: Habits = calm
  #requests = 0

  constructor(plan: Plan) {
    const dice = new Dice(plan.seed).fork(1)
    this.#plan = plan
    this.#dice = { line: dice.fork(1), wire: dice.fork(2), process: dice.fork(3), machine: dice.fork(4) }
    this.#scheduler = new Scheduler(dice.fork(5))
    this.#policy = policyWith({ pollLongestMs: plan.pollLongestMs })
    this.#profile = profileOf(plan.server)
    this.#server = new AuthorizationServer(plan.server, happening => this.#record(happening))
    const isOfApp = plan.server.grant === 'client_credentials'
    if (isOfApp) for (const client of plan.clients) this.#server.register(client)
    this.#traps = new Traps((effect, machine) => this.#spring(effect, machine))
    this.#database = new Database({
      scheduler: this.#scheduler,
      dice: this.#dice.line,
      record: happening => this.#record(happening),
      clients: plan.clients,
      provider: PROVIDER,
      clockOffsetMs: plan.store === 'postgres' ? this.#dice.machine.pick([0, -7_200_000, 5_400_000]) : 0,
    })
    this.#people = new People({
      scheduler: this.#scheduler,
      dice: this.#dice.machine,
      server: this.#server,
      isOfApp,
      lifetimeMs: plan.server.lifetimeMs,
      record: happening => this.#record(happening),
    })
    this.#slots = Array.from({ length: plan.machines }, (_, place) => this.#slot(`p${place + 1}`))
  }

  /** Plays the whole schedule. Afterwards every fault ends, and what is left must be usable, or reported. */
  async play(): Promise<void> {
    this.#recordSettings()
    let last = 0
    for (const { at, step } of this.#plan.steps) {
      this.#scheduler.at(at, () => this.#take(step))
      last = Math.max(last, at)
    }
    const healedAt = last + SECOND
    this.#scheduler.at(healedAt, () => this.#heal())
    // Past every Retry-After, past a refusal and its confirmation, past the life of every token.
    const looks = [20 * MINUTE, 22 * MINUTE, 24 * MINUTE, 24 * MINUTE + 1.1 * this.#plan.server.lifetimeMs]
    const all = [...looks, (looks.at(-1) ?? 0) + 2 * MINUTE, (looks.at(-1) ?? 0) + 4 * MINUTE]
    for (const ms of all) this.#scheduler.at(healedAt + ms, () => this.#lookEverywhere())
    await this.#scheduler.run(healedAt + (all.at(-1) ?? 0) + MINUTE, MOST_STEPS)
    this.#record({ kind: 'ledger', live: this.#server.live(this.#scheduler.now) })
  }

  /** What has happened so far. */
  get history(): readonly Entry[] {
    return this.#history
  }

  get steps(): number {
    return this.#scheduler.steps
  }

  #take(step: Step): void {
    switch (step.kind) {
      case 'deed':
        this.#do(step.deed)
        return
      case 'habits':
        this.#habits = step
        return
      case 'trap':
        this.#traps.add(step.trap)
        return
      case 'crash':
        this.#crash(this.#at(step.machine), step.restartMs)
        return
      case 'close':
        this.#close(this.#at(step.machine), step.restartMs)
        return
      case 'freeze':
      case 'suspend':
        this.#freeze(this.#at(step.machine), step.ms, step.kind === 'suspend')
        return
      case 'partition':
        this.#partition(this.#at(step.machine), step.ms)
        return
      case 'clock jump':
        this.#jump(this.#at(step.machine), step.ms)
        return
      case 'database down':
      case 'database frozen':
        this.#harmDatabase(step.kind, step.ms)
        return
    }
  }

  #spring(effect: Effect<Deed>, name: string): void {
    const slot = this.#slots.find(({ machine }) => machine.name === name)
    if (effect.kind === 'deed') {
      this.#scheduler.after(0, () => this.#do(effect.deed))
      return
    }
    if (effect.kind === 'database down' || effect.kind === 'database frozen') {
      this.#harmDatabase(effect.kind, effect.ms)
      const deed = effect.kind === 'database down' ? effect.afterwards : null
      const soon = effect.ms + this.#dice.machine.between(0, 1_000)
      if (deed !== null) this.#scheduler.after(soon, () => this.#do(deed))
      return
    }
    if (slot === undefined) return
    if (effect.kind === 'crash') this.#crash(slot, 1_000)
    if (effect.kind === 'freeze') this.#freeze(slot, effect.ms, effect.suspended)
    if (effect.kind === 'partition') this.#partition(slot, effect.ms)
  }

  #do({ kind, machine, client }: Deed): void {
    this.#people.do(kind, this.#at(machine), this.#plan.clients[client] ?? '')
  }

  #crash(slot: Slot, restartMs: number): void {
    if (!slot.machine.alive) return
    this.#fault('crash', slot)
    slot.machine.crash()
    this.#scheduler.after(restartMs, () => this.#start(slot))
  }

  #close(slot: Slot, restartMs: number): void {
    const { machine } = slot
    if (!machine.alive) return
    this.#people.close(slot, () => {
      this.#fault('stopped', slot)
      machine.crash()
      this.#scheduler.after(restartMs, () => this.#start(slot))
    })
  }

  #start(slot: Slot): void {
    if (slot.machine.alive) return
    Object.assign(slot, this.#process(slot))
    this.#fault('start', slot)
  }

  #freeze(slot: Slot, ms: number, suspended: boolean): void {
    if (!slot.machine.alive) return
    this.#fault(suspended ? 'suspend' : 'freeze', slot, ms)
    slot.machine.freeze(ms, suspended)
  }

  #partition(slot: Slot, ms: number): void {
    this.#fault('partition', slot, ms)
    slot.cutUntil = Math.max(slot.cutUntil, this.#scheduler.now + ms)
  }

  #jump(slot: Slot, ms: number): void {
    this.#fault('clock jump', slot, ms)
    // SQLite: one host for all.
    if (this.#plan.store === 'sqlite') {
      this.#database.jump(ms)
      for (const { machine } of this.#slots) machine.jump(ms)
    } else slot.machine.jump(ms)
  }

  #harmDatabase(kind: 'database down' | 'database frozen', ms: number): void {
    this.#fault(kind, null, ms)
    if (kind === 'database down') this.#database.goDown(ms)
    else this.#database.freeze(ms)
  }

  #heal(): void {
    this.#habits = calm
    this.#traps.clear()
    this.#database.heal()
    this.#record({ kind: 'fault', fault: 'all faults end', machine: null, ms: 0 })
    for (const slot of this.#slots) slot.cutUntil = 0
  }

  #lookEverywhere(): void {
    for (const slot of this.#slots)
      for (const client of this.#plan.clients) this.#people.do('get', slot, client)
  }

  #slot(name: string): Slot {
    return { name, ...this.#process({ name, starts: 0 }) }
  }

  #process({ name, starts }: Pick<Slot, 'name' | 'starts'>): Omit<Slot, 'name'> {
    const fullName = starts === 0 ? name : `${name}'${starts + 1}`
    const { machine: dice } = this.#dice
    const wallOffsetMs = this.#plan.store === 'postgres' ? dice.pick([0, 0, -3_600_000, 900_000]) : 0
    const machine = new Machine(fullName, this.#scheduler, dice, wallOffsetMs)
    const service = this.#serviceOn(machine, name)
    return { starts: starts + 1, machine, service, cutUntil: 0 }
  }

  #serviceOn(machine: Machine, slotName: string): OAuthTokenService {
    const common = {
      machine,
      scheduler: this.#scheduler,
      record: (happening: Happening) => this.#record(happening),
      passed: (point: string, name: string) => this.#traps.passed(point, name),
    }
    const store = lineTo({
      ...common,
      dice: this.#dice.line,
      database: this.#database,
      habits: () => this.#habits.line,
      isCut: () => (this.#slots.find(({ name }) => name === slotName)?.cutUntil ?? 0) > this.#scheduler.now,
      kind: this.#plan.store,
      timeoutMs: this.#policy.storeTimeoutMs,
    })
    const transport = wireOf({
      ...common,
      dice: this.#dice.wire,
      server: this.#server,
      appToken: appTokenOf(this.#plan.clients[0] ?? ''),
      lifetimeMs: this.#plan.server.lifetimeMs,
      habits: () => this.#habits.wire,
      nextRequest: () => {
        this.#requests += 1
        return this.#requests
      },
    })
    return backEnd({
      machine,
      dice: this.#dice.process,
      store,
      transport,
      cipher: this.#cipher,
      lifeboat: lifeboatOn(this.#diskOf(slotName), {
        ...common,
        dice: this.#dice.line,
        habits: () => this.#habits.disk,
      }),
      policy: this.#policy,
      profile: this.#profile,
      cacheAgeMs: this.#plan.cacheAgeMs,
      backgroundRefresh: this.#plan.backgroundRefresh,
    })
  }

  #diskOf(slotName: string): DiskFiles | null {
    const { lifeboat } = this.#plan
    if (lifeboat === 'none') return null
    const name = lifeboat === 'shared' ? 'shared' : slotName
    const files = this.#disks.get(name) ?? new Map()
    this.#disks.set(name, files)
    return files
  }

  #at(place: number): Slot {
    const slot = this.#slots[place]
    if (slot === undefined) throw new RangeError(`there is no process ${place}`)
    return slot
  }

  #recordSettings(): void {
    const { server, store, cacheAgeMs, lifeboat, steps } = this.#plan
    const { hardWaitMs, expiredWaitMs, storeTimeoutMs } = this.#policy
    this.#record({
      kind: 'settings',
      grant: server.grant,
      rotation: server.rotation,
      lifetimeMs: server.lifetimeMs,
      retryWindowMs: server.retryWindowMs,
      budget: server.budget,
      bounds: {
        goodMs: storeTimeoutMs,
        servableMs: hardWaitMs + storeTimeoutMs,
        anyMs: expiredWaitMs + storeTimeoutMs,
      },
      cacheAgeMs,
      lifeboat,
      hostClockJumps: store === 'sqlite' && steps.some(({ step }) => step.kind === 'clock jump'),
    })
  }

  #fault(fault: FaultKind, slot: Slot | null, ms = 0): void {
    this.#record({ kind: 'fault', fault, machine: slot?.machine.name ?? null, ms })
  }

  #record(happening: Happening): void {
    this.#history.push({ ...happening, at: this.#scheduler.now })
  }
}
