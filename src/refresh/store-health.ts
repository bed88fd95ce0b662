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
  /** Since when the database has answered without a failure, and without a long pause in which nobody asked it. */
  #answersSince = -Infinity
  #answeredAt = -Infinity
  #uncommitted = 0

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

  /** The same, of a process that has asked so little that an outage would have escaped it. */
  get mayHaveMissedOutage(): boolean {
    return this.inGrace || this.#clock.monotonicMs() < this.#answersSince + this.#graceMs
  }

  /** Writes of tokens that the database has not taken so far. */
  get uncommitted(): number {
    return this.#uncommitted
  }

  /** Counts a write that has to be repeated, until it is done or given up. */
  async whileUncommitted<T>(repeat: () => Promise<T>): Promise<T> {
    this.#uncommitted += 1
    try {
      return await repeat()
    } finally {
      this.#uncommitted -= 1
    }
  }

  #answered(): void {
    const now = this.#clock.monotonicMs()
    if (now > this.#answeredAt + this.#graceMs) this.#answersSince = now
    this.#answeredAt = now
    if (!this.#down) return
    this.#down = false
    this.#graceUntil = now + this.#graceMs
  }
}
