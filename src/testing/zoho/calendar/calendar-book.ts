import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../ports/clock.ts'
import type { CalendarCategory, CalendarContent, StoredCalendar } from './calendar.ts'
import type { EventContent, StoredEvent } from './event.ts'

/** Numbers that differ at each write, though the clock stands still. */
export class Etags {
  readonly #clock: Clock
  #last = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds since the epoch. */
  next(): number {
    this.#last = Math.max(Math.trunc(this.#clock.wallMs()), this.#last + 1)
    return this.#last
  }
}

/** One user’s calendars with their events. It knows no HTTP and no limits. */
export class CalendarBook {
  /** E-mail address. */
  readonly owner: string
  readonly #clock: Clock
  readonly #etags: Etags
  readonly #calendars = new Map<string, StoredCalendar>()
  readonly #events = new Map<string, Map<string, StoredEvent>>()

  constructor(owner: string, clock: Clock, etags: Etags) {
    this.owner = owner
    this.#clock = clock
    this.#etags = etags
  }

  get calendars(): readonly StoredCalendar[] {
    return [...this.#calendars.values()]
  }

  calendar(uid: string): StoredCalendar | null {
    return this.#calendars.get(uid) ?? null
  }

  addCalendar(
    content: CalendarContent,
    kind: Partial<Pick<StoredCalendar, 'isDefault' | 'privilege'>> & {
      readonly category?: CalendarCategory
    } = {},
  ): StoredCalendar {
    const now = this.#clock.wallMs()
    const { isDefault = false, privilege = 'owner', category = 'own' } = kind
    const made = { content, isDefault, privilege, category, createdAt: now, modifiedAt: now }
    const calendar: StoredCalendar = { ...made, uid: randomBytes(16).toString('hex'), id: newId() }
    this.#calendars.set(calendar.uid, calendar)
    this.#events.set(calendar.uid, new Map())
    return calendar
  }

  changeCalendar(calendar: StoredCalendar, content: CalendarContent): StoredCalendar {
    const changed = { ...calendar, content, modifiedAt: this.#clock.wallMs() }
    this.#calendars.set(calendar.uid, changed)
    return changed
  }

  deleteCalendar({ uid }: StoredCalendar): void {
    this.#calendars.delete(uid)
    this.#events.delete(uid)
  }

  events({ uid }: StoredCalendar): readonly StoredEvent[] {
    return [...(this.#events.get(uid)?.values() ?? [])]
  }

  event({ uid: calendar }: StoredCalendar, uid: string): StoredEvent | null {
    return this.#events.get(calendar)?.get(uid) ?? null
  }

  addEvent(calendar: StoredCalendar, content: EventContent): StoredEvent {
    const etag = this.#etags.next()
    const now = this.#clock.wallMs()
    const event: StoredEvent = {
      uid: `${randomBytes(16).toString('hex')}@zoho.com`,
      id: newId(),
      content,
      etag,
      state: 'added',
      createdAt: now,
      createdBy: this.owner,
      modifiedAt: now,
      exceptions: new Map(),
    }
    this.#events.get(calendar.uid)?.set(event.uid, event)
    return event
  }

  changeEvent(
    calendar: StoredCalendar,
    event: StoredEvent,
    change: Partial<Pick<StoredEvent, 'content' | 'exceptions'>>,
  ): StoredEvent {
    const modifiedAt = this.#clock.wallMs()
    const changed: StoredEvent = {
      ...event,
      ...change,
      etag: this.#etags.next(),
      state: 'updated',
      modifiedAt,
    }
    this.#events.get(calendar.uid)?.set(event.uid, changed)
    return changed
  }

  deleteEvent(calendar: StoredCalendar, event: StoredEvent): void {
    this.#events.get(calendar.uid)?.delete(event.uid)
  }
}

/** Ids look like those of Zoho: nineteen digits, a string in JSON, as no number holds them. */
function newId(): string {
  return `4${(randomBytes(8).readBigUInt64BE() % 10n ** 18n).toString().padStart(18, '0')}`
}
