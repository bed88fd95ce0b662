import { expect, test } from 'vitest'
import { parseEvent } from './event.ts'
import { spanOf } from './event-time.ts'
import { takenTime } from './taken-time.ts'

const meeting = {
  uid: 'c63e8b9fcb3e48c2a00b16729932d636@zoho.com',
  caluid: 'fda9b0b4ad834257b622cb3dc3555727',
  title: 'Team Meeting',
  location: '',
  dateandtime: {
    timezone: 'America/Los_Angeles',
    start: '20260206T100000-0800',
    end: '20260206T110000-0800',
  },
  isallday: false,
  isprivate: false,
  rrule: 'FREQ=WEEKLY;INTERVAL=1;BYDAY=MO',
  organizer: 'user@example.com',
  role: 'organizer',
  attendees: [{ email: 'a@example.com', status: 'needsaction', attendance: 1, permission: 1, dName: 'A' }],
  etag: '1770368451507',
  transparency: 0,
  estatus: 'added',
}

const days = (start: string, end: string, more: object = {}) => ({
  ...meeting,
  isallday: true,
  dateandtime: { timezone: 'America/Los_Angeles', start, end },
  ...more,
})

const timeOf = (value: unknown) => parseEvent(value)?.time

/** What an event takes, as ISO text. */
function taken(value: unknown, attendee: string | null = null): readonly string[] {
  const event = parseEvent(value)
  const spans = event === null ? [] : takenTime([event], 'Europe/Berlin', attendee)
  return spans.flatMap(({ startMs, endMs }) => [
    new Date(startMs).toISOString(),
    new Date(endMs).toISOString(),
  ])
}

test('the example of the documentation is read', () => {
  expect(parseEvent(meeting)).toMatchObject({
    uid: 'c63e8b9fcb3e48c2a00b16729932d636@zoho.com',
    calendarUid: 'fda9b0b4ad834257b622cb3dc3555727',
    title: 'Team Meeting',
    location: null,
    time: {
      kind: 'timed',
      startAt: new Date('2026-02-06T18:00:00Z'),
      endAt: new Date('2026-02-06T19:00:00Z'),
      timeZone: 'America/Los_Angeles',
    },
    recurrenceId: null,
    availability: 'busy',
    isCancelled: false,
    isOrganizer: true,
    attendees: [{ email: 'a@example.com', name: 'A', status: 'needs_action' }],
    etag: '1770368451507',
    raw: { rrule: 'FREQ=WEEKLY;INTERVAL=1;BYDAY=MO' },
  })
})

test('an etag is text or a number, and the same', () => {
  expect(parseEvent({ ...meeting, etag: 1770368451507 })?.etag).toBe('1770368451507')
  expect(parseEvent({ ...meeting, etag: 1.5 })?.etag).toBe(null)
})

test.each([
  ['an instance of a recurring event, by the clock of its zone', '20260329T023000', '20260329T033000'],
  ['the same with offsets', '20260329T023000+0100', '20260329T033000+0200'],
])('%s', (_, start, end) => {
  const time = timeOf({ ...meeting, dateandtime: { timezone: 'Europe/Berlin', start, end } })
  expect(time).toMatchObject({
    kind: 'timed',
    timeZone: 'Europe/Berlin',
    endAt: new Date('2026-03-29T01:30Z'),
  })
})

test.each([
  ['its end is the last day', days('20260206', '20260206', { duration: '86400000' }), '2026-02-06'],
  ['its end is the day after', days('20260206', '20260207', { duration: '86400000' }), '2026-02-06'],
  ['three days, the last one told', days('20260206', '20260208', { duration: 259200000 }), '2026-02-08'],
  ['three days, the one after told', days('20260206', '20260209', { duration: 259200000 }), '2026-02-08'],
  ['no duration: rather a day too many', days('20260206', '20260207'), '2026-02-07'],
  ['a duration that fits neither', days('20260206', '20260207', { duration: 'x' }), '2026-02-07'],
  ['no end', days('20260206', '20260206', { dateandtime: { start: '20260206' } }), '2026-02-06'],
])('a whole-day event where %s', (_, value, endDate) => {
  expect(timeOf(value)).toMatchObject({ kind: 'all_day', startDate: '2026-02-06', endDate })
})

test.each([
  ['no uid', { ...meeting, uid: '' }],
  ['no time', { ...meeting, dateandtime: undefined }],
  ['an unknown shape', { ...meeting, dateandtime: { start: 'tomorrow', end: '20260206' } }],
  ['a day and an instant', { ...meeting, dateandtime: { start: '20260206', end: '20260206T100000Z' } }],
  [
    'an end before the start',
    { ...meeting, dateandtime: { start: '20260206T100000Z', end: '20260206T090000Z' } },
  ],
  ['an end day before the start', days('20260206', '20260205')],
  [
    'local times of a zone that is not known',
    {
      ...meeting,
      dateandtime: { start: '20260206T100000', end: '20260206T110000', timezone: 'Mars/Olympus' },
    },
  ],
  ['no object', 'event'],
  ['a list', [meeting]],
])('an event with %s is not read', (_, value) => {
  expect(parseEvent(value)).toBe(null)
})

test('a whole day is one of the event’s zone, 23 hours long when the clocks go forward', () => {
  const time = timeOf(days('20260308', '20260308'))
  if (time === undefined) throw new Error('was not read')
  expect(spanOf(time, 'Asia/Kolkata')).toEqual({
    startMs: Date.parse('2026-03-08T08:00:00Z'),
    endMs: Date.parse('2026-03-09T07:00:00Z'),
  })
})

test('whole days of an event whose zone is not known are those of the zone that is asked for', () => {
  const value = days('20260206', '20260206', {
    dateandtime: { start: '20260206', end: '20260206', timezone: 'x y' },
  })
  expect(taken(value)).toEqual(['2026-02-05T23:00:00.000Z', '2026-02-06T23:00:00.000Z'])
})

const invited = (status: string, ...others: object[]) => ({
  ...meeting,
  role: 'attendee',
  attendees: [{ email: 'Me@example.com', status }, ...others],
})

test.each([
  ['a meeting', meeting, null, true],
  ['one whose transparency is not told', { ...meeting, transparency: undefined }, null, true],
  ['one that is marked as free', { ...meeting, transparency: 1 }, null, false],
  ['the same as text', { ...meeting, transparency: '1' }, null, false],
  ['a deleted one', { ...meeting, estatus: 'deleted' }, null, false],
  ['a cancelled one', { ...meeting, estatus: 'CANCELLED' }, null, false],
  ['an invitation', invited('NEEDS-ACTION'), null, true],
  ['a tentative one', invited('tentative'), null, true],
  ['a declined one, the own entry alone', invited('declined'), null, false],
  ['one that somebody of several declined', invited('declined', { email: 'b@example.com' }), null, true],
  [
    'the same, declined by the address asked for',
    invited('declined', { email: 'b@x' }),
    'me@example.com',
    false,
  ],
  ['one that another declined', invited('declined'), 'b@example.com', true],
  ['one’s own that the only guest declined', { ...invited('declined'), role: 'organizer' }, null, true],
  ['one whose role is not told', { ...invited('declined'), role: undefined }, null, true],
])('%s takes time or not', (_, value, attendee, takes) => {
  expect(taken(value, attendee)).toHaveLength(takes ? 2 : 0)
})
