import type { Settings } from '../history.ts'
import type { ServerSettings } from './authorization-server.ts'
import { Dice } from './dice.ts'
import type { DiskHabits } from './disk.ts'
import type { LineHabits } from './line.ts'
import { POINTS, STAKES, type Trap } from './traps.ts'
import type { Mishap, WireHabits } from './wire.ts'

/** What somebody does by a process: the place of the process and of the client, by number. */
export interface Deed {
  readonly kind:
    | 'get'
    | 'impatient get'
    | 'refresh'
    | 'tick'
    | 'report'
    | 'reconnect'
    | 'by hand'
    | 'delete'
    | 'delete and revoke'
  readonly machine: number
  readonly client: number
}

/** How everything between the processes and the rest of the world behaves. */
export interface Habits {
  readonly line: LineHabits
  readonly wire: WireHabits
  readonly disk: DiskHabits
}

export type Step =
  | { readonly kind: 'deed'; readonly deed: Deed }
  | { readonly kind: 'crash' | 'close'; readonly machine: number; readonly restartMs: number }
  | { readonly kind: 'freeze' | 'suspend' | 'partition'; readonly machine: number; readonly ms: number }
  | { readonly kind: 'clock jump'; readonly machine: number; readonly ms: number }
  | { readonly kind: 'database down' | 'database frozen'; readonly ms: number }
  | { readonly kind: 'trap'; readonly trap: Trap<Deed> }
  | ({ readonly kind: 'habits' } & Habits)

export interface PlannedStep {
  readonly at: number
  readonly step: Step
}

/** A whole schedule: what the world is like, and what befalls it when. */
export interface Plan {
  readonly seed: number
  readonly server: ServerSettings
  readonly store: 'postgres' | 'sqlite'
  readonly machines: number
  readonly clients: readonly string[]
  readonly cacheAgeMs: number
  readonly backgroundRefresh: boolean
  readonly pollLongestMs: number
  readonly lifeboat: Settings['lifeboat']
  readonly steps: readonly PlannedStep[]
}

const SECOND = 1_000
const MINUTE = 60 * SECOND

export const calm: Habits = {
  line: { delaysMs: [0, 1, 1, 2, 5], lossShare: 0 },
  wire: { delaysMs: [1, 20, 100], mishaps: [[1, 'none']] },
  disk: { delaysMs: [0, 1, 5], fault: null },
}

const mishaps: readonly [Mishap, ...Mishap[]] = [
  'no connection',
  'lost on its way there',
  'overloaded',
  'throttled',
  'lost on its way back',
  'lost on its way back',
  'cut',
  'cut',
  'gateway error',
  'error beside the tokens',
  'odd answer',
  'wrong app credentials',
]

export function planOf(seed: number): Plan {
  const dice = new Dice(seed)
  const server = serverSettings(dice)
  const machines = dice.pick([1, 2, 2, 3])
  const two = dice.chance(0.15)
  const clients = two && server.grant === 'refresh_token' ? ['alpha', 'beta'] : ['alpha']
  const store = dice.chance(0.85) ? 'postgres' : 'sqlite'
  return {
    seed,
    server,
    store,
    machines,
    clients,
    cacheAgeMs: dice.pick([0, 100, 30_000]),
    backgroundRefresh: dice.chance(0.8),
    pollLongestMs: dice.pick([250, 2_000]),
    lifeboat: dice.pick<Settings['lifeboat']>(['none', 'none', 'own', 'shared']),
    steps: new Planner(dice, server, machines, clients.length).steps(dice.fork(STORMS)),
  }
}

function serverSettings(dice: Dice): ServerSettings {
  const rotation = dice.pick<Settings['rotation']>(['static', 'window', 'strict', 'strict'])
  const lifetimeMs = dice.pick([60 * MINUTE, 60 * MINUTE, 10 * MINUTE, 2 * MINUTE, 30 * SECOND])
  const settings: ServerSettings = {
    grant: 'refresh_token',
    rotation,
    lifetimeMs,
    retryWindowMs: rotation === 'window' ? 30 * MINUTE : 0,
    detectsReuse: rotation === 'strict' && dice.chance(0.8),
    earliestMs: lifetimeMs === 10 * MINUTE && dice.chance(0.5) ? 9.5 * MINUTE : 0,
    budget: budgetOf(lifetimeMs, dice.fork(BUDGETS)),
  }
  return dice.fork(GRANTS).chance(0.12) ? ofApp(settings) : settings
}

// The app asks with its own credentials: nothing is spent, and nothing to be lost.
function ofApp(settings: ServerSettings): ServerSettings {
  const nothing = { retryWindowMs: 0, detectsReuse: false, budget: null } as const
  return { ...settings, ...nothing, grant: 'client_credentials', rotation: 'static' }
}

// With dice of their own: a world without a budget is as it was before there were any.
const [STORMS, BUDGETS, GRANTS] = [101, 102, 103]

// No server has one that its tokens do not live long enough for.
function budgetOf(lifetimeMs: number, dice: Dice): Settings['budget'] {
  if (lifetimeMs < 2 * MINUTE || dice.chance(0.75)) return null
  return dice.pick([
    { requests: 10, perMs: 10 * MINUTE },
    { requests: 4, perMs: 2 * MINUTE },
  ])
}

/** Writes the steps: people connect, and then a few times, near an expiry, much happens within seconds. */
class Planner {
  readonly #dice: Dice
  readonly #server: ServerSettings
  readonly #machines: number
  readonly #clients: number
  readonly #steps: PlannedStep[] = []
  #at = 0

  constructor(dice: Dice, server: ServerSettings, machines: number, clients: number) {
    this.#dice = dice
    this.#server = server
    this.#machines = machines
    this.#clients = clients
  }

  steps(storms: Dice): readonly PlannedStep[] {
    for (let client = 0; client < this.#clients; client += 1) {
      this.#add({ kind: 'deed', deed: { kind: 'reconnect', machine: 0, client } })
    }
    const scenes = this.#dice.between(1, 3)
    for (let scene = 0; scene < scenes; scene += 1) this.#scene()
    if (this.#server.budget !== null) this.#storm(storms)
    return this.#steps
  }

  /** Many calls that want a new token, for some minutes. */
  #storm(dice: Dice): void {
    let at = SECOND + dice.fraction() * this.#server.lifetimeMs
    for (let left = dice.between(10, 30); left > 0; left -= 1) {
      at += dice.pick([0, 20, 1_000, 5_000, 15_000, 31_000])
      const kind = dice.weighted<Deed['kind']>([
        [3, 'refresh'],
        [1, 'report'],
        [1, 'get'],
      ])
      const deed = { kind, machine: dice.between(0, this.#machines - 1), client: 0 }
      this.#steps.push({ at: Math.floor(at), step: { kind: 'deed', deed } })
    }
  }

  #scene(): void {
    const dice = this.#dice
    this.#at += SECOND + dice.pick([0.3, 0.82, 0.88, 0.97, 1.01, 1.01, 1.2]) * this.#server.lifetimeMs
    this.#at = Math.floor(this.#at)
    this.#add(dice.chance(0.3) ? { kind: 'habits', ...calm } : this.#habits())
    for (let traps = dice.pick([0, 1, 1, 2]); traps > 0; traps -= 1) this.#add(this.#trap())
    for (let left = dice.between(2, 8); left > 0; left -= 1) {
      this.#add(dice.chance(0.75) ? { kind: 'deed', deed: this.#deed() } : this.#fault())
      this.#at += dice.pick([0, 0, 0, 1, 3, 20, 120, 700, 4_000, 16_000])
    }
  }

  #add(step: Step): void {
    this.#steps.push({ at: this.#at, step })
  }

  #deed(): Deed {
    return {
      kind: this.#dice.weighted<Deed['kind']>([
        [50, 'get'],
        [4, 'impatient get'],
        [12, 'refresh'],
        [4, 'tick'],
        [5, 'report'],
        [8, 'reconnect'],
        [6, 'by hand'],
        [4, 'delete'],
        [2, 'delete and revoke'],
      ]),
      machine: this.#machine(),
      client: this.#dice.between(0, this.#clients - 1),
    }
  }

  #fault(): Step {
    const dice = this.#dice
    const machine = this.#machine()
    switch (dice.between(0, 7)) {
      case 0:
        return { kind: 'crash', machine, restartMs: dice.pick([10, 1_000, 20_000]) }
      case 1:
        return { kind: 'close', machine, restartMs: dice.pick([10, 1_000]) }
      case 2:
        return { kind: 'freeze', machine, ms: this.#pauseMs() }
      case 3:
        return { kind: 'partition', machine, ms: this.#pauseMs() }
      case 4:
        return { kind: 'clock jump', machine, ms: dice.pick([-3_600_000, -30_000, 2_000, 30_000, 3_600_000]) }
      case 5:
        return { kind: 'database frozen', ms: dice.pick([500, 2_000, 2_900, 5_000, 20_000]) }
      case 6:
        return { kind: 'suspend', machine, ms: this.#pauseMs() }
      default:
        return { kind: 'database down', ms: this.#pauseMs() }
    }
  }

  #trap(): Step {
    const dice = this.#dice
    // Where most is at stake, half of the time.
    const point = dice.pick(dice.chance(0.5) ? POINTS : STAKES)
    switch (dice.between(0, 6)) {
      case 0:
        return { kind: 'trap', trap: { point, effect: { kind: 'crash' } } }
      case 1:
        return { kind: 'trap', trap: { point, effect: this.#outage() } }
      case 2:
        return { kind: 'trap', trap: { point, effect: { kind: 'database frozen', ms: this.#pauseMs() } } }
      case 3:
        return { kind: 'trap', trap: { point, effect: { kind: 'partition', ms: this.#pauseMs() } } }
      case 4: {
        const effect = { kind: 'freeze', ms: this.#pauseMs(), suspended: dice.chance(0.3) } as const
        return { kind: 'trap', trap: { point, effect } }
      }
      default:
        return { kind: 'trap', trap: { point, effect: { kind: 'deed', deed: this.#deed() } } }
    }
  }

  #outage(): Trap<Deed>['effect'] {
    const dice = this.#dice
    if (dice.chance(0.3)) return { kind: 'database down', ms: this.#pauseMs(), afterwards: null }
    const get: Deed = { kind: 'get', machine: this.#machine(), client: dice.between(0, this.#clients - 1) }
    return {
      kind: 'database down',
      ms: dice.pick([2_500, 16_000, 16_000, 40_000]),
      afterwards: dice.chance(0.6) ? get : this.#deed(),
    }
  }

  #habits(): Step {
    const dice = this.#dice
    const befalls = dice.pick(mishaps)
    const slow = dice.chance(0.2)
    return {
      kind: 'habits',
      line: {
        delaysMs: dice.pick([calm.line.delaysMs, [0, 5, 40, 300], [0, 300, 1_600, 2_999]]),
        lossShare: dice.pick([0, 0, 0.1, 0.3]),
      },
      wire: {
        delaysMs: slow ? [20, 1_000, 4_000, 7_000] : [1, 20, 100, 900],
        mishaps: [
          [dice.pick([1, 4]), 'none'],
          [dice.pick([0, 1, 3]), befalls],
          [dice.pick([0, 0, 0, 0.3]), 'refused without cause'],
        ],
      },
      disk: {
        delaysMs: dice.pick([calm.disk.delaysMs, calm.disk.delaysMs, [0, 900, 1_100, 5_000]]),
        fault: dice.chance(0.1) ? 'ENOSPC' : null,
      },
    }
  }

  #machine(): number {
    return this.#dice.between(0, this.#machines - 1)
  }

  // Shorter than a time limit, than a lease, and longer than both.
  #pauseMs(): number {
    return this.#dice.pick([200, 2_500, 9_000, 12_000, 15_100, 16_000, 40_000, 400_000])
  }
}
