import type { Accounts } from '../accounts.ts'
import type { CalendarEventBody } from '../control.ts'
import type { RouteEnvironment } from '../route-environment.ts'
import { CalendarBooks } from './calendar-books.ts'
import { instanceOf } from './event.ts'
import { type EventView, eventBody } from './event-body.ts'

/** Calendars are those of a data centre: its servers share them. */
const byAccounts = new WeakMap<Accounts, CalendarBooks>()

/** The calendars of the data centre that a server belongs to. */
export function calendarBooksOf({ accounts, clock }: RouteEnvironment): CalendarBooks {
  const known = byAccounts.get(accounts)
  if (known !== undefined) return known
  const books = new CalendarBooks(() => accounts.users, clock, accounts.seedDemoData)
  byAccounts.set(accounts, books)
  return books
}

/** Every event of a data centre, and every instance that was changed. */
export function eventsOf(environment: RouteEnvironment): readonly CalendarEventBody[] {
  const settings = environment.accounts.settings.calendar
  const url = environment.url()
  return calendarBooksOf(environment)
    .all(settings)
    .flatMap(book =>
      book.calendars.flatMap(calendar => {
        const view: EventView = { calendar, settings, user: book.owner, url, zone: null, isLarge: true }
        return book.events(calendar).flatMap(event => [
          eventBody(event, view),
          ...[...event.exceptions.keys()]
            .map(recurrenceId => instanceOf(event, recurrenceId))
            .filter(instance => instance !== null)
            .map(instance => eventBody(event, view, instance)),
        ])
      }),
    )
}
