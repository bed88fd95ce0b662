import type { EventLog, EventQuery, RecordedEvent } from '../ports/event-log.ts'
import { EXPIRED_AT_A_TIME, isTimeToExpire } from './event-retention.ts'
import type { EventSubject } from './stored-row.ts'
import type { Told } from './told.ts'

export interface MemoryEventLogParts {
  /** Throws where the store is closed. */
  readonly enter: () => void
  readonly now: () => number
  readonly retentionMs: number
}

/** The events of a store in memory. */
export class MemoryEventLog implements EventLog {
  readonly #parts: MemoryEventLogParts
  #events: RecordedEvent[] = []
  #lastId = 0

  constructor(parts: MemoryEventLogParts) {
    this.#parts = parts
  }

  async page({ clientId, provider, type, since, limit, before }: EventQuery): Promise<RecordedEvent[]> {
    this.#parts.enter()
    return this.#events
      .filter(event => clientId === undefined || event.clientId === clientId)
      .filter(event => provider === undefined || event.provider === provider)
      .filter(event => type === undefined || event.type === type)
      .filter(event => since === undefined || event.at >= since)
      .filter(event => before === null || event.id < before)
      .reverse()
      .slice(0, limit)
  }

  async expire(): Promise<number> {
    this.#parts.enter()
    return this.#expire()
  }

  record({ id: connectionId, clientId, provider, generation }: EventSubject, told: readonly Told[]): void {
    const at = this.#parts.now()
    const events = told.map(({ type, reason }, index) => ({
      id: this.#lastId + index + 1,
      at,
      type,
      clientId,
      provider,
      connectionId,
      generation,
      reason,
    }))
    this.#lastId += events.length
    this.#events.push(...events)
    if (isTimeToExpire(events.map(({ id }) => id))) this.#expire()
  }

  #expire(): number {
    const before = this.#events.length
    const end = this.#parts.now() - this.#parts.retentionMs
    this.#events = this.#events.filter(({ at }, place) => place >= EXPIRED_AT_A_TIME || at >= end)
    return before - this.#events.length
  }
}
