import type { Clock } from '../../../ports/clock.ts'
import { Refusal } from './refusal.ts'
import type { CalendarThrottle } from './settings.ts'

/** Counts the calls of each URL rule by each user, in a window that rolls on with the clock. */
export class RollingThrottle {
  readonly #clock: Clock
  readonly #passed = new Map<string, readonly number[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Null: it passes, and is counted. */
  refuse(rule: string, most: number, throttle: CalendarThrottle): Refusal | null {
    const now = this.#clock.monotonicMs()
    const recent = (this.#passed.get(rule) ?? []).filter(at => now - at < throttle.windowMs)
    const [oldest = now] = recent
    if (recent.length < most) {
      this.#passed.set(rule, [...recent, now])
      return null
    }
    this.#passed.set(rule, recent)
    return throttledRefusal(throttle, most, oldest + throttle.windowMs - now)
  }
}

/** https://www.zoho.com/projects/help/rest-api/ has the text; the Calendar has the same filter in front. */
export function throttledRefusal(throttle: CalendarThrottle, most: number, waitMs: number): Refusal {
  const message =
    `Cannot execute more than ${most} requests per API in ${Math.ceil(throttle.windowMs / 60_000)} minutes. ` +
    `Try again after ${Math.max(1, Math.ceil(waitMs / 60_000))} minutes.`
  const headers: Readonly<Record<string, string>> = throttle.retryAfter
    ? { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1_000))) }
    : {}
  return new Refusal('URL_ROLLING_THROTTLES_LIMIT_EXCEEDED', throttle.status, message, headers)
}
