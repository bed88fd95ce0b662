import type { Clock, DelayOptions } from '../../src/ports/clock.ts'
import type { Dice } from './dice.ts'
import type { Scheduler } from './scheduler.ts'

/** The true time 0, in ms since the epoch. */
export const EPOCH = Date.UTC(2026, 0, 1)

/** So much two instants of the same moment may differ. */
const ROUNDING_MS = 0.001

/** A process with clocks of its own. Nothing reaches it while it is frozen, and nothing ever once it is dead. */
export class Machine {
  readonly name: string
  readonly clock: Clock
  readonly #scheduler: Scheduler
  readonly #dice: Dice
  #alive = true
  #frozenUntil = 0
  readonly #sleeps: { readonly from: number; readonly until: number }[] = []
  #wallOffsetMs: number

  constructor(name: string, scheduler: Scheduler, dice: Dice, wallOffsetMs: number) {
    this.name = name
    this.#scheduler = scheduler
    this.#dice = dice
    this.#wallOffsetMs = wallOffsetMs
    this.clock = {
      wallMs: () => EPOCH + scheduler.now + this.#wallOffsetMs,
      monotonicMs: () => this.#monotonicMs(),
      delay: (ms, options) => this.#delay(ms, options),
    }
  }

  get alive(): boolean {
    return this.#alive
  }

  get isFrozen(): boolean {
    return this.#scheduler.now < this.#frozenUntil
  }

  /** Lets something reach the process after a while. */
  deliver(afterMs: number, run: () => void): void {
    this.#scheduler.after(afterMs, () => this.#enter(run))
  }

  crash(): void {
    this.#alive = false
  }

  /** SIGSTOP: the clocks go on. `suspended`: the whole machine sleeps, and its monotonic clock with it. */
  freeze(ms: number, suspended: boolean): void {
    const { now } = this.#scheduler
    const until = now + ms
    this.#frozenUntil = Math.max(this.#frozenUntil, until)
    const from = Math.max(now, this.#sleeps.at(-1)?.until ?? 0)
    if (suspended && from < until) this.#sleeps.push({ from, until })
  }

  /** Its wall clock is set. */
  jump(ms: number): void {
    this.#wallOffsetMs += ms
  }

  #enter(run: () => void): void {
    if (!this.#alive) return
    if (!this.isFrozen) {
      run()
      return
    }
    const rest = this.#frozenUntil - this.#scheduler.now
    this.#scheduler.after(rest + this.#dice.between(0, 2), () => this.#enter(run))
  }

  #monotonicMs(): number {
    const { now } = this.#scheduler
    const slept = this.#sleeps.reduce(
      (sum, { from, until }) => sum + Math.max(0, Math.min(now, until) - from),
      0,
    )
    return 1_000 + now - slept
  }

  #delay(ms: number, { signal }: DelayOptions = {}): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const done = (): void => {
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const dueAt = this.#monotonicMs() + Math.max(0, ms)
      const look = (): void => {
        const rest = dueAt - this.#monotonicMs()
        if (rest > ROUNDING_MS) this.deliver(rest, look)
        else done()
      }
      this.deliver(Math.max(0, ms), look)
      signal?.addEventListener('abort', done, { once: true })
    })
  }
}
