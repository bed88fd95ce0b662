import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callCalendar,
  type LocalCalendar,
  startLocalCalendar,
} from '../../../../test/support/local-calendar.ts'
import { localZohoUser } from '../settings.ts'
import { zohoCalendarSettings } from './settings.ts'

/*
 * The checklist for an emulator of Zoho Calendar, item by item. Each item stands in the title as it does there.
 */
let local: LocalCalendar
beforeAll(async () => {
  local = await startLocalCalendar()
})
afterAll(() => local[Symbol.asyncDispose]())

const times = (day: string, more: object = {}): object => ({
  start: `202602${day}T180000Z`,
  end: `202602${day}T190000Z`,
  timezone: 'America/Los_Angeles',
  ...more,
})
const events = (uid = ''): string =>
  `/calendars/${local.calendar}/events${uid && `/${encodeURIComponent(uid)}`}`
const refused = (keyword: string): object => ({ error: [{ message: keyword }] })
const february = { start: '20260201T000000Z', end: '20260301T000000Z' }

test.each(['query', 'form'])(
  'checklist calendar §7: query/form `eventdata` — an event is created by %s, and is there',
  async place => {
    const created = await local.call(events(), {
      method: 'POST',
      [place]: { eventdata: { title: place, dateandtime: times('02') } },
    })
    expect([created.status, created.body.events[0].title, created.body.events[0].estatus]).toEqual([
      200,
      place,
      'added',
    ])
    const { uid } = created.body.events[0]
    expect(uid).toMatch(/^[0-9a-f]{32}@zoho\.com$/)
    expect((await local.call(events(uid))).body.events[0].title).toBe(place)
  },
)

test('checklist calendar §7: reject JSON body with `LESS_THAN_MIN_OCCURANCE` — on POST, PUT and for calendars', async () => {
  const event = await local.event({ title: 'kept', dateandtime: times('03') })
  const json = { eventdata: { title: 'lost', dateandtime: times('03'), etag: event.etag } }
  const calendarData = { name: 'lost', color: '#123456' }
  for (const [path, method, body] of [
    [events(), 'POST', json],
    [events(), 'POST', json.eventdata],
    [events(event.uid), 'PUT', json],
    ['/calendars', 'POST', { calendarData }],
  ] as const) {
    const { status, body: answer } = await local.call(path, { method, json: body })
    expect([status, answer]).toEqual([400, refused('LESS_THAN_MIN_OCCURANCE')])
  }
  expect((await local.call(events(event.uid))).body.events[0].title).toBe('kept')
  expect((await local.call(events())).body).toEqual(refused('LESS_THAN_MIN_OCCURANCE'))
})

test('checklist calendar §7: reject unknown params — in the query and in the form, whatever else is right', async () => {
  const eventdata = { title: 'x', dateandtime: times('04') }
  const before = (await local.zoho.calendarEvents()).length
  for (const [path, request] of [
    ['/calendars', { query: { _: '1' } }],
    [events(), { query: { range: february, page: '1' } }],
    [events(), { method: 'POST', query: { eventdata, trace: '1' } }],
    [events(), { method: 'POST', form: { eventdata, trace: '1' } }],
    [events(), { method: 'POST', query: { eventdata }, form: { trace: '1' } }],
  ] as const) {
    const { status, body } = await local.call(path, request)
    expect([status, body]).toEqual([400, refused('EXTRA_PARAM_FOUND')])
  }
  expect(await local.zoho.calendarEvents()).toHaveLength(before)
})

test('checklist calendar §7: 31-day check — 31 days pass, a second more does not; 90 days of one series', async () => {
  const list = async (range: object): Promise<number> =>
    (await local.call(events(), { query: { range } })).status
  expect(await list({ start: '20260101T000000Z', end: '20260201T000000Z' })).toBe(200)
  expect(await list({ start: '20260101T000000Z', end: '20260201T000001Z' })).toBe(400)
  expect(await list({ start: '20260101', end: '20260201' })).toBe(200)
  expect(await list({ start: '20260101', end: '20260202' })).toBe(400)
  const { uid } = await local.event({ dateandtime: times('05'), rrule: 'FREQ=DAILY' })
  const instances = (end: string): ReturnType<LocalCalendar['call']> =>
    local.call(`${events(uid)}/byinstance`, { query: { range: { start: '20260301T000000Z', end } } })
  expect((await instances('20260530T000000Z')).body.events).toHaveLength(90)
  expect((await instances('20260530T000001Z')).status).toBe(400)
  const single = await local.event({ dateandtime: times('05') })
  const range = february
  const { status, body } = await local.call(`${events(single.uid)}/byinstance`, { query: { range } })
  expect([status, body]).toEqual([400, refused('INVALID_DATA')])
})

describe('checklist calendar §7: etag bump on every write, required on PUT (in eventdata) and DELETE (header or eventdata)', () => {
  test('checklist calendar §7: etag bump on every write, required on PUT (in eventdata) and DELETE (header or eventdata) — though the clock stands still', async () => {
    const { uid, etag } = await local.event({ dateandtime: times('06') })
    expect(etag).toMatch(/^\d{13}$/)
    const put = (eventdata: object, headers = {}): ReturnType<LocalCalendar['call']> =>
      local.call(events(uid), { method: 'PUT', form: { eventdata }, headers })
    const first = await put({ dateandtime: times('06'), etag: Number(etag) })
    expect([first.status, first.body.events[0].estatus]).toEqual([200, 'updated'])
    const second = await put({ dateandtime: times('06'), etag: first.body.events[0].etag })
    expect(new Set([etag, first.body.events[0].etag, second.body.events[0].etag]).size).toBe(3)
    const withoutEtag = await put({ dateandtime: times('06') }, { etag: second.body.events[0].etag })
    expect([withoutEtag.status, withoutEtag.body]).toEqual([400, refused('ETAG_MISSING')])
    expect((await put({ dateandtime: times('06'), etag })).status).toBe(412)
    await local.zoho.configure({ calendar: { staleEtagStatus: 409 } })
    expect((await put({ dateandtime: times('06'), etag })).status).toBe(409)
    await local.zoho.configure({ calendar: { staleEtagStatus: 412 } })
  })

  test.each(['header', 'eventdata'])('is taken by DELETE in its %s', async place => {
    const { uid, etag } = await local.event({ dateandtime: times('06') })
    const remove = (value: string): ReturnType<LocalCalendar['call']> =>
      local.call(events(uid), {
        method: 'DELETE',
        ...(place === 'header'
          ? { headers: { etag: value } }
          : { query: { eventdata: { uid, etag: value } } }),
      })
    const without = await local.call(events(uid), { method: 'DELETE' })
    expect([without.status, without.body]).toEqual([400, refused('ETAG_MISSING')])
    expect((await remove('1')).status).toBe(412)
    const deleted = await remove(etag)
    expect([deleted.status, deleted.body]).toEqual([
      200,
      { events: [{ uid, estatus: 'deleted', caluid: local.calendar }] },
    ])
    expect((await local.call(events(uid))).body).toEqual({ events: [] })
  })
})

test('checklist calendar §7: full-replace PUT — writable keys that are left out are cleared', async () => {
  const { uid, etag } = await local.event({
    title: 'Full',
    location: 'Room 1',
    description: 'Notes',
    isprivate: true,
    transparency: 1,
    color: '#112233',
    attendees: [{ email: 'b@example.com' }],
    reminders: [{ action: 'popup', minutes: -30 }],
    rrule: 'FREQ=DAILY;COUNT=3',
    dateandtime: times('09'),
  })
  await local.call(events(uid), { method: 'PUT', query: { eventdata: { etag, dateandtime: times('10') } } })
  const { body } = await local.call(events(uid), { headers: { accept: 'application/json+large' } })
  expect(body.events[0]).toMatchObject({
    title: '',
    location: '',
    description: '',
    isprivate: false,
    transparency: 0,
    reminders: [],
  })
  expect(body.events[0]).not.toHaveProperty('attendees')
  expect(body.events[0]).not.toHaveProperty('rrule')
  const missing = await local.call(events(uid), {
    method: 'PUT',
    query: { eventdata: { etag: body.events[0].etag, title: 'x' } },
  })
  expect([missing.status, missing.body]).toEqual([400, refused('LESS_THAN_MIN_OCCURANCE')])
})

test('checklist calendar §7: reject response-only keys — each of them, so that no answer can be sent back', async () => {
  const event = await local.event({ dateandtime: times('11'), attendees: [{ email: 'b@example.com' }] })
  const writable = [
    'uid',
    'title',
    'dateandtime',
    'isallday',
    'isprivate',
    'location',
    'attendees',
    'reminders',
  ]
  const more = ['etag', 'color', 'transparency', 'calendar_alarm', 'description']
  const others = Object.keys(event).filter(key => ![...writable, ...more].includes(key))
  expect(others).toContain('notifyType')
  for (const key of others) {
    const eventdata = { dateandtime: times('11'), etag: event.etag, [key]: event[key] }
    const { status, body } = await local.call(events(event.uid), { method: 'PUT', query: { eventdata } })
    expect([key, status, body]).toEqual([key, 400, refused('PATTERN_NOT_MATCHED')])
  }
  const unknown = await local.event({ dateandtime: times('11'), colour: '#112233' })
  expect(unknown).toEqual(refused('EXTRA_KEY_FOUND_IN_JSON'))
  await local.zoho.configure({ calendar: { unknownKeys: 'ignored' } })
  expect(await local.event({ dateandtime: times('11'), colour: '#112233' })).toHaveProperty('uid')
  await local.zoho.configure({ calendar: { unknownKeys: 'refused' } })
})

test('checklist calendar §7: `json+large` gating of description — in lists and in a get', async () => {
  const { uid } = await local.event({ description: 'Notes', dateandtime: times('12') })
  const range = { start: '20260212T000000Z', end: '20260213T000000Z' }
  for (const [path, query] of [
    [events(uid), {}],
    [events(), { range }],
  ] as const) {
    const small = await local.call(path, { query })
    const large = await local.call(path, { query, headers: { accept: 'application/json+large' } })
    const own = (event: { readonly uid: string }): boolean => event.uid === uid
    expect(small.body.events.find(own)).toHaveProperty('title')
    expect(small.body.events.find(own)).not.toHaveProperty('description')
    expect(large.body.events.find(own).description).toBe('Notes')
  }
})

test('checklist calendar §7: times rendered with offset of the event zone — not as they were written', async () => {
  const shown = async (dateandtime: object, query = {}): Promise<object> => {
    const { uid } = await local.event({ dateandtime })
    const { body } = await local.call(events(uid), { query })
    return body.events[0].dateandtime
  }
  const berlin = (start: string, end: string): object => ({ start, end, timezone: 'Europe/Berlin' })
  const written = berlin('20260206T100000+0100', '20260206T110000+0100')
  const [winter, summer] = [times('06'), berlin('20260706T180000Z', '20260706T190000Z')]
  expect(await shown(winter)).toMatchObject({ start: '20260206T100000-0800', end: '20260206T110000-0800' })
  expect(await shown(summer)).toMatchObject({ start: '20260706T200000+0200', end: '20260706T210000+0200' })
  expect(await shown(berlin('20260206T100000', '20260206T110000'))).toEqual(written)
  expect(await shown(berlin('20260206T100000+0100', '20260206T143000+0530'))).toMatchObject({
    end: '20260206T100000+0100',
  })
  expect(await shown(written, { timezone: 'Asia/Kolkata' })).toEqual({
    start: '20260206T143000+0530',
    end: '20260206T153000+0530',
    timezone: 'Asia/Kolkata',
  })
  expect(await shown({ start: '20260206T100000', end: '20260206T110000' })).toMatchObject({
    start: '20260206T100000-0800',
    timezone: zohoCalendarSettings.timezone,
  })
  await local.zoho.configure({ calendar: { timeForm: 'utc' } })
  expect(await shown(written)).toMatchObject({ start: '20260206T090000Z' })
  await local.zoho.configure({ calendar: { timeForm: 'local' } })
  expect(await shown(written)).toMatchObject({ start: '20260206T100000' })
  await local.zoho.configure({ calendar: { timeForm: 'offset' } })
})

test('checklist calendar §7: recurring expansion with `byinstance` — minimal entries in order, across the change of the clocks', async () => {
  const dateandtime = { start: '20260304T090000', end: '20260304T093000', timezone: 'America/New_York' }
  const { uid } = await local.event({ title: 'Daily', dateandtime, rrule: 'FREQ=DAILY;COUNT=6' })
  const range = { start: '20260305T000000Z', end: '20260401T000000Z' }
  const list = async (byinstance: string): Promise<readonly Record<string, unknown>[]> => {
    const { body } = await local.call(events(), { query: { range, byinstance } })
    return body.events.filter((event: { uid: string }) => event.uid === uid)
  }
  const expanded = await list('true')
  expect(expanded.map(({ recurrenceid }) => recurrenceid)).toEqual([
    '20260305T140000Z',
    '20260306T140000Z',
    '20260307T140000Z',
    '20260308T130000Z',
    '20260309T130000Z',
  ])
  expect(expanded[0]).toMatchObject({ dateandtime: { start: '20260305T090000-0500' } })
  expect(expanded[3]).toMatchObject({ dateandtime: { start: '20260308T090000-0400' }, title: 'Daily' })
  expect(expanded[0]).not.toHaveProperty('organizer')
  const [once, ...others] = await list('false')
  expect(others).toEqual([])
  expect(once).toMatchObject({
    rrule: 'FREQ=DAILY;COUNT=6',
    organizer: 'ada@example.com',
    dateandtime: { start: '20260304T090000-0500' },
  })
})

test('checklist calendar §7: empty → `{}` switch — for events, one event and calendars', async () => {
  const range = { start: '20270101T000000Z', end: '20270102T000000Z' }
  const answers = async (): Promise<readonly unknown[]> => [
    (await local.call('/calendars', { query: { category: 'app' } })).body,
    (await local.call(events('0'.repeat(32)))).body,
    (await local.call(`/calendars/${(await emptyCalendar()).uid}/events`, { query: { range } })).body,
  ]
  expect(await answers()).toEqual([{ calendars: [] }, { events: [] }, { events: [] }])
  await local.zoho.configure({ calendar: { emptyList: 'left_out' } })
  expect(await answers()).toEqual([{}, {}, {}])
  await local.zoho.configure({ calendar: { emptyList: 'array', missingEvent: 'not_found' } })
  expect((await local.call(events('0'.repeat(32)))).status).toBe(404)
  await local.zoho.configure({ calendar: { missingEvent: 'empty_list' } })

  async function emptyCalendar(): Promise<{ readonly uid: string }> {
    const calendarData = { name: 'Empty', color: '#000' }
    return (await local.call('/calendars', { method: 'POST', query: { calendarData } })).body.calendars[0]
  }
})

test('checklist calendar §7: freebusy `fb_not_enabled` — by the calendar, by the switch, and for strangers', async () => {
  await using own = await startLocalCalendar()
  const ask = async (uemail: string): Promise<unknown> => {
    const query = { uemail, sdate: '20260201T000000', edate: '20260301T000000', ftype: 'eventbased' }
    const { status, body } = await own.call('/calendars/freebusy', { query })
    return status === 200 ? body : status
  }
  const share = (isShared: boolean): Promise<unknown> =>
    own.call(`/calendars/${own.calendar}`, {
      method: 'PUT',
      query: { calendarData: { include_infreebusy: isShared } },
    })
  await own.event({ dateandtime: times('02') })
  expect(await ask('ada@example.com')).toHaveProperty('freebusy')
  expect(await ask('nobody@example.com')).toEqual({ fb_not_enabled: true })
  await share(false)
  expect(await ask('ada@example.com')).toEqual({ fb_not_enabled: true })
  await share(true)
  await own.zoho.configure({ calendar: { freeBusyNotShared: ['Ada@example.com'] } })
  expect(await ask('ada@example.com')).toEqual({ fb_not_enabled: true })
})

test('checklist calendar §7: scope checks per verb — each operation wants its own, or ALL of its group', async () => {
  const { uid, etag } = await local.event({ dateandtime: times('20') })
  const eventdata = { dateandtime: times('20'), etag }
  const operations = [
    ['calendar.READ', '/calendars', {}],
    ['calendar.READ', `/calendars/${local.calendar}`, {}],
    [
      'calendar.CREATE',
      '/calendars',
      { method: 'POST', query: { calendarData: { name: 'S', color: '#fff' } } },
    ],
    ['calendar.UPDATE', `/calendars/${local.calendar}`, { method: 'PUT', query: { calendarData: {} } }],
    ['calendar.DELETE', '/calendars/none', { method: 'DELETE' }],
    ['event.READ', events(), { query: { range: february } }],
    ['event.READ', events(uid), {}],
    ['event.CREATE', events(), { method: 'POST', query: { eventdata: { dateandtime: times('20') } } }],
    ['event.UPDATE', events(uid), { method: 'PUT', query: { eventdata } }],
    ['event.DELETE', events(uid), { method: 'DELETE', headers: { etag: '1' } }],
    ['freebusy.READ', '/calendars/freebusy', { query: { uemail: 'x' } }],
  ] as const
  const all = [...new Set(operations.map(([scope]) => scope))].map(scope => `ZohoCalendar.${scope}`)
  for (const [scope, path, request] of operations) {
    const own = `ZohoCalendar.${scope}`
    const group = own.replace(/\w+$/, 'ALL')
    for (const scopes of [[own], [group], all.filter(other => other !== own)]) {
      const { accessToken } = await local.zoho.issueGrant({ scopes })
      const { status, body } = await local.call(path, { ...request, token: accessToken })
      const isRefused =
        JSON.stringify([status, body]) === JSON.stringify([401, refused('INVALID_OAUTHSCOPE')])
      expect([scope, scopes, isRefused]).toEqual([scope, scopes, scopes.length > 1])
    }
  }
})

test('checklist calendar §7: DC check of the token — good at its own data centre, unknown at another, and in a sandbox', async () => {
  const emil = { ...localZohoUser, zuid: '20000001', email: 'emil@example.com', location: 'eu' }
  await using own = await startLocalCalendar({
    locations: ['us', 'eu'],
    environments: ['production', 'sandbox'],
    users: [localZohoUser, emil],
  })
  const scopes = ['ZohoCalendar.calendar.READ']
  const { accessToken: european } = await own.zoho.issueGrant({ user: emil.email, scopes })
  const { accessToken: boxed } = await own.zoho.issueGrant({ environment: 'sandbox', scopes })
  const at = async (location: string, token: string | null): Promise<unknown> => {
    const { status, body } = await callCalendar(own.zoho.urls[location] ?? '', '/calendars', { token })
    return status === 200 ? 'ok' : [status, body]
  }
  const unknown = [401, refused('INVALID_OAUTHTOKEN')]
  expect([await at('us', own.token), await at('eu', own.token)]).toEqual(['ok', unknown])
  expect([await at('eu', european), await at('us', european)]).toEqual(['ok', unknown])
  expect(await at('us', boxed)).toEqual(unknown)
  expect(await at('us', null)).toEqual([401, refused('INVALID_TICKET')])
})
