import type { Clock } from '../../../ports/clock.ts'
import type { LocalZohoUser } from '../settings.ts'
import { CalendarBook, Etags } from './calendar-book.ts'
import { seedBook } from './seed.ts'
import type { CalendarSettings } from './settings.ts'

/** The calendars of all users of one data centre. A user has some from the first look at them. */
export class CalendarBooks {
  readonly #clock: Clock
  readonly #etags: Etags
  readonly #users: () => readonly LocalZohoUser[]
  readonly #hasDemoData: boolean
  readonly #books = new Map<string, CalendarBook>()

  constructor(users: () => readonly LocalZohoUser[], clock: Clock, hasDemoData: boolean) {
    this.#users = users
    this.#clock = clock
    this.#etags = new Etags(clock)
    this.#hasDemoData = hasDemoData
  }

  /** Null: nobody has this address here. */
  of(email: string, settings: CalendarSettings): CalendarBook | null {
    const user = this.#users().find(candidate => candidate.email.toLowerCase() === email.toLowerCase())
    if (user === undefined) return null
    const known = this.#books.get(user.email)
    if (known !== undefined) return known
    const book = new CalendarBook(user.email, this.#clock, this.#etags)
    this.#books.set(user.email, book)
    seedBook(book, settings, this.#clock.wallMs(), this.#hasDemoData)
    return book
  }

  /** The calendars of everybody. */
  all(settings: CalendarSettings): readonly CalendarBook[] {
    return this.#users()
      .map(({ email }) => this.of(email, settings))
      .filter(book => book !== null)
  }
}
