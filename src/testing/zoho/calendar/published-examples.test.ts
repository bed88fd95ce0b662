import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalCalendar, startLocalCalendar } from '../../../../test/support/local-calendar.ts'

/*
 * The example bodies of Zoho's pages: what of them can be written is written, and read again as the pages show it.
 * https://www.zoho.com/calendar/help/api/get-calendar-list.html, …/get-events-list.html, …/post-create-event.html,
 * …/delete-event.html, …/get-user-freebusy-details.html
 */
let local: LocalCalendar
beforeAll(async () => {
  local = await startLocalCalendar()
})
afterAll(() => local[Symbol.asyncDispose]())

/** What kind of thing stands at each key, as far as an example tells. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape(member)]))
}

const calendarExample = {
  uid: '1683be4ab6c74d2ab02e6450a0b34d4a',
  name: 'My Calendar',
  description: '',
  isdefault: true,
  category: 'own',
  privilege: 'owner',
  type: 0,
  color: '#8cbf40',
  textcolor: '#FFFFFF',
  timezone: 'Asia/Calcutta',
  include_infreebusy: true,
  visibility: true,
  status: true,
  canSendMail: true,
  reminders: [{ minutes: '-15', action: 'email' }],
  lastmodifiedtime: '20230316T052733Z',
  calemptiedtime: '20230316T052733Z',
  private: { status: 'enabled', icalurl: '…', htmlurl: '…' },
  public: { privilege: 'disable', icalurl: '…', htmlurl: '…' },
}

const eventExample = {
  uid: 'c63e8b9fcb3e48c2a00b16729932d636@zoho.com',
  caluid: 'fda9b0b4ad834257b622cb3dc3555727',
  id: '4594000004684005',
  calid: '1000000000003',
  title: 'Team Meeting',
  location: '',
  dateandtime: {
    timezone: 'America/Los_Angeles',
    start: '20260206T100000-0800',
    end: '20260206T110000-0800',
  },
  isallday: false,
  multiday: false,
  isprivate: false,
  duration: '3600000',
  rrule: 'FREQ=WEEKLY;INTERVAL=1;BYDAY=MO',
  recurrenceid: '20191101T090000Z',
  organizer: 'user@example.com',
  createdby: 'user@example.com',
  modifiedby: 'user@example.com',
  role: 'organizer',
  attendees: [{ email: 'a@example.com', status: 'needsaction', attendance: 1, permission: 1, dName: 'A' }],
  reminders: [{ action: 'popup', minutes: -30 }],
  etag: '1770368451507',
  etype: 0,
  type: 0,
  color: '3',
  transparency: 0,
  estatus: 'added',
  has_attachment: false,
  enable_eventmanagement: false,
  calendar_alarm: false,
  notifyType: 0,
  isApproved: true,
  viewEventURL: 'https://calendar.zoho.com/…',
  createdtime: '20161017T143947Z',
  createdtime_millis: 1476715187436,
  lastmodifiedtime: '20161017T143947Z',
}

describe('the published example', () => {
  test('of a calendar is created and listed in its own form', async () => {
    const { name, description, color, textcolor, timezone, include_infreebusy, reminders } = calendarExample
    const written = { name, description, color, textcolor, timezone, include_infreebusy, reminders }
    const query = { calendarData: { ...written, public: 'disable' } }
    const { body } = await local.call('/calendars', { method: 'POST', query })
    expect(body.calendars[0]).toMatchObject(written)
    expect(shape(body.calendars[0])).toEqual(shape(calendarExample))
    const list = await local.call('/calendars')
    expect(list.body.calendars).toContainEqual(body.calendars[0])
    expect((await local.call(`/calendars/${body.calendars[0].uid}`)).body).toEqual(body)
    const deleted = await local.call(`/calendars/${body.calendars[0].uid}`, { method: 'DELETE' })
    expect(deleted.body).toEqual({ calendars: [{ uid: body.calendars[0].uid, calstatus: 'deleted' }] })
  })

  test('of an event is created and read in its own form', async () => {
    const { title, location, dateandtime, isallday, isprivate, rrule, reminders, transparency } = eventExample
    const written = { title, location, dateandtime, isallday, isprivate, rrule, reminders, transparency }
    const attendees = [{ email: 'a@example.com', status: 'NEEDS-ACTION', attendance: 1, permission: 1 }]
    const { uid } = await local.event({ ...written, attendees, calendar_alarm: false, notify_attendee: 2 })
    const path = `/calendars/${local.calendar}/events/${encodeURIComponent(uid)}`
    const query = { recurrenceid: '20260209T180000Z' }
    const [{ body: series }, { body: instance }] = [await local.call(path), await local.call(path, { query })]
    expect(series.events[0]).toMatchObject(written)
    expect(series.events[0].attendees[0]).toMatchObject({ email: 'a@example.com', status: 'needsaction' })
    expect(shape(instance.events[0])).toEqual(shape(eventExample))
    expect(instance.events[0].dateandtime.start).toBe('20260209T100000-0800')
  })

  test.each(['-15', -15, 30])('of reminders %j minutes before is taken', async minutes => {
    const dateandtime = { start: '20260206T180000Z', end: '20260206T190000Z' }
    const { reminders } = await local.event({ dateandtime, reminders: [{ action: 'email', minutes }] })
    expect(reminders).toEqual([{ action: 'email', minutes: Number(minutes) }])
  })

  test.each([
    ['FREQ=DAILY;COUNT=5;INTERVAL=1', 5],
    ['FREQ=DAILY;UNTIL=20260817T064600Z', 2],
  ])('of a rule, %s, is expanded', async (rrule, count) => {
    const dateandtime = { start: '20260816T063000Z', end: '20260816T070000Z', timezone: 'UTC' }
    const { uid } = await local.event({ dateandtime, rrule })
    const range = { start: '20260801T000000Z', end: '20260901T000000Z' }
    const path = `/calendars/${local.calendar}/events/${encodeURIComponent(uid)}/byinstance`
    expect((await local.call(path, { query: { range } })).body.events).toHaveLength(count)
  })

  test('of an instance that is deleted is taken, and answered in its form', async () => {
    const dateandtime = { start: '20230103T114100Z', end: '20230103T120000Z', timezone: 'Asia/Kolkata' }
    const { uid, etag } = await local.event({ dateandtime, rrule: 'FREQ=DAILY;COUNT=3' })
    const eventdata = { uid, recurrenceid: '20230104T114100Z', etag: Number(etag), notify_attendee: 1 }
    const path = `/calendars/${local.calendar}/events/${encodeURIComponent(uid)}`
    const { body } = await local.call(path, { method: 'DELETE', query: { eventdata } })
    expect(body.events[0]).toMatchObject({ uid, estatus: 'deleted', caluid: local.calendar })
    const range = { start: '20230101', end: '20230131' }
    const left = await local.call(`${path}/byinstance`, { query: { range } })
    const ids = left.body.events.map((event: { readonly recurrenceid: string }) => event.recurrenceid)
    expect(ids).toEqual(['20230103T114100Z', '20230105T114100Z'])
  })

  test('of free/busy comes out of an event', async () => {
    await local.event({ dateandtime: { start: '20260721T180000Z', end: '20260721T190000Z' } })
    const query = { uemail: 'ada@example.com', sdate: '20260721T000000', edate: '20260722T000000' }
    const { body } = await local.call('/calendars/freebusy', { query: { ...query, ftype: 'eventbased' } })
    expect(body).toEqual({
      freebusy: [{ startTime: '20260721T180000Z', endTime: '20260721T190000Z', fbtype: 'busy' }],
    })
  })

  test('of busy days by times comes out of events', async () => {
    const event = (start: string, end: string, more = {}): Promise<unknown> =>
      local.event({ dateandtime: { start, end, timezone: 'UTC' }, ...more })
    await event('20211215', '20211215', { isallday: true })
    await event('20211215T023000Z', '20211215T035000Z')
    await event('20211215T123000Z', '20211215T140000Z')
    await event('20211216T003000Z', '20211216T010000Z')
    const query = { uemail: 'ada@example.com', sdate: '20211215T000000Z', edate: '20211217T000000Z' }
    const { body } = await local.call('/calendars/freebusy', { query: { ...query, ftype: 'timebased' } })
    expect(body).toEqual({
      '20211215': [{ allday: true }, ['02:30-03:50', '12:30-14:00']],
      '20211216': [null, ['00:30-01:00']],
    })
  })
})
