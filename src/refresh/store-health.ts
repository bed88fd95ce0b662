import { StoreUnavailableError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'

/**
 * Remembers database outages. After one, other processes may hold tokens in memory that they could not commit:
 * they get a few seconds before anybody takes over their leases.
 */
export class StoreHealth {
  readonly #clock: Clock
  readonly #graceMs: number
  #down = false
  #graceUntil = -Infinity

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock
    this.#graceMs = graceMs
  }

  /** Runs a database call and notes whether the database answered. */
  async watch<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call()
      this.#answered()
      return result
    } catch (error) {
      if (error instanceof StoreUnavailableError) this.#down = true
      throw error
    }
  }

  /** Whether an expired lease of somebody else has to be left alone for now. */
  get inGrace(): boolean {
    return this.#down || this.#clock.monotonicMs() < this.#graceUntil
  }

  #answered(): void {
    if (!this.#down) return
    this.#down = false
    this.#graceUntil = this.#clock.monotonicMs() + this.#graceMs
  }
}
