import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Span } from './given-time.ts'
import { parseSlotOptions, type SlotOptions, slotsOf } from './slots.ts'
import type { WorkingHours } from './working-hours.ts'

const MINUTE = 60_000

const everyDay = (start: string, end: string): WorkingHours =>
  Object.fromEntries(
    ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map(day => [
      day,
      [{ start, end }],
    ]),
  )

const noon = { from: '2026-03-02', to: '2026-03-03', durationMinutes: 30, timeZone: 'America/New_York' }
const slots = (options: SlotOptions, taken: readonly Span[] = []) =>
  slotsOf(parseSlotOptions(options), taken).map(({ localStart }) => localStart)
const span = (start: string, end: string): Span => ({ startMs: Date.parse(start), endMs: Date.parse(end) })

describe('on the day when the clock goes forward', () => {
  const options = {
    from: '2026-03-08T01:00:00',
    to: '2026-03-08T05:00:00',
    durationMinutes: 60,
    stepMinutes: 30,
    workingHours: everyDay('00:00', '24:00'),
    timeZone: 'America/New_York',
  }

  test('no slot is in the hour that is missing, and each is as long as asked for', () => {
    expect(slots(options)).toEqual([
      '2026-03-08T01:00:00-05:00',
      '2026-03-08T01:30:00-05:00',
      '2026-03-08T03:00:00-04:00',
      '2026-03-08T03:30:00-04:00',
      '2026-03-08T04:00:00-04:00',
    ])
    for (const { startAt, endAt } of slotsOf(parseSlotOptions(options), []))
      expect(endAt.getTime() - startAt.getTime()).toBe(60 * MINUTE)
  })

  test('hours that lie in what is missing are not there', () => {
    expect(slots({ ...options, durationMinutes: 15, workingHours: everyDay('02:00', '03:00') })).toEqual([])
    expect(slots({ ...options, durationMinutes: 30, workingHours: everyDay('02:30', '03:30') })).toEqual([
      '2026-03-08T03:00:00-04:00',
    ])
  })
})

test('on the day when the clock goes back the repeated hour has slots at both instants', () => {
  const options = {
    from: '2026-11-01',
    to: '2026-11-02',
    durationMinutes: 30,
    workingHours: everyDay('01:00', '02:30'),
    timeZone: 'America/New_York',
  }
  expect(slots(options)).toEqual([
    '2026-11-01T01:00:00-04:00',
    '2026-11-01T01:30:00-04:00',
    '2026-11-01T01:00:00-05:00',
    '2026-11-01T01:30:00-05:00',
    '2026-11-01T02:00:00-05:00',
  ])
  expect(slots(options, [span('2026-11-01T05:00:00Z', '2026-11-01T06:00:00Z')])).toHaveLength(3)
})

test('half an hour of daylight saving', () => {
  const hours = { from: '2026-10-04T01:00', to: '2026-10-04T04:00', workingHours: everyDay('00:00', '24:00') }
  expect(slots({ ...hours, durationMinutes: 60, timeZone: 'Australia/Lord_Howe' })).toEqual([
    '2026-10-04T01:00:00+10:30',
    '2026-10-04T03:00:00+11:00',
  ])
})

test('a day that a zone left out has no slots', () => {
  const days = { from: '2011-12-29', to: '2012-01-01', workingHours: everyDay('09:00', '10:00') }
  expect(slots({ ...days, durationMinutes: 60, timeZone: 'Pacific/Apia' })).toEqual([
    '2011-12-29T09:00:00-10:00',
    '2011-12-31T09:00:00+14:00',
  ])
})

test('slots begin with each interval of the day, and touch what is taken', () => {
  const workingHours = {
    monday: [
      { start: '13:15', end: '15:00' },
      { start: '09:00', end: '10:00' },
    ],
  }
  expect(
    slots({ ...noon, workingHours, stepMinutes: 20 }, [span('2026-03-02T14:30Z', '2026-03-02T14:40Z')]),
  ).toEqual([
    '2026-03-02T09:00:00-05:00',
    '2026-03-02T13:15:00-05:00',
    '2026-03-02T13:35:00-05:00',
    '2026-03-02T13:55:00-05:00',
    '2026-03-02T14:15:00-05:00',
  ])
})

test('a slot may lie over midnight where both days have hours there', () => {
  const workingHours = {
    monday: [{ start: '23:30', end: '24:00' }],
    tuesday: [{ start: '00:00', end: '00:30' }],
  }
  const options = { ...noon, to: '2026-03-04', durationMinutes: 60, workingHours }
  expect(slots(options)).toEqual(['2026-03-02T23:30:00-05:00'])
  expect(slots({ ...options, to: '2026-03-03' })).toEqual([])
})

test('buffers keep their distance before and after, and only from what takes time', () => {
  const workingHours = everyDay('09:00', '13:00')
  const taken = [
    span('2026-03-02T16:00Z', '2026-03-02T16:30Z'),
    span('2026-03-02T14:00Z', '2026-03-02T14:00Z'),
  ]
  const starts = (before: number, after: number) =>
    slots({ ...noon, workingHours, bufferBeforeMinutes: before, bufferAfterMinutes: after }, taken).map(
      start => start.slice(11, 16),
    )
  expect(starts(0, 0)).toEqual(['09:00', '09:30', '10:00', '10:30', '11:30', '12:00', '12:30'])
  expect(starts(1, 0)).toEqual(['09:00', '09:30', '10:00', '10:30', '12:00', '12:30'])
  expect(starts(0, 1)).toEqual(['09:00', '09:30', '10:00', '11:30', '12:00', '12:30'])
})

test('limit gives the earliest', () => {
  expect(slots({ ...noon, workingHours: everyDay('09:00', '13:00'), limit: 1 })).toEqual([
    '2026-03-02T09:00:00-05:00',
  ])
})

test.each([
  [{ timeZone: 'Europe/Atlantis' }, /^timeZone is "Europe\/Atlantis", which is no time zone/],
  [{ timeZone: '2026-01-01T00:00[Europe/Berlin]' }, /no time zone/],
  [{ timeZone: undefined }, /^timeZone is undefined/],
  [{ from: '2026-03-04' }, /^from is after to/],
  [{ to: '2027-03-04' }, /366 days at most/],
  [{ durationMinutes: 0 }, /^durationMinutes has to be a whole number from 1 to 1440/],
  [{ durationMinutes: 7.5 }, /^durationMinutes/],
  [{ durationMinutes: 1441 }, /^durationMinutes/],
  [{ durationMinutes: '30' }, /^durationMinutes/],
  [{ stepMinutes: 0 }, /^stepMinutes/],
  [{ bufferBeforeMinutes: -1 }, /^bufferBeforeMinutes/],
  [{ bufferAfterMinutes: Number.NaN }, /^bufferAfterMinutes/],
  [{ limit: 0 }, /^limit/],
  [{ workingHours: undefined }, /^workingHours is no object/],
  [{ workingHours: {} }, /no interval on any day/],
  [{ workingHours: { mon: [] } }, /^workingHours has "mon", which is no day/],
  [{ workingHours: { monday: '9-5' } }, /^workingHours.monday is no list/],
  [{ workingHours: { monday: [null] } }, /needs start and end as HH:MM/],
  [{ workingHours: { monday: [{ start: '9:00', end: '17:00' }] } }, /HH:MM/],
  [{ workingHours: { monday: [{ start: '09:00', end: '24:01' }] } }, /HH:MM/],
  [{ workingHours: { monday: [{ start: '22:00', end: '06:00' }] } }, /Past midnight/],
  [
    {
      workingHours: {
        monday: [
          { start: '09:00', end: '12:00' },
          { start: '11:59', end: '13:00' },
        ],
      },
    },
    /overlap/,
  ],
])('%j is refused', (wrong, message) => {
  const options = { ...noon, workingHours: everyDay('09:00', '17:00'), ...wrong }
  expect(() => parseSlotOptions(options as unknown as SlotOptions)).toThrow(message)
})

/** A zone's clock, minute by minute, as `Intl` tells it: nothing of what is tested. */
interface MinuteTable {
  readonly zone: string
  readonly startMs: number
  /** Of each minute: day of the week, and minutes after midnight. */
  readonly minutes: readonly { readonly weekday: string; readonly ofDay: number }[]
}

const TABLE_MINUTES = 3 * 1440

function tableOf(zone: string, around: string): MinuteTable {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const startMs = Date.parse(around) - (TABLE_MINUTES / 2) * MINUTE
  const minutes = Array.from({ length: TABLE_MINUTES }, (_, index) => {
    const parts = Object.fromEntries(
      format.formatToParts(startMs + index * MINUTE).map(({ type, value }) => [type, value]),
    )
    return {
      weekday: String(parts.weekday).toLowerCase(),
      ofDay: Number(parts.hour) * 60 + Number(parts.minute),
    }
  })
  return { zone, startMs, minutes }
}

interface Question {
  readonly hours: Readonly<Record<string, readonly { readonly start: number; readonly end: number }[]>>
  readonly from: number
  readonly to: number
  readonly duration: number
  readonly step: number
  readonly before: number
  readonly after: number
  readonly taken: readonly (readonly [number, number])[]
}

/** Slots by looking at every minute of every candidate. In minutes of the table. */
function slowly({ minutes }: MinuteTable, question: Question): readonly number[] {
  const intervalAt = (minute: number) => {
    const local = minutes[minute]
    if (local === undefined) return undefined
    return question.hours[local.weekday]?.find(({ start, end }) => local.ofDay >= start && local.ofDay < end)
  }
  const working = minutes.map((_, minute) => intervalAt(minute) !== undefined)
  const taken = minutes.map((_, minute) =>
    question.taken.some(([start, length]) => minute >= start && minute < start + length),
  )
  const found: number[] = []
  for (let start = question.from; start + question.duration <= question.to; start++) {
    const interval = intervalAt(start)
    const local = minutes[start]
    if (interval === undefined || local === undefined) continue
    if ((local.ofDay - interval.start) % question.step !== 0) continue
    let free = true
    for (let at = start; at < start + question.duration; at++) free &&= working[at] === true
    for (let at = start - question.before; at < start + question.duration + question.after; at++)
      free &&= taken[at] === false
    if (free) found.push(start)
  }
  return found
}

function quickly({ zone, startMs }: MinuteTable, question: Question): readonly number[] {
  const at = (minute: number) => startMs + minute * MINUTE
  const clock = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  const workingHours: WorkingHours = Object.fromEntries(
    Object.entries(question.hours).map(([day, intervals]) => [
      day,
      intervals.map(({ start, end }) => ({ start: clock(start), end: clock(end) })),
    ]),
  )
  const found = slotsOf(
    parseSlotOptions({
      from: new Date(at(question.from)),
      to: new Date(at(question.to)),
      durationMinutes: question.duration,
      stepMinutes: question.step,
      bufferBeforeMinutes: question.before,
      bufferAfterMinutes: question.after,
      workingHours,
      timeZone: zone,
    }),
    question.taken.map(([start, length]) => ({ startMs: at(start), endMs: at(start + length) })),
  )
  return found.map(({ startAt, endAt }) => {
    expect(endAt.getTime() - startAt.getTime()).toBe(question.duration * MINUTE)
    return (startAt.getTime() - startMs) / MINUTE
  })
}

/** Up to three intervals a day, that may touch: cut from sorted, distinct minutes. */
const day = fc
  .uniqueArray(fc.oneof(fc.constantFrom(0, 60, 90, 120, 150, 180, 1440), fc.integer({ min: 0, max: 1440 })), {
    minLength: 2,
    maxLength: 6,
  })
  .map(cuts => cuts.toSorted((one, other) => one - other))
  .chain(cuts => fc.constantFrom(1, 2).map(apart => ({ cuts, apart })))
  .map(({ cuts, apart }) =>
    cuts.flatMap((start, index) => {
      const end = cuts[index + 1]
      return end === undefined || index % apart !== 0 ? [] : [{ start, end }]
    }),
  )

const question: fc.Arbitrary<Question> = fc.record({
  hours: fc.record({
    monday: day,
    tuesday: day,
    wednesday: day,
    thursday: day,
    friday: day,
    saturday: day,
    sunday: day,
  }),
  from: fc.integer({ min: 400, max: 1900 }),
  to: fc.integer({ min: 2300, max: TABLE_MINUTES - 400 }),
  duration: fc.constantFrom(1, 15, 30, 45, 60, 90, 240),
  step: fc.constantFrom(7, 15, 20, 30, 45, 60),
  before: fc.constantFrom(0, 0, 5, 30),
  after: fc.constantFrom(0, 0, 10, 60),
  taken: fc.array(fc.tuple(fc.integer({ min: 300, max: TABLE_MINUTES }), fc.integer({ min: 0, max: 300 })), {
    maxLength: 6,
  }),
})

test.each([
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
  ['Asia/Kolkata', '2026-03-29T01:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
])('slots in %s around %s are those that a look at every minute finds', (zone, around) => {
  const table = tableOf(zone, around)
  let found = 0
  fc.assert(
    fc.property(question, asked => {
      const slots = quickly(table, asked)
      found += slots.length
      expect(slots).toEqual(slowly(table, asked))
    }),
    { seed: 6, numRuns: 25 },
  )
  expect(found).toBeGreaterThan(100)
})
