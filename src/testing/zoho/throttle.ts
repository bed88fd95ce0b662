import type { Clock } from '../../ports/clock.ts'
import type { ThrottleSettings } from './settings.ts'

interface Window {
  readonly startedAt: number
  count: number
}

/** Counts the refreshes of each grant. A window starts with its first request and blocks for its whole rest. */
export class Throttle {
  readonly #clock: Clock
  readonly #windows = new Map<number, Window>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts a request. False: it is one too many. */
  admit(grant: number, settings: ThrottleSettings | null): boolean {
    if (settings === null) return true
    const now = this.#clock.monotonicMs()
    const open = this.#windows.get(grant)
    const window =
      open !== undefined && now - open.startedAt < settings.windowMs ? open : { startedAt: now, count: 0 }
    this.#windows.set(grant, window)
    if (window.count >= settings.requests) return false
    window.count += 1
    return true
  }
}
