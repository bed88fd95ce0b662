import { InsufficientScopeError, InvalidInputError, ProviderResponseError } from 'evergrant'
import { type CalendarEvent, type EventInput, ZohoCalendarService } from 'evergrant/zoho'
import { describe, expect, test } from 'vitest'
import { calendarWorld } from '../support/calendar-world.ts'

const world = await calendarWorld()
const { zoho, service, tokens } = world

const ZONE = 'America/New_York'

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

describe('an event with a key', () => {
  const input = at('2026-01-05T15:00:00Z', 30, 'appointment')
  const once = (key: string, more: object = {}) =>
    service.createEvent(world.calendar, { ...input, ...more }, { key })
  const there = async () => titles(await listed('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'))

  test('is made once, one call after the other, and keeps its key when it is changed', async () => {
    const made = await once('call 1', { description: 'from the call' })
    expect(made.description).toBe('from the call')
    await service.updateEvent(world.calendar, made.uid, {
      description: 'other words',
      ...at('2026-01-15T15:00:00Z', 30),
    })
    await service.updateEvent(world.calendar, made.uid, { description: null })
    expect((await once('call 1', { description: 'from the call' })).uid).toBe(made.uid)
    expect((await once('call 2')).uid).not.toBe(made.uid)
    expect(await there()).toHaveLength(2)
  })

  test('is made once by eight calls at the same time, which all get the same', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => once('call')))
    expect(new Set(made.map(({ uid }) => uid)).size).toBe(1)
    expect(await there()).toEqual(['appointment'])
  })

  test('is made once although its answer is lost', async () => {
    await zoho.fault({ kind: 'delay', ms: 0 }, { endpoint: 'calendar' })
    await zoho.fault({ kind: 'lost_answer' }, { endpoint: 'calendar' })
    const made = await once('call')
    expect(made.title).toBe('appointment')
    expect((await once('call')).uid).toBe(made.uid)
    expect(await there()).toEqual(['appointment'])
  })

  test('may be asked for again where nobody knows whether it was made; without a key it may not', async () => {
    await zoho.fault({ kind: 'delay', ms: 0 }, { endpoint: 'calendar' })
    await zoho.fault({ kind: 'server_error' }, { endpoint: 'calendar' })
    expect(await errorOf(once('call'))).toMatchObject({ outcome: 'unknown', retryable: true, status: 500 })
    await zoho.fault({ kind: 'server_error' }, { endpoint: 'calendar' })
    expect(await errorOf(make(input))).toMatchObject({ outcome: 'unknown', retryable: false })
    await once('call')
    expect(await there()).toEqual(['appointment'])
  })

  test('shows nothing of the key', async () => {
    await once('+49 30 1234567')
    expect(JSON.stringify(await zoho.calendarEvents())).not.toContain('1234567')
  })
})

describe('free/busy', () => {
  const email = 'user@zoho.example'
  const ask = (more: object = {}) =>
    service.freeBusy(email, { from: '2026-03-08T00:00:00Z', to: '2026-06-08T00:00:00Z', ...more })

  test('of somebody who does not share it is not free', async () => {
    const own = await ownEmail()
    await world.settings({ freeBusyNotShared: [own] })
    expect(await service.freeBusy(own, { from: '2026-03-08T00:00:00Z', to: '2026-03-09T00:00:00Z' })).toEqual(
      { kind: 'not_shared' },
    )
    expect(await ask()).toEqual({ kind: 'not_shared' })
  })

  test.each(['nodata', 'empty_list', 'left_out'] as const)(
    'that is empty is free (%s)',
    async freeBusyEmpty => {
      await world.settings({ freeBusyEmpty })
      const range = { from: '2026-03-08T00:00:00Z', to: '2026-06-08T00:00:00Z' }
      expect(await service.freeBusy(await ownEmail(), range)).toEqual({ kind: 'shared', busy: [] })
      expect(await world.requests('GET')).toHaveLength(4)
    },
  )

  test.each(['date', 'instant'] as const)(
    'tells what is busy, once, over any range (%s)',
    async freeBusyAllDay => {
      await world.settings({ freeBusyAllDay })
      await make(at('2026-04-06T15:00:00Z', 30))
      await make(at('2026-04-06T15:30:00Z', 30))
      await make({ ...at('2026-04-07T15:00:00Z', 30), availability: 'free' })
      await make(at('2026-03-07T23:30:00Z', 60))
      await make({ title: 'day', time: { startDate: '2026-05-01', timeZone: ZONE } })
      const range = { from: '2026-03-08T00:00:00Z', to: '2026-06-08T00:00:00Z', timeZone: ZONE }
      const result = await service.freeBusy(await ownEmail(), range)
      expect(
        result.kind === 'shared' &&
          result.busy.map(({ startAt, endAt }) => [startAt.toISOString(), endAt.toISOString()]),
      ).toEqual([
        ['2026-03-08T00:00:00.000Z', '2026-03-08T00:30:00.000Z'],
        ['2026-04-06T15:00:00.000Z', '2026-04-06T16:00:00.000Z'],
        ['2026-05-01T04:00:00.000Z', '2026-05-02T04:00:00.000Z'],
      ])
    },
  )
})

async function ownEmail(): Promise<string> {
  const { organizer, uid } = await make(at('2027-01-01T00:00:00Z', 0))
  await service.deleteEvent(world.calendar, uid)
  await zoho.clearLedger()
  return organizer ?? ''
}

describe('free slots of a calendar', () => {
  const question = {
    from: '2026-03-06',
    to: '2026-03-10',
    durationMinutes: 60,
    timeZone: ZONE,
    workingHours: {
      friday: [{ start: '09:00', end: '12:00' }],
      sunday: [{ start: '01:00', end: '05:00' }],
      monday: [{ start: '09:00', end: '12:00' }],
    },
  }
  const slots = async (more: object = {}) =>
    (await service.availableSlots({ ...question, calendar: world.calendar, ...more })).map(slot =>
      slot.localStart.slice(5, 16),
    )

  test('are what no event takes, over the change of the clock', async () => {
    await make(at('2026-03-06T15:00:00Z', 30, 'Friday at ten'))
    await make({ ...at('2026-03-02T14:00:00Z', 60, 'Mondays at nine'), rrule: 'FREQ=WEEKLY' })
    await make({ ...at('2026-03-06T16:00:00Z', 60, 'reminder'), availability: 'free' })
    expect(await slots()).toEqual([
      ...['03-06T09:00', '03-06T11:00'],
      ...['03-08T01:00', '03-08T03:00', '03-08T04:00'],
      ...['03-09T10:00', '03-09T11:00'],
    ])
    expect(await slots({ bufferAfterMinutes: 30, limit: 2 })).toEqual(['03-06T11:00', '03-08T01:00'])
  })

  test('a series that is marked as free takes none, but an instance that was changed to take some', async () => {
    const { uid } = await make({
      ...at('2026-03-02T14:00:00Z', 60),
      rrule: 'FREQ=WEEKLY',
      availability: 'free',
    })
    expect(await slots()).toContain('03-09T09:00')
    await service.updateEvent(
      world.calendar,
      uid,
      { availability: 'busy' },
      { recurrenceId: '20260309T130000Z' },
    )
    expect(await slots()).not.toContain('03-09T09:00')
  })

  test('are free in all calendars that are named', async () => {
    const other = await service.createCalendar({ name: 'Other', color: '#000000' })
    await service.createEvent(other.uid, at('2026-03-06T14:00:00Z', 180))
    expect(await slots({ calendar: [world.calendar, other.uid] })).not.toContain('03-06T09:00')
    expect(await slots()).toContain('03-06T09:00')
    expect(await errorOf(slots({ calendar: [] }))).toBeInstanceOf(InvalidInputError)
    await service.deleteCalendar(other.uid)
  })

  test('a whole day that is taken leaves none on it', async () => {
    await make({ title: 'away', time: { startDate: '2026-03-08', endDate: '2026-03-09', timeZone: ZONE } })
    expect(await slots()).toEqual(['03-06T09:00', '03-06T10:00', '03-06T11:00'])
  })
})

describe('the list of calendars', () => {
  test('is asked for once, until this client writes a calendar', async () => {
    await service.calendars()
    await service.calendars()
    expect(await world.requests('GET')).toHaveLength(1)
    const changed = await service.updateCalendar(world.calendar, { name: 'Renamed' })
    expect(changed).toMatchObject({ name: 'Renamed', timeZone: ZONE, privilege: 'owner', isDefault: false })
    expect((await service.calendars()).map(({ name }) => name)).toContain('Renamed')
    expect(await world.requests('GET')).toHaveLength(2)
    expect(await service.calendar(world.calendar)).toMatchObject({ name: 'Renamed' })
    expect(await service.calendar('0'.repeat(32))).toBe(null)
  })
})

describe('what goes wrong', () => {
  test('a page of HTML is an error with its status, and no text of it', async () => {
    const body = '<html><body>Sorry</body></html>'
    const html = { kind: 'custom', status: 404, headers: { 'content-type': 'text/html' }, body } as const
    await zoho.fault(html, { endpoint: 'calendar' })
    expect(await errorOf(service.event(world.calendar, 'x@zoho.com'))).toMatchObject({
      code: 'ZOHO_API',
      status: 404,
    })
    await zoho.fault({ ...html, status: 200 }, { endpoint: 'calendar', times: 'until_cleared' })
    const quick = new ZohoCalendarService({ tokens, clientId: 'smart-tax-nation', retries: 0 })
    const error = await errorOf(quick.event(world.calendar, 'x@zoho.com'))
    expect(error).toMatchObject({ code: 'ZOHO_API', status: 200 })
    expect(String(error)).not.toContain('Sorry')
  })

  test.each([
    ['a list of something else', '{"items":[]}'],
    ['an event without a time', '{"events":[{"uid":"x"}]}'],
    ['a list that is none', '{"events":"none"}'],
    ['a number', '7'],
  ])('%s is not read as free time', async (_, body) => {
    await zoho.fault(
      { kind: 'custom', status: 200, headers: {}, body },
      { endpoint: 'calendar', times: 'until_cleared' },
    )
    const range = { from: '2026-03-06T00:00:00Z', to: '2026-03-07T00:00:00Z' }
    const hours = {
      workingHours: { friday: [{ start: '09:00', end: '12:00' }] },
      durationMinutes: 60,
      timeZone: ZONE,
    }
    for (const call of [
      service.availableSlots({ calendar: world.calendar, ...range, ...hours }),
      service.freeBusy('a@app.example', range),
    ])
      expect(await errorOf(call)).toBeInstanceOf(ProviderResponseError)
  })

  test.each(['object', 'array', 'mail_array', 'mail_object', 'projects'] as const)(
    'a scope that the grant lacks is named (%s)',
    async errorForm => {
      await world.settings({ errorForm })
      const grant = await zoho.issueGrant({ scopes: ['ZohoCalendar.event.READ'] })
      await tokens.storeTokens('reader', 'zoho_calendar', grant)
      const error = await errorOf(
        service.forClient('reader').createEvent(world.calendar, at('2026-01-05T15:00:00Z', 30)),
      )
      expect(error).toBeInstanceOf(InsufficientScopeError)
      expect(error).toMatchObject({ missingScopes: ['ZohoCalendar.event.CREATE'], clientId: 'reader' })
    },
  )

  test('what cannot be written is refused before anything is sent', async () => {
    const cases: readonly [unknown, RegExp][] = [
      [{ title: '' }, /title/],
      [
        { title: 'x', time: { startAt: '2026-01-01T10:00', endAt: '2026-01-01T09:00', timeZone: ZONE } },
        /time.startAt is after time.endAt/,
      ],
      [
        {
          title: 'x',
          time: { startAt: '2026-01-01T10:00', endAt: '2026-01-01T11:00', timeZone: 'Mars/Olympus' },
        },
        /time.timeZone is "Mars\/Olympus"/,
      ],
      [{ title: 'x', time: { startDate: '2026-02-30', timeZone: ZONE } }, /time.startDate is no day/],
      [{ title: 'x', time: { startDate: '2026-02-20', endDate: '2026-02-19', timeZone: ZONE } }, /before/],
      [{ title: 'x', time: null }, /time/],
      [{ title: 'x' }, /needs title and time/],
      [{ titel: 'x' }, /no field "?titel"?.*Did you mean "?title/],
      [{ ...at('2026-01-05T15:00:00Z', 30), color: 'red' }, /color/],
      [{ ...at('2026-01-05T15:00:00Z', 30), description: 'x'.repeat(10_001) }, /description/],
      [{ ...at('2026-01-05T15:00:00Z', 30), attendees: [{ email: 'nobody' }] }, /e-mail/],
      [{ ...at('2026-01-05T15:00:00Z', 30), attendees: 'a@b' }, /attendees/],
      [
        { ...at('2026-01-05T15:00:00Z', 30), reminders: [{ action: 'email', minutesBefore: -15 }] },
        /minutesBefore/,
      ],
      [
        { ...at('2026-01-05T15:00:00Z', 30), reminders: [{ action: 'fax', minutesBefore: 15 }] },
        /action has to be one of/,
      ],
      [
        { ...at('2026-01-05T15:00:00Z', 30), availability: 'maybe' },
        /availability has to be one of: busy, free/,
      ],
      [null, /object/],
    ]
    for (const [input, message] of cases) {
      const error = await errorOf(service.createEvent(world.calendar, input as EventInput))
      expect(error).toBeInstanceOf(InvalidInputError)
      expect(String(error)).toMatch(message)
    }
    expect(await world.requests()).toEqual([])
  })
})
