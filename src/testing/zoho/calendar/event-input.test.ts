import { expect, test } from 'vitest'
import { parseNewEvent } from './event-input.ts'
import { isRefusal } from './refusal.ts'
import { zohoCalendarSettings } from './settings.ts'
import { timeText } from './times.ts'

const startOf = (start: string, end: string, more: object = {}): string =>
  outcomeOf({ dateandtime: { start, end, timezone: 'UTC', ...more } })

const dateandtime = { start: '20260206T180000Z', end: '20260206T190000Z', timezone: 'UTC' }

/** The keyword that refuses it, or its start. */
function outcomeOf(eventdata: unknown): string {
  const text = typeof eventdata === 'string' ? eventdata : JSON.stringify(eventdata)
  const parsed = parseNewEvent(text, 'UTC', zohoCalendarSettings)
  if (isRefusal(parsed)) return parsed.keyword
  const { span, timezone } = parsed
  return span.kind === 'days' ? span.first.toString() : timeText(span.start, timezone, 'offset')
}

test.each([
  '',
  '{',
  'null',
  'true',
  '7',
  '"text"',
  '[]',
  '[{}]',
  '{}',
  '{"__proto__":{"dateandtime":{}}}',
  '{"constructor":{}}',
  `{"title":"\ud800","dateandtime":[]}`,
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `{"group_attendees":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)},"dateandtime":{}}`,
])('eventdata %# of no sense is refused', text => {
  expect(outcomeOf(text)).toMatch(/^[A-Z_]+$/)
})

test.each([
  ['title', 7],
  ['title', null],
  ['title', 'x'.repeat(1_001)],
  ['isallday', 'yes'],
  ['isallday', true],
  ['isprivate', 1],
  ['description', 'x'.repeat(10_001)],
  ['location', 'x'.repeat(256)],
  ['location', {}],
  ['color', 'red'],
  ['attendees', {}],
  ['attendees', [null]],
  ['attendees', [{}]],
  ['attendees', [{ email: 'nobody' }]],
  ['attendees', [{ email: 'a@example.com', permission: 4 }]],
  ['attendees', [{ email: 'a@example.com', attendance: -1 }]],
  ['attendees', [{ email: 'a@example.com', status: 'MAYBE' }]],
  ['attendees', [{ email: 'a@example.com', __proto__x: 1 }]],
  ['attendees', Array.from({ length: 501 }, () => ({ email: 'a@example.com' }))],
  ['reminders', [{ action: 'call', minutes: 5 }]],
  ['reminders', [{ action: 'popup', minutes: 'soon' }]],
  ['reminders', [{ action: 'popup', minutes: 1.5 }]],
  ['group_attendees', { Sales: 'a@example.com' }],
  ['group_attendees', { Sales: ['nobody'] }],
  ['transparency', 2],
  ['notify_attendee', 3],
  ['rrule', 'FREQ=HOURLY'],
  ['rrule', ''],
  ['etag', '1'],
  ['recurrenceid', '20260206T180000Z'],
  ['uid', 'mine@example.com'],
  ['dateandtime', null],
  ['dateandtime', { start: dateandtime.start }],
  ['dateandtime', { ...dateandtime, end: '20260206T170000Z' }],
  ['dateandtime', { ...dateandtime, zone: 'UTC' }],
  ['dateandtime', { ...dateandtime, start: 1_770_400_800_000 }],
])('eventdata with %s %j is refused', (key, value) => {
  expect(outcomeOf({ dateandtime, [key]: value })).toMatch(/^[A-Z_]+$/)
})

test.each([
  ['20260206T180000+0530', '20260206T200000+0530', '20260206T123000Z'],
  ['20260206T180000-05:00', '20260206T200000-05:00', '20260206T230000Z'],
  ['20260206T180000', '20260206T180000', '20260206T180000Z'],
  ['20240229T000000Z', '20240301T000000Z', '20240229T000000Z'],
])('the time %s is taken', (start, end, shown) => {
  expect(startOf(start, end)).toBe(shown)
})

test.each([
  '2026-02-06T18:00:00Z',
  '20260206',
  '20260206T1800',
  '20260206T180060Z',
  '20260206T240000Z',
  '20260230T180000Z',
  '20250229T180000Z',
  '20261306T180000Z',
  '00000206T180000Z',
  '99990206T180000Z',
  '20260206T180000+9900',
  '20260206T180000z',
  ' 20260206T180000Z',
  '20260206T180000Z\n',
  '',
])('the time %j is refused', start => {
  expect(startOf(start, '20260206T190000Z')).toBe('PATTERN_NOT_MATCHED')
})

test.each([
  'Mars/Olympus',
  '+05:30',
  '',
  'UTC[u-ca=hebrew]',
  '2026-01-01T00:00[Europe/Berlin]',
  '../../etc/passwd',
  'x'.repeat(70),
])('the zone %j is refused', timezone => {
  expect(startOf('20260206T180000Z', '20260206T190000Z', { timezone })).toBe('PATTERN_NOT_MATCHED')
})

test('a time that the clocks leave out is an hour later; one that comes twice is the first', () => {
  const timezone = 'America/New_York'
  expect(startOf('20260308T023000', '20260308T040000', { timezone })).toBe('20260308T033000-0400')
  expect(startOf('20261101T013000', '20261101T040000', { timezone })).toBe('20261101T013000-0400')
})
