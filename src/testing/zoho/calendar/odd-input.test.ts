import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callCalendar,
  type LocalCalendar,
  startLocalCalendar,
} from '../../../../test/support/local-calendar.ts'

let local: LocalCalendar
beforeAll(async () => {
  local = await startLocalCalendar()
})
afterAll(() => local[Symbol.asyncDispose]())

const dateandtime = { start: '20260206T180000Z', end: '20260206T190000Z', timezone: 'UTC' }
const post = (eventdata: unknown): ReturnType<LocalCalendar['call']> =>
  local.call(`/calendars/${local.calendar}/events`, { method: 'POST', form: { eventdata } })

test('what is refused is not kept', async () => {
  const before = (await local.zoho.calendarEvents()).length
  for (const eventdata of [
    '{',
    { dateandtime, title: 7 },
    '['.repeat(20_000),
    { dateandtime, conference: 'zmeeting' },
  ]) {
    expect((await post(eventdata)).status).toBeGreaterThanOrEqual(400)
  }
  expect(await local.zoho.calendarEvents()).toHaveLength(before)
})

describe('eventdata', () => {
  test('has groups of any name, `__proto__` included', async () => {
    const text = JSON.stringify({ dateandtime }).replace(
      /\}$/,
      ',"group_attendees":{"__proto__":["a@example.com"],"Sales":[{"email":"b@example.com"}]}}',
    )
    const { body } = await post(text)
    expect(JSON.stringify(body.events[0].group_attendees)).toBe(
      '{"__proto__":["a@example.com"],"Sales":["b@example.com"]}',
    )
    expect(body.events[0].group_list).toEqual(['__proto__', 'Sales'])
    expect(Object.hasOwn(Object.prototype, 'Sales')).toBe(false)
  })

  test('has texts of any characters, counted as a reader counts them', async () => {
    const location = '😀'.repeat(255)
    const { body } = await post({ dateandtime, title: '<b>&"\u0000 ü 会议', location })
    expect(body.events[0]).toMatchObject({ title: '<b>&"\u0000 ü 会议', location })
  })
})

describe('a range', () => {
  const list = async (range: unknown, more: object = {}): Promise<readonly string[] | number> => {
    const { status, body } = await local.call(`/calendars/${local.calendar}/events`, {
      query: { range, ...more },
    })
    return status === 200 ? body.events.map(({ title }: { readonly title: string }) => title) : status
  }

  test.each([
    '',
    'today',
    '{}',
    'null',
    '[]',
    '{"start":"20260101"}',
    '{"start":"20260102","end":"20260101"}',
    '{"start":"20260101","end":"20260101"}',
    '{"start":20260101,"end":20260102}',
    '{"start":"20260101","end":"20260102","zone":"UTC"}',
    '{"start":"20260101T000000+2500","end":"20260102"}',
  ])('%j is refused', async range => {
    expect(await list(range)).toBe(400)
  })

  test.each(['Mars/Olympus', '+05:30', ''])('in the zone %j is refused', async timezone => {
    expect(await list({ start: '20260206', end: '20260207' }, { timezone })).toBe(400)
  })

  test('has what overlaps it, and not what touches it', async () => {
    const event = (title: string, start: string, end: string, more: object = {}): Promise<unknown> =>
      local.event({ title, dateandtime: { start, end, timezone: 'UTC' }, ...more })
    await event('ends at its start', '20270301T090000Z', '20270301T100000Z')
    await event('over its start', '20270301T093000Z', '20270301T103000Z')
    await event('moment at its start', '20270301T100000Z', '20270301T100000Z')
    await event('moment at its end', '20270301T110000Z', '20270301T110000Z')
    await event('over its end', '20270301T105900Z', '20270301T120000Z')
    await event('begins at its end', '20270301T110000Z', '20270301T120000Z')
    await event('around it', '20270301T000000Z', '20270302T000000Z')
    await event('its day', '20270301', '20270301', { isallday: true })
    await event('day before', '20270228', '20270228', { isallday: true })
    await event('series, through it', '20270225T103000Z', '20270225T104500Z', { rrule: 'FREQ=DAILY;COUNT=9' })
    expect(await list({ start: '20270301T100000Z', end: '20270301T110000Z' }, { byinstance: true })).toEqual([
      'around it',
      'its day',
      'over its start',
      'moment at its start',
      'series, through it',
      'over its end',
    ])
  })

  test('of days begins at the midnight of the zone that is asked for', async () => {
    const night = { start: '20270501T033000Z', end: '20270501T034500Z', timezone: 'UTC' }
    await local.event({ title: 'Night', dateandtime: night })
    const may = { start: '20270501', end: '20270502' }
    expect(await list(may, { timezone: 'UTC' })).toEqual(['Night'])
    expect(await list(may, { timezone: 'America/New_York' })).toEqual([])
    expect(await list(may, { timezone: 'Asia/Kolkata' })).toEqual(['Night'])
  })

  test('has what was modified since', async () => {
    await using own = await startLocalCalendar()
    await own.event({ title: 'Old', dateandtime })
    await own.clock.advance(1_000)
    await own.event({ title: 'New', dateandtime })
    const range = { start: '20260201', end: '20260228' }
    const since = async (lastmodified: string): Promise<readonly unknown[]> => {
      const query = { range, lastmodified }
      const { body } = await own.call(`/calendars/${own.calendar}/events`, { query })
      return body.events.map(({ title }: { readonly title: string }) => title)
    }
    expect(await since(String(Date.UTC(2026, 0, 1) + 1_000))).toEqual(['New'])
    expect(await since('20260101T000001Z')).toEqual(['New'])
    expect(await since('20260101T000000Z')).toEqual(['Old', 'New'])
  })

  test('of an all-day series has each day once in a zone whose clocks change at midnight', async () => {
    const days = { start: '20260425', end: '20260425', timezone: 'Africa/Cairo' }
    const { uid } = await local.event({ dateandtime: days, isallday: true, rrule: 'FREQ=DAILY' })
    const path = `/calendars/${local.calendar}/events/${encodeURIComponent(uid)}/byinstance`
    const range = { start: '20260425', end: '20260429' }
    const { body } = await local.call(path, { query: { range, timezone: 'Africa/Cairo' } })
    const ids = body.events.map((event: { readonly recurrenceid: string }) => event.recurrenceid)
    expect(ids).toEqual(['20260425', '20260426', '20260427', '20260428'])
  })
})

describe('a uid', () => {
  test.each([
    ['with @ as it is', (uid: string) => uid],
    ['percent-encoded', encodeURIComponent],
    ['with lower-case hex', (uid: string) => uid.replace('@', '%40')],
  ])('%s is found', async (_, encoded) => {
    const { uid } = await local.event({ dateandtime })
    const { body } = await local.call(`/calendars/${local.calendar}/events/${encoded(uid)}`)
    expect(body.events[0].uid).toBe(uid)
  })

  test.each([
    '%',
    '%zz',
    '%2540',
    '..%2F..',
    '__proto__',
    'constructor',
    '%00',
    '%F0%9F%98%80',
    'x'.repeat(2_000),
  ])('%s of nobody is no event, and no failure', async uid => {
    const answer = await callCalendar(local.zoho.url, `/calendars/${local.calendar}/events/${uid}`, {
      token: local.token,
    })
    expect([answer.status, answer.body]).toEqual([200, { events: [] }])
    const calendar = await callCalendar(local.zoho.url, `/calendars/${uid}`, { token: local.token })
    expect(calendar.status).toBe(404)
  })
})

test('attendees: lists have the caller’s own entry alone, a get has all', async () => {
  const attendees = ['b@example.com', 'Ada@example.com'].map(email => ({ email, status: 'ACCEPTED' }))
  const { uid } = await local.event({ dateandtime, attendees })
  const range = { start: '20260206', end: '20260208' }
  const listed = async (): Promise<number> => {
    const { body } = await local.call(`/calendars/${local.calendar}/events`, { query: { range } })
    return body.events.find((event: { readonly uid: string }) => event.uid === uid).attendees.length
  }
  expect(await listed()).toBe(1)
  const { body } = await local.call(`/calendars/${local.calendar}/events/${uid}`)
  expect(body.events[0].attendees).toHaveLength(2)
  await local.zoho.configure({ calendar: { listedAttendees: 'all' } })
  expect(await listed()).toBe(2)
  await local.zoho.configure({ calendar: { listedAttendees: 'own' } })
})

test('a meeting needs its own scope, and has a link', async () => {
  const scopes = ['ZohoCalendar.event.ALL', 'ZohoMeeting.meeting.ALL']
  const { accessToken: token } = await local.zoho.issueGrant({ scopes })
  const form = { eventdata: { dateandtime, conference: 'zmeeting' } }
  const path = `/calendars/${local.calendar}/events`
  expect((await local.call(path, { method: 'POST', form })).body).toEqual({
    error: [{ message: 'INVALID_OAUTHSCOPE' }],
  })
  const { body } = await local.call(path, { method: 'POST', form, token })
  expect(body.events[0].conference_data.meetingdata.meeting_link).toMatch(/^http/)
})
