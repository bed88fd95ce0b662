import { InvalidInputError } from 'evergrant'
import { type CalendarEvent, type EventInput, ZohoApiError } from 'evergrant/zoho'
import { describe, expect, test } from 'vitest'
import { calendarWorld } from '../support/calendar-world.ts'

const world = await calendarWorld()
const { zoho, service } = world

const ZONE = 'America/New_York'
const DAY = 86_400_000

const at = (startAt: string, minutes: number, title = startAt): EventInput => ({
  title,
  time: { startAt, endAt: new Date(Date.parse(startAt) + minutes * 60_000), timeZone: ZONE },
})
const make = (input: EventInput) => service.createEvent(world.calendar, input)
const titles = (events: readonly CalendarEvent[]) => events.map(({ title }) => title)

async function listed(from: string, to: string, byInstance = false): Promise<readonly CalendarEvent[]> {
  const events: CalendarEvent[] = []
  for await (const event of service.events(world.calendar, { from, to, byInstance })) events.push(event)
  return events
}

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error: unknown) => error,
  )

describe('the events of a long range', () => {
  test('are one sequence, without doubles at the seams and without holes', async () => {
    const from = '2026-01-01T00:00:00Z'
    const seam = Date.parse(from) + 31 * DAY
    const around = [-1, 0, 1].map(seconds => new Date(seam + seconds * 1000).toISOString())
    for (const start of around) await make(at(start, 0, `nothing long at ${start}`))
    for (const start of around) await make(at(start, 10, `ten minutes at ${start}`))
    await make(at('2026-01-30T12:00:00Z', 40 * 24 * 60, 'over three windows'))
    await make({ title: 'a day', time: { startDate: '2026-01-31', endDate: '2026-02-01', timeZone: ZONE } })
    await make(at('2026-04-30T00:00:00Z', 10, 'after it'))
    const found = titles(await listed(from, '2026-04-30T00:00:00Z'))
    expect(found).toHaveLength(8)
    expect(new Set(found).size).toBe(8)
    expect(found).not.toContain('after it')
    expect(await world.requests('GET')).toHaveLength(4)
  })

  test('have a recurring event once, or each of its instances once', async () => {
    await make({ ...at('2026-01-05T15:00:00Z', 30, 'weekly'), rrule: 'FREQ=WEEKLY;COUNT=20' })
    expect(await listed('2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z')).toMatchObject([
      { title: 'weekly', rrule: expect.stringContaining('WEEKLY') },
    ])
    const instances = await listed('2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z', true)
    expect(instances).toHaveLength(20)
    expect(new Set(instances.map(({ recurrenceId }) => recurrenceId)).size).toBe(20)
  })

  test('of three years are 36 requests, and none after the loop is left', async () => {
    await make(at('2026-01-01T12:00:00Z', 30))
    await make(at('2028-12-30T12:00:00Z', 30))
    expect(await listed('2026-01-01T00:00:00Z', '2029-01-01T00:00:00Z')).toHaveLength(2)
    expect(await world.requests('GET')).toHaveLength(36)
    await zoho.clearLedger()
    const range = { from: '2026-01-01T00:00:00Z', to: '2036-01-01T00:00:00Z' }
    for await (const _ of service.events(world.calendar, range)) break
    expect(await world.requests('GET')).toHaveLength(1)
  })

  test('end with the reason of a signal that fires in the middle', async () => {
    await make(at('2026-01-01T12:00:00Z', 30))
    const ending = new AbortController()
    const range = { from: '2026-01-01T00:00:00Z', to: '2036-01-01T00:00:00Z', signal: ending.signal }
    const reason = new Error('enough')
    const seen: string[] = []
    const reading = (async () => {
      for await (const event of service.events(world.calendar, range)) {
        seen.push(event.title)
        ending.abort(reason)
      }
    })()
    expect(await errorOf(reading)).toBe(reason)
    expect(seen).toHaveLength(1)
    expect((await world.requests('GET')).length).toBeLessThanOrEqual(2)
  })

  test('need a range that goes forward and says its offset', async () => {
    expect(await errorOf(listed('2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z'))).toBeInstanceOf(
      InvalidInputError,
    )
    expect(await errorOf(listed('2026-02-01', '2026-03-01'))).toBeInstanceOf(InvalidInputError)
    expect(await listed('2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z')).toEqual([])
    expect(await world.requests()).toEqual([])
  })
})

test.each([
  { timeForm: 'offset' as const, emptyList: 'array' as const, missingEvent: 'empty_list' as const },
  { timeForm: 'utc' as const, emptyList: 'left_out' as const, missingEvent: 'empty_list' as const },
  { timeForm: 'local' as const, emptyList: 'left_out' as const, missingEvent: 'not_found' as const },
])('an event is made, read, listed, changed and deleted, however Zoho writes it: %j', async settings => {
  await world.settings({ ...settings, deleteStatus: settings.timeForm === 'utc' ? 204 : 200 })
  expect(await listed('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')).toEqual([])
  const made = await make(at('2026-01-05T15:00:00Z', 30, 'a call'))
  const time = {
    kind: 'timed',
    startAt: new Date('2026-01-05T15:00:00Z'),
    endAt: new Date('2026-01-05T15:30:00Z'),
    timeZone: ZONE,
  }
  expect(await service.event(world.calendar, made.uid)).toMatchObject({ title: 'a call', time })
  expect(await listed('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')).toMatchObject([
    { uid: made.uid, time },
  ])
  const moved = await service.updateEvent(world.calendar, made.uid, at('2026-01-06T15:00:00Z', 30))
  expect(moved.time).toMatchObject({ startAt: new Date('2026-01-06T15:00:00Z') })
  expect(await service.deleteEvent(world.calendar, made.uid)).toBe(true)
  expect(await service.deleteEvent(world.calendar, made.uid)).toBe(false)
  expect(await service.event(world.calendar, made.uid)).toBe(null)
})

const whole: EventInput = {
  ...at('2026-01-05T15:00:00Z', 30, 'Ünïcode & =+% "quoted"'),
  description: `two\nlines ${'x'.repeat(9_000)}`,
  location: 'here',
  url: 'https://app.example/?a=1&b=2',
  color: '#8cbf40',
  isPrivate: true,
  attendees: [
    { email: 'a@app.example', attendance: 'optional', permission: 'view' },
    { email: 'b@app.example' },
  ],
  reminders: [{ action: 'email', minutesBefore: 15 }],
  availability: 'free',
}

test('a change keeps what it does not speak of, and clears what is null', async () => {
  const { uid } = await make(whole)
  const before = await zoho.calendarEvents()
  await service.updateEvent(world.calendar, uid, { title: 'another' })
  const [after] = await zoho.calendarEvents()
  const unchanged: Record<string, unknown> = { ...before[0], title: 'another' }
  for (const name of [
    'description',
    'location',
    'url',
    'color',
    'isprivate',
    'attendees',
    'reminders',
    'transparency',
    'dateandtime',
  ])
    expect(after?.[name], name).toEqual(unchanged[name])
  expect(after?.title).toBe('another')
  const cleared = await service.updateEvent(world.calendar, uid, {
    description: null,
    attendees: null,
    location: null,
  })
  expect([cleared.description, cleared.location, cleared.attendees, cleared.title]).toEqual([
    null,
    null,
    [],
    'another',
  ])
})

describe('two changes at once', () => {
  test('are both made where neither says which version it means', async () => {
    const { uid } = await make(whole)
    const changes = [{ title: 'new' }, { location: 'there' }, { isPrivate: false }]
    await Promise.all(changes.map(change => service.updateEvent(world.calendar, uid, change)))
    expect(await service.event(world.calendar, uid)).toMatchObject({
      title: 'new',
      location: 'there',
      isPrivate: false,
    })
  })

  test.each([409, 412] as const)(
    'the later is refused by HTTP 412 where both mean one version (Zoho: %s)',
    async staleEtagStatus => {
      await world.settings({ staleEtagStatus })
      const { uid, etag } = await make(whole)
      const options = { etag: etag ?? '' }
      const ends = await Promise.allSettled([
        service.updateEvent(world.calendar, uid, { title: 'one' }, options),
        service.updateEvent(world.calendar, uid, { title: 'other' }, { etag: Number(etag) }),
      ])
      expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const reason = ends.find(end => end.status === 'rejected')?.reason
      expect(reason).toBeInstanceOf(ZohoApiError)
      expect(reason).toMatchObject({ status: 412, retryable: false, outcome: 'not_done' })
      expect(await errorOf(service.deleteEvent(world.calendar, uid, options))).toMatchObject({ status: 412 })
      expect(await service.event(world.calendar, uid)).not.toBe(null)
    },
  )

  test('an event that somebody else deleted is HTTP 404', async () => {
    expect(await errorOf(service.updateEvent(world.calendar, 'x@zoho.com', { title: 'x' }))).toMatchObject({
      code: 'ZOHO_API',
      status: 404,
      retryable: false,
    })
  })
})

describe('a recurring event', () => {
  const weekly = { ...at('2026-01-05T15:00:00Z', 30, 'weekly'), rrule: 'FREQ=WEEKLY;COUNT=4' }
  const starts = async () =>
    (await listed('2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', true)).map(({ title, time }) =>
      time.kind === 'timed' ? `${time.startAt.toISOString().slice(0, 10)} ${title}` : time.kind,
    )

  test('is changed and deleted in one instance', async () => {
    const { uid } = await make(weekly)
    const [, second, third] = await listed('2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', true)
    await service.updateEvent(
      world.calendar,
      uid,
      { title: 'once' },
      { recurrenceId: second?.recurrenceId ?? '' },
    )
    await service.deleteEvent(world.calendar, uid, {
      recurrenceId: third?.recurrenceId ?? '',
      notify: 'nobody',
    })
    expect(await starts()).toEqual(['2026-01-05 weekly', '2026-01-12 once', '2026-01-26 weekly'])
  })

  test('is deleted from an instance on', async () => {
    const { uid } = await make(weekly)
    const options = { recurrenceId: '20260119T150000Z', part: 'following' } as const
    expect(await service.deleteEvent(world.calendar, uid, options)).toBe(true)
    expect(await starts()).toEqual(['2026-01-05 weekly', '2026-01-12 weekly'])
  })

  test('of whole days, every year, has instances without the day too many that Zoho tells of one', async () => {
    const time = { startDate: '2026-03-08', timeZone: ZONE }
    const { uid } = await make({ title: 'birthday', time, rrule: 'FREQ=YEARLY' })
    const found = await service.event(world.calendar, uid, { recurrenceId: '20270308' })
    expect(found?.time).toMatchObject({ startDate: '2027-03-08', endDate: '2027-03-08' })
    await service.updateEvent(world.calendar, uid, { title: 'party' }, { recurrenceId: '20270308' })
    expect(await listed('2027-03-01T00:00:00Z', '2027-03-20T00:00:00Z', true)).toMatchObject([
      { title: 'party', time: { startDate: '2027-03-08', endDate: '2027-03-08' } },
    ])
  })

  test('needs an instance for a part', async () => {
    const { uid } = await make(weekly)
    expect(await errorOf(service.deleteEvent(world.calendar, uid, { part: 'only' }))).toBeInstanceOf(
      InvalidInputError,
    )
  })
})

test.each(['last_day', 'next_day'] as const)(
  'whole days stay what they are where Zoho means the %s as their end',
  async allDayEnd => {
    await world.settings({ allDayEnd })
    const { uid } = await make({ title: 'fair', time: { startDate: '2026-03-07', timeZone: ZONE } })
    const changed = await service.updateEvent(world.calendar, uid, { title: 'fair, changed' })
    expect(changed.time).toEqual({
      kind: 'all_day',
      startDate: '2026-03-07',
      endDate: '2026-03-07',
      timeZone: ZONE,
    })
  },
)
