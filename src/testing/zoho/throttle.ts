import type { Clock } from '../../ports/clock.ts'
import type { RateLimit } from './settings.ts'

interface Window {
  readonly startedAt: number
  count: number
}

/** Counts what happens to each of something. A window starts with the first and blocks for its whole rest. */
export class Throttle {
  readonly #clock: Clock
  readonly #windows = new Map<number | string, Window>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts one more. False: it is one too many. */
  admit(key: number | string, limit: RateLimit | null): boolean {
    if (limit === null) return true
    const now = this.#clock.monotonicMs()
    const open = this.#windows.get(key)
    const window =
      open !== undefined && now - open.startedAt < limit.windowMs ? open : { startedAt: now, count: 0 }
    this.#windows.set(key, window)
    if (window.count >= limit.requests) return false
    window.count += 1
    return true
  }
}
