import { StoreUnavailableError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import { hasSlept, type Moment, momentOf } from '../ports/moment.ts'

/**
 * Remembers database outages. After one, other processes may hold tokens in memory that they could not commit:
 * they get a few seconds before anybody takes over their leases. And it remembers when the clock was set: where it is
 * the database's clock, too, a lease that seems to have ended may be one that lives.
 */
export class StoreHealth {
  readonly #clock: Clock
  readonly #graceMs: number
  readonly #jumpGraceMs: number
  #down = false
  #graceUntil = -Infinity
  /** Since when the database has answered without a failure, and without a long pause in which nobody asked it. */
  #answersSince = -Infinity
  /** The last time that it answered. */
  #answeredAt: Moment | null = null
  #jumpGraceUntil = -Infinity
  #uncommitted = 0

  /**
   * @param graceMs after an outage, and after a pause that may have hidden one
   * @param jumpGraceMs after the clock was set, or the machine was suspended
   */
  constructor(clock: Clock, graceMs: number, jumpGraceMs: number) {
    this.#clock = clock
    this.#graceMs = graceMs
    this.#jumpGraceMs = jumpGraceMs
  }

  /** Runs a database call and notes whether the database answered. */
  async watch<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call()
      this.#noteAnswer()
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

  /** The same, of a process that has asked so little that an outage would have escaped it, or whose clock was set. */
  get mayBeMistaken(): boolean {
    const now = this.#clock.monotonicMs()
    return this.inGrace || now < this.#answersSince + this.#graceMs || now < this.#jumpGraceUntil
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

  #noteAnswer(): void {
    const before = this.#answeredAt
    const now = this.#clock.monotonicMs()
    this.#answeredAt = momentOf(this.#clock)
    if (before === null || now > before.monotonicMs + this.#graceMs) this.#answersSince = now
    if (before !== null && hasSlept(before, this.#clock)) this.#jumpGraceUntil = now + this.#jumpGraceMs
    if (!this.#down) return
    this.#down = false
    this.#graceUntil = now + this.#graceMs
  }
}
