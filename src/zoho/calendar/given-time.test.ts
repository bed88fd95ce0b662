import { InvalidInputError } from 'evergrant'
import { expect, test } from 'vitest'
import { parseGivenDay, parseGivenRange, parseGivenTime } from './given-time.ts'

const BERLIN = 'Europe/Berlin'

test.each([
  [new Date('2026-03-29T07:00:00Z'), null, '2026-03-29T07:00:00.000Z'],
  ['2026-03-29T07:00:00Z', null, '2026-03-29T07:00:00.000Z'],
  ['2026-03-29T09:00:00+02:00', null, '2026-03-29T07:00:00.000Z'],
  ['2026-03-29T09:00:00+02:00', 'Asia/Kolkata', '2026-03-29T07:00:00.000Z'],
  ['2026-03-29T09:00', BERLIN, '2026-03-29T07:00:00.000Z'],
  ['2026-03-29', BERLIN, '2026-03-28T23:00:00.000Z'],
  ['2026-03-29T02:30:00', BERLIN, '2026-03-29T01:30:00.000Z'],
])('%s in the zone %s is %s', (given, zone, instant) => {
  expect(new Date(parseGivenTime(given, 'from', zone)).toISOString()).toBe(instant)
})

test.each([
  ['2026-03-29T09:00:00', null, /^from is "2026-03-29T09:00:00"\. Give a Date, .*with its offset/],
  ['2026-03-29', null, /with its offset/],
  ['tomorrow', BERLIN, /^from is "tomorrow"/],
  ['2026-02-30', BERLIN, /^from is "2026-02-30"/],
  [new Date(Number.NaN), null, /no Date that holds a time/],
  [1_774_767_600_000, null, /no Date/],
  [undefined, null, /no Date/],
  ['1812-01-01T00:00:00Z', null, /outside of the years 1900 to 9999/],
  ['+010000-01-01T00:00:00Z', null, /outside of the years/],
])('%s in the zone %s is refused', (given, zone, message) => {
  const parse = () => parseGivenTime(given, 'from', zone)
  expect(parse).toThrow(InvalidInputError)
  expect(parse).toThrow(message)
})

test('a range may be empty, but does not end before it begins', () => {
  const from = '2026-03-29T07:00:00Z'
  expect(parseGivenRange({ from, to: new Date(from) }, null)).toEqual({
    startMs: Date.parse(from),
    endMs: Date.parse(from),
  })
  expect(() => parseGivenRange({ from, to: '2026-03-29T06:59:59Z' }, null)).toThrow(/^from is after to/)
})

test('a day is text, and in the calendar', () => {
  expect(parseGivenDay('2024-02-29', 'startDate')).toBe('2024-02-29')
  for (const given of ['2026-02-29', '20260329', '2026-3-9', new Date(), undefined])
    expect(() => parseGivenDay(given, 'startDate')).toThrow(/^startDate is no day/)
})
