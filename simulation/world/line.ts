import { StoreUnavailableError } from '../../src/errors.ts'
import type { TokenStore } from '../../src/ports/store.ts'
import type { Happening } from '../history.ts'
import type { Database } from './database.ts'
import type { Dice } from './dice.ts'
import type { Machine } from './machine.ts'
import type { Scheduler } from './scheduler.ts'

/** How the line between the processes and the database behaves. */
export interface LineHabits {
  /** How long a message travels, in ms. */
  readonly delaysMs: readonly [number, ...number[]]
  /** How often a statement does not arrive, or its answer does not. */
  readonly lossShare: number
}

export interface LineParts {
  readonly machine: Machine
  readonly scheduler: Scheduler
  readonly dice: Dice
  readonly database: Database
  readonly habits: () => LineHabits
  readonly isCut: () => boolean
  readonly kind: TokenStore['kind']
  readonly timeoutMs: number
  readonly passed: (point: string, machine: string) => void
  readonly record: (happening: Happening) => void
}

/**
 * The store as a process sees it: every call is a message to the database and one back. Either can be late or lost;
 * after the time limit the process stops waiting, and the statement may still run.
 */
export function lineTo(parts: LineParts): TokenStore {
  const known = new Map<string, unknown>([
    ['kind', parts.kind],
    ...PARTS.map(name => [name, linesTo(parts, new Map(), `${name}.`)] as const),
  ])
  return linesTo(parts, known, '') as TokenStore
}

/** The parts of a store that processes use. */
const PARTS = ['revocations', 'flows']

function linesTo(parts: LineParts, known: Map<string, unknown>, prefix: string): object {
  return new Proxy(
    {},
    {
      get: (_target, name): unknown => {
        if (typeof name !== 'string') return async () => {}
        const value =
          known.get(name) ?? ((...args: unknown[]) => new Exchange(parts, prefix + name, args).answer)
        known.set(name, value)
        return value
      },
    },
  )
}

/** One statement and its answer. */
class Exchange {
  readonly answer: Promise<unknown>
  readonly #parts: LineParts
  readonly #method: string
  readonly #args: readonly unknown[]
  #resolve: (value: unknown) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #over = false
  /** The answer lies in the process's socket: whoever was frozen past the limit still reads it. */
  #received = false

  constructor(parts: LineParts, method: string, args: readonly unknown[]) {
    this.#parts = parts
    this.#method = method
    this.#args = args
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const { scheduler, machine } = parts
    machine.deliver(parts.timeoutMs, () => {
      if (!this.#received) this.#fail('ETIMEDOUT')
    })
    parts.passed(`sent ${method}`, machine.name)
    scheduler.after(this.#travelMs(), () => this.#arrive())
  }

  #arrive(): void {
    const { database, scheduler } = this.#parts
    // Nobody knows: the process waits until its limit.
    if (this.#parts.isCut()) return
    if (database.isDown) {
      this.#failLater('ECONNREFUSED')
      return
    }
    if (this.#isLost()) {
      this.#failLater('ECONNRESET')
      return
    }
    if (database.waitMs > 0) {
      scheduler.after(database.waitMs, () => this.#arrive())
      return
    }
    const { machine } = this.#parts
    database.run(machine.name, this.#method, this.#args).then(
      result => this.#ran(result),
      error => this.#receive(() => this.#reject(error)),
    )
  }

  #ran(result: unknown): void {
    const { machine, passed, scheduler, database, isCut } = this.#parts
    passed(`ran ${this.#method}`, machine.name)
    if (this.#isLost()) {
      this.#failLater('ECONNRESET')
      return
    }
    scheduler.after(this.#travelMs(), () => {
      if (isCut()) return
      if (database.isDown) return this.#failLater('ECONNRESET')
      passed(`answered ${this.#method}`, machine.name)
      this.#receive(() => this.#resolve(result))
    })
  }

  #failLater(code: string): void {
    this.#parts.machine.deliver(this.#travelMs(), () => this.#fail(code))
  }

  #receive(tell: () => void): void {
    this.#received = true
    this.#parts.machine.deliver(0, () => {
      if (this.#over) return
      this.#over = true
      tell()
    })
  }

  #fail(code: string): void {
    if (this.#over) return
    this.#over = true
    const { record, machine } = this.#parts
    record({ kind: 'store error', machine: machine.name, method: this.#method, code })
    this.#reject(new StoreUnavailableError('The database does not answer.', code))
  }

  #travelMs(): number {
    return this.#parts.dice.pick(this.#parts.habits().delaysMs)
  }

  #isLost(): boolean {
    return this.#parts.dice.chance(this.#parts.habits().lossShare)
  }
}
