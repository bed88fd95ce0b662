import { Temporal } from 'temporal-polyfill'
import type { CalendarContent } from './calendar.ts'
import type { CalendarBook } from './calendar-book.ts'
import type { EventContent, EventSpan } from './event.ts'
import type { CalendarSettings } from './settings.ts'

/** What a new user has: My Calendar, which every account at Zoho has, and, as demo data, some more with events. */
export function seedBook(
  book: CalendarBook,
  { timezone }: CalendarSettings,
  now: number,
  hasDemoData: boolean,
): void {
  const own = book.addCalendar(calendarContent('My Calendar', '#8cbf40', timezone), { isDefault: true })
  if (!hasDemoData) return
  const team = book.addCalendar(calendarContent('Team', '#5484ed', timezone), {
    category: 'group',
    privilege: 'edit',
  })
  const holidays = book.addCalendar(calendarContent('Holidays', '#fbd75b', timezone), {
    category: 'others',
    privilege: 'view',
  })
  const today = Temporal.Instant.fromEpochMilliseconds(Math.trunc(now))
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
  const monday = today.subtract({ days: today.dayOfWeek - 1 })
  const at = (day: Temporal.PlainDate, hour: number, minutes: number): EventSpan => {
    const start = day.toZonedDateTime({ timeZone: timezone, plainTime: { hour } }).toInstant()
    return { kind: 'times', start, end: start.add({ minutes }) }
  }
  const event = (title: string, span: EventSpan, more: Partial<EventContent> = {}): EventContent => ({
    ...emptyContent,
    title,
    span,
    timezone,
    ...more,
  })
  book.addEvent(own, event('Planning of the week', at(monday, 9, 30), { rule: 'FREQ=WEEKLY;BYDAY=MO' }))
  book.addEvent(
    own,
    event('Call with Ms. Hopper', at(monday.add({ days: 1 }), 14, 60), { location: 'Phone' }),
  )
  book.addEvent(team, event('Review', at(monday.add({ days: 4 }), 16, 60), { rule: 'FREQ=WEEKLY;BYDAY=FR' }))
  const newYear = monday.with({ month: 1, day: 1 })
  book.addEvent(
    holidays,
    event(
      'New Year',
      { kind: 'days', first: newYear, last: newYear },
      { rule: 'FREQ=YEARLY', transparency: 1 },
    ),
  )
}

function calendarContent(name: string, color: string, timezone: string): CalendarContent {
  return {
    name,
    description: '',
    color,
    textColor: '#FFFFFF',
    timezone,
    isInFreeBusy: true,
    isVisible: true,
    public: 'disable',
    reminders: [{ minutes: -15, action: 'email' }],
  }
}

const emptyContent: Omit<EventContent, 'title' | 'span' | 'timezone'> = {
  isPrivate: false,
  description: '',
  richTextDescription: '',
  location: '',
  url: '',
  color: '',
  attendees: [],
  groupAttendees: new Map(),
  reminders: [],
  rule: null,
  transparency: 0,
  hasAlarm: false,
  conference: '',
}
