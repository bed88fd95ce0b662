import type { Clock } from '../../ports/clock.ts'
import type { Calendar } from './calendars.ts'

/** Zoho throttles the list of calendars more tightly than anything else; a client in production keeps it as long. */
export const CALENDARS_KEPT_MS: number = 5 * 60_000

interface Kept {
  readonly atMs: number
  readonly calendars: readonly Calendar[]
}

/** Lists of calendars, by what was asked, for five minutes or until one of them is written. */
export class CalendarCache {
  readonly #clock: Clock
  readonly #kept = new Map<string, Kept>()
  #writes = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The list that is kept, or what `load` gives. A list that was asked for before a write is not kept after it. */
  async get(key: string, load: () => Promise<readonly Calendar[]>): Promise<readonly Calendar[]> {
    const kept = this.#kept.get(key)
    if (kept !== undefined && this.#clock.monotonicMs() - kept.atMs < CALENDARS_KEPT_MS) return kept.calendars
    const writes = this.#writes
    const atMs = this.#clock.monotonicMs()
    const calendars = await load()
    if (writes === this.#writes) this.#kept.set(key, { atMs, calendars })
    return calendars
  }

  /** Forgets all lists: a calendar was written, or may have been. */
  forget(): void {
    this.#writes += 1
    this.#kept.clear()
  }
}
