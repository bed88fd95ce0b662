import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { endedBefore, occurrences, parseRule } from './recurrence.ts'

const at = (local: string, zone: string): Temporal.ZonedDateTime =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone)

const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text)

/** `2026-03-08 09:00-04:00` of each start. */
const starts = (rule: string, start: Temporal.ZonedDateTime, from: string, to: string): readonly string[] =>
  occurrences(rule, start, instant(from), instant(to)).map(
    date => `${date.toPlainDate()} ${date.toPlainTime().toString({ smallestUnit: 'minute' })}${date.offset}`,
  )

describe('a daily series keeps its wall time', () => {
  test.each([
    ['America/New_York', '2026-03-07', ['-05:00', '-04:00', '-04:00']],
    ['America/New_York', '2026-10-31', ['-04:00', '-05:00', '-05:00']],
    ['Europe/Berlin', '2026-03-28', ['+01:00', '+02:00', '+02:00']],
    ['Europe/Berlin', '2026-10-24', ['+02:00', '+01:00', '+01:00']],
    ['Asia/Kolkata', '2026-03-28', ['+05:30', '+05:30', '+05:30']],
    ['Australia/Lord_Howe', '2026-04-04', ['+11:00', '+10:30', '+10:30']],
    ['Australia/Lord_Howe', '2026-10-03', ['+10:30', '+11:00', '+11:00']],
  ])('at 09:00 in %s from %s', (zone, day, offsets) => {
    const start = at(`${day}T09:00`, zone)
    const found = starts('FREQ=DAILY;COUNT=3', start, '2026-01-01T00:00Z', '2026-12-31T00:00Z')
    const days = offsets.map((offset, index) => `${start.toPlainDate().add({ days: index })} 09:00${offset}`)
    expect(found).toEqual(days)
  })

  test.each([
    ['America/New_York', '2026-03-07T02:30', '2026-03-08'],
    ['Europe/Berlin', '2026-03-28T02:30', '2026-03-29'],
    ['Australia/Lord_Howe', '2026-10-03T02:15', '2026-10-04'],
  ])('where %s leaves the hour of %s out, %s has no instance and is not counted', (zone, start, gap) => {
    const found = starts('FREQ=DAILY;COUNT=3', at(start, zone), '2026-01-01T00:00Z', '2026-12-31T00:00Z')
    expect(found).toHaveLength(3)
    expect(found.filter(text => text.startsWith(gap))).toEqual([])
  })

  test.each([
    ['America/New_York', '2026-10-31T01:30', '2026-11-01 01:30-04:00'],
    ['Europe/Berlin', '2026-10-24T02:30', '2026-10-25 02:30+02:00'],
    ['Australia/Lord_Howe', '2026-04-04T01:45', '2026-04-05 01:45+11:00'],
  ])('where %s has the hour of %s twice, it is the first', (zone, start, twice) => {
    expect(starts('FREQ=DAILY;COUNT=2', at(start, zone), '2026-01-01T00:00Z', '2026-12-31T00:00Z')[1]).toBe(
      twice,
    )
  })
})

describe('a window', () => {
  const start = at('2026-03-02T09:00', 'America/New_York')

  test('has both of its ends', () => {
    const daily = (from: string, to: string): number => starts('FREQ=DAILY', start, from, to).length
    expect(daily('2026-03-03T14:00:00Z', '2026-03-05T14:00:00Z')).toBe(3)
    expect(daily('2026-03-03T14:00:01Z', '2026-03-05T13:59:59Z')).toBe(1)
    expect(daily('2026-01-01T00:00Z', '2026-03-02T13:59:59Z')).toBe(0)
  })

  test('counts what lies in front of it', () => {
    const rule = 'FREQ=WEEKLY;COUNT=3'
    expect(starts(rule, start, '2026-03-10T00:00Z', '2026-12-01T00:00Z')).toEqual(['2026-03-16 09:00-04:00'])
    expect(starts(rule, start, '2026-03-17T00:00Z', '2026-12-01T00:00Z')).toEqual([])
  })

  test.each(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'])(
    'of a %s rule that no day follows has the start alone, and comes to an end',
    freq => {
      const rule = `FREQ=${freq};BYMONTH=2;BYMONTHDAY=30;COUNT=999`
      expect(starts(rule, start, '2026-01-01T00:00Z', '2099-12-31T00:00Z')).toEqual([
        '2026-03-02 09:00-05:00',
      ])
    },
  )

  test('counts over years, each once', () => {
    const rule = 'FREQ=DAILY;COUNT=800'
    const found = starts(rule, start, '2026-01-01T00:00Z', '2099-12-31T00:00Z')
    expect([new Set(found).size, found.length, found.at(-1)]).toEqual([800, 800, '2028-05-09 09:00-04:00'])
  })

  test('of a rule without an end, many years later, is found', () => {
    const found = starts('FREQ=YEARLY', start, '2099-01-01T00:00Z', '2099-12-31T00:00Z')
    expect(found).toEqual(['2099-03-02 09:00-05:00'])
  })

  test('has the start of a series that its own rule does not have', () => {
    const tuesday = at('2026-03-03T09:00', 'UTC')
    expect(starts('FREQ=WEEKLY;BYDAY=MO;COUNT=2', tuesday, '2026-03-01T00:00Z', '2026-04-01T00:00Z')).toEqual(
      ['2026-03-03 09:00+00:00', '2026-03-09 09:00+00:00'],
    )
  })
})

test('a rule that ends before an occurrence has those in front of it, however it ended', () => {
  const start = at('2026-03-02T09:00', 'Europe/Berlin')
  const all = (rule: string): readonly string[] =>
    starts(rule, start, '2026-01-01T00:00Z', '2026-12-31T00:00Z')
  for (const rule of ['FREQ=DAILY', 'FREQ=DAILY;COUNT=9', 'FREQ=DAILY;UNTIL=20260401T000000Z']) {
    expect(all(endedBefore(rule, start.add({ days: 2 })))).toEqual([
      '2026-03-02 09:00+01:00',
      '2026-03-03 09:00+01:00',
    ])
  }
})

describe('a rule', () => {
  const start = at('2026-03-02T09:00', 'Europe/Berlin')

  test.each([
    ['FREQ=DAILY;COUNT=5;INTERVAL=1', 'FREQ=DAILY;COUNT=5;INTERVAL=1'],
    ['rrule:freq=weekly;byday=mo,fr;', 'FREQ=WEEKLY;BYDAY=MO,FR'],
    ['FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20250817T064600Z', 'FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20250817T064600Z'],
    [
      'FREQ=MONTHLY;BYMONTHDAY=-1;BYMONTH=2,12;BYSETPOS=1;WKST=SU',
      'FREQ=MONTHLY;BYMONTHDAY=-1;BYMONTH=2,12;BYSETPOS=1;WKST=SU',
    ],
  ])('%s is taken as %s', (written, kept) => {
    expect(parseRule(written, start)).toBe(kept)
  })

  test.each([
    '',
    ';',
    'FREQ',
    'FREQ=',
    'DAILY',
    'FREQ=HOURLY',
    'FREQ=SECONDLY;COUNT=99999999',
    'INTERVAL=2',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;COUNT=0',
    'FREQ=DAILY;COUNT=-1',
    'FREQ=DAILY;COUNT=1000',
    'FREQ=DAILY;COUNT=1e3',
    'FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z',
    'FREQ=DAILY;UNTIL=20260230',
    'FREQ=DAILY;UNTIL=29990101',
    'FREQ=DAILY;UNTIL=20270101T000000',
    'FREQ=DAILY;FREQ=WEEKLY',
    'FREQ=DAILY=WEEKLY',
    'FREQ=WEEKLY;BYDAY=XX',
    'FREQ=MONTHLY;BYMONTHDAY=32',
    'FREQ=YEARLY;BYMONTH=13',
    'FREQ=DAILY;BYHOUR=1',
    'FREQ=DAILY\nEXDATE:20260303T080000Z',
    'FREQ=DAILY;__proto__=1',
    'FREQ=DAILY;constructor=1',
    'FREQ=DAILY;RSCALE=CHINESE',
    `FREQ=WEEKLY;BYDAY=${'MO,'.repeat(500)}MO`,
    7,
    null,
    {},
    ['FREQ=DAILY'],
  ])('%j is refused', written => {
    expect(parseRule(written, start)).toBeNull()
  })
})
