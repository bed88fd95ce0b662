import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, DelayOptions } from '../ports/clock.ts'

/** Where a {@link FakeClock} starts. */
export interface FakeClockOptions {
  /** The first wall time, in ms since the epoch. Default 2026-01-01T00:00:00Z. */
  readonly wallMs?: number | undefined
}

interface Sleeper {
  readonly dueAt: number
  readonly wake: () => void
}

/**
 * A clock that moves only when told.
 *
 * @example
 * const clock = new FakeClock()
 * const done = clock.delay(60_000)
 * await clock.advance(60_000)
 * await done
 */
export class FakeClock implements Clock {
  #wallMs: number
  #monotonicMs = 0
  readonly #sleepers = new Set<Sleeper>()

  constructor(options: FakeClockOptions = {}) {
    this.#wallMs = options.wallMs ?? Date.UTC(2026, 0, 1)
  }

  /** Ms since the epoch. */
  wallMs(): number {
    return this.#wallMs
  }

  /** Ms since it was made; never goes back. */
  monotonicMs(): number {
    return this.#monotonicMs
  }

  /** Resolves when {@link advance} has come this far; a delay of 0 ms waits for the next `advance`, too. */
  delay(ms: number, { signal }: DelayOptions = {}): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper: Sleeper = { dueAt: this.#monotonicMs + Math.max(ms, 0), wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', wake, { once: true })
    })
  }

  /** How many delays are waiting. */
  get pendingDelays(): number {
    return this.#sleepers.size
  }

  /**
   * Moves both clocks on by `ms`. Delays that become due end in their order, at their own instant, and what
   * waits for them runs before the next one ends; delays that start meanwhile take part.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonicMs + ms
    await nextTurn()
    for (let next = this.#nextDue(end); next !== null; next = this.#nextDue(end)) {
      this.#moveTo(next.dueAt)
      next.wake()
      await nextTurn()
    }
    this.#moveTo(end)
  }

  /** Moves the wall clock alone, forward or back, as an operator or NTP does. No delay becomes due. */
  jumpWall(ms: number): void {
    this.#wallMs += ms
  }

  #nextDue(end: number): Sleeper | null {
    let first: Sleeper | null = null
    for (const sleeper of this.#sleepers) {
      if (sleeper.dueAt <= end && (first === null || sleeper.dueAt < first.dueAt)) first = sleeper
    }
    return first
  }

  #moveTo(monotonicMs: number): void {
    const step = Math.max(0, monotonicMs - this.#monotonicMs)
    this.#monotonicMs += step
    this.#wallMs += step
  }
}
