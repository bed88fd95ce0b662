import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  callCalendar,
  type LocalCalendar,
  startLocalCalendar,
} from '../../../../test/support/local-calendar.ts'
import { zohoCalendarSettings, zohoCalendarThrottle } from './settings.ts'

let local: LocalCalendar
beforeAll(async () => {
  local = await startLocalCalendar()
})
beforeEach(() => local.zoho.configure({ calendar: zohoCalendarSettings }))
afterAll(() => local[Symbol.asyncDispose]())

describe('an error', () => {
  test.each([
    ['object', { error: [{ message: 'INVALID_OAUTHTOKEN' }] }],
    ['array', [{ message: 'INVALID_OAUTHTOKEN' }]],
    ['mail_array', [2, { msg: 'INVALID_OAUTHTOKEN', errorCode: 'INVALID_OAUTHTOKEN' }]],
    [
      'mail_object',
      { status: { code: 401, description: 'INVALID_OAUTHTOKEN' }, data: { errorCode: 'INVALID_OAUTHTOKEN' } },
    ],
    ['projects', { error: expect.objectContaining({ status_code: '401', title: 'INVALID_OAUTHTOKEN' }) }],
  ] as const)('has the form %s', async (errorForm, body) => {
    await local.zoho.configure({ calendar: { errorForm } })
    const reply = await local.call('/calendars', { token: '1000.never.issued' })
    expect([reply.status, reply.body]).toEqual([401, body])
  })

  test('of no Authorization header, or of another scheme, is INVALID_TICKET', async () => {
    const basic = { headers: { authorization: 'Basic YTpi' }, token: null }
    for (const request of [{ token: null }, basic]) {
      const { status, body } = await local.call('/calendars', request)
      expect([status, body]).toEqual([401, { error: [{ message: 'INVALID_TICKET' }] }])
    }
    await local.zoho.configure({ calendar: { noTicketStatus: 400 } })
    expect((await local.call('/calendars', { token: null })).status).toBe(400)
    const bearer = { headers: { authorization: `Bearer ${local.token}` }, token: null }
    expect((await local.call('/calendars', bearer)).status).toBe(200)
  })

  test('of an expired token is INVALID_OAUTHTOKEN', async () => {
    await using own = await startLocalCalendar()
    await own.clock.advance(3_600_000)
    expect((await own.call('/calendars')).status).toBe(401)
  })

  test('of a wrong URL is a keyword or a page', async () => {
    const wrong = ['/events', '/calendars/x/y', `/calendars/${local.calendar}/events/a/b`, '/']
    for (const path of wrong) {
      expect(await local.call(path)).toMatchObject({
        status: 404,
        body: { error: [{ message: 'URL_RULE_NOT_CONFIGURED' }] },
      })
    }
    await local.zoho.configure({ calendar: { wrongUrl: 'html' } })
    const { status, headers } = await local.call('/events')
    expect([status, headers.get('content-type')]).toEqual([404, 'text/html;charset=UTF-8'])
  })

  test('of a parameter that stands twice is refused', async () => {
    const text = '/calendars?category=own&category=all'
    const answer = await callCalendar(local.zoho.url, text, { token: local.token })
    expect(answer).toMatchObject({ status: 400, body: { error: [{ message: 'MORE_THAN_MAX_OCCURANCE' }] } })
  })
})

describe('the throttle', () => {
  test.each([400, 429] as const)(
    'refuses with %s, by URL and user, until its window has rolled on',
    async status => {
      await using own = await startLocalCalendar()
      const throttle = { ...zohoCalendarThrottle, requests: 3, calendarListRequests: 2, status }
      await own.zoho.configure({ calendar: { throttle: { ...throttle, retryAfter: status === 429 } } })
      const list = async (): Promise<number> => (await own.call('/calendars')).status
      const get = async (): Promise<number> => (await own.call(`/calendars/${own.calendar}`)).status
      expect([await list(), await get()]).toEqual([200, 200])
      await own.clock.advance(60_000)
      expect([await list(), await get(), await get()]).toEqual([200, 200, 200])
      const refused = await own.call('/calendars')
      expect([refused.status, refused.headers.get('retry-after'), await get()]).toEqual([
        status,
        status === 429 ? '60' : null,
        status,
      ])
      expect(refused.body.error[0].message).toBe('URL_ROLLING_THROTTLES_LIMIT_EXCEEDED')
      await own.clock.advance(60_000)
      expect([await list(), await list()]).toEqual([200, status])
    },
  )

  test('is thrown as a fault, beside those of the transport, and the ledger tells', async () => {
    await local.zoho.clearLedger()
    await local.zoho.fault({ kind: 'throttled' }, { endpoint: 'calendar' })
    await local.zoho.fault({ kind: 'too_many_requests', retryAfter: '7' }, { endpoint: 'calendar' })
    await local.zoho.fault({ kind: 'error', error: 'INVALID_OAUTHTOKEN' }, { endpoint: 'calendar' })
    const throttled = await local.call('/calendars')
    expect([throttled.status, throttled.body.error[0].message]).toEqual([
      400,
      'URL_ROLLING_THROTTLES_LIMIT_EXCEEDED',
    ])
    const limited = await local.call('/calendars')
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
    const refused = await local.call('/calendars')
    expect([refused.status, refused.body]).toEqual([401, { error: [{ message: 'INVALID_OAUTHTOKEN' }] }])
    expect((await local.call('/calendars')).status).toBe(200)
    const lines = await local.zoho.ledger()
    expect(lines.map(({ path, fault, outcome }) => [path, fault, outcome])).toEqual([
      ['/api/v1/calendars', 'throttled', null],
      ['/api/v1/calendars', 'too_many_requests', null],
      ['/api/v1/calendars', 'error', null],
      ['/api/v1/calendars', null, 'ok'],
    ])
  })

  test('a lost answer has done its work', async () => {
    const before = (await local.zoho.calendarEvents()).length
    await local.zoho.fault({ kind: 'lost_answer' }, { endpoint: 'calendar' })
    const dateandtime = { start: '20260206T180000Z', end: '20260206T190000Z' }
    await expect(local.event({ dateandtime })).rejects.toThrow()
    expect(await local.zoho.calendarEvents()).toHaveLength(before + 1)
  })
})

describe('calendars', () => {
  const create = (calendarData: object): ReturnType<LocalCalendar['call']> =>
    local.call('/calendars', { method: 'POST', form: { calendarData } })

  test.each([
    [{ color: '#fff' }, 'LESS_THAN_MIN_OCCURANCE'],
    [{ name: 'x' }, 'LESS_THAN_MIN_OCCURANCE'],
    [{ name: 'x'.repeat(51), color: '#fff' }, 'MORE_THAN_MAX_LENGTH'],
    [{ name: 'x', color: '#fff', description: 'x'.repeat(1_001) }, 'MORE_THAN_MAX_LENGTH'],
    [{ name: 'x', color: 'red' }, 'PATTERN_NOT_MATCHED'],
    [{ name: 'x', color: '#fff', timezone: 'Mars/Olympus' }, 'PATTERN_NOT_MATCHED'],
    [{ name: 'x', color: '#fff', public: 'edit' }, 'PATTERN_NOT_MATCHED'],
    [{ name: 'x', color: '#fff', isdefault: true }, 'PATTERN_NOT_MATCHED'],
    [{ name: 'x', color: '#fff', size: 3 }, 'EXTRA_KEY_FOUND_IN_JSON'],
    [[], 'INVALID_DATA'],
  ])('%j is refused with %s', async (calendarData, keyword) => {
    expect(await create(calendarData)).toMatchObject({ status: 400, body: { error: [{ message: keyword }] } })
  })

  test('keep what a change leaves out, and hide where they are told to', async () => {
    const { uid } = (await create({ name: 'Calls', color: '#123456', public: 'view' })).body.calendars[0]
    const query = { calendarData: { visibility: false, name: 'Hidden' } }
    const { body } = await local.call(`/calendars/${uid}`, { method: 'PUT', query })
    expect(body.calendars[0]).toMatchObject({
      name: 'Hidden',
      color: '#123456',
      public: { privilege: 'view' },
    })
    const names = async (showhiddencal: string): Promise<readonly string[]> => {
      const { calendars } = (await local.call('/calendars', { query: { showhiddencal } })).body
      return calendars.map(({ name }: { readonly name: string }) => name)
    }
    expect([await names('false'), await names('true')]).toEqual([['My Calendar'], ['My Calendar', 'Hidden']])
  })

  test('of others are read; My Calendar stays', async () => {
    await using own = await startLocalCalendar({ seedDemoData: true })
    const all = (await own.call('/calendars', { query: { category: 'all' } })).body.calendars
    expect(all.map((one: { category: string; privilege: string }) => [one.category, one.privilege])).toEqual([
      ['own', 'owner'],
      ['group', 'edit'],
      ['others', 'view'],
    ])
    const dateandtime = { start: '20260206T180000Z', end: '20260206T190000Z' }
    const write = async (uid: string): Promise<number> =>
      (await own.call(`/calendars/${uid}/events`, { method: 'POST', query: { eventdata: { dateandtime } } }))
        .status
    expect(await Promise.all(all.map(({ uid }: { uid: string }) => write(uid)))).toEqual([200, 200, 403])
    const remove = async (uid: string): Promise<number> =>
      (await own.call(`/calendars/${uid}`, { method: 'DELETE' })).status
    expect(await Promise.all(all.map(({ uid }: { uid: string }) => remove(uid)))).toEqual([400, 403, 403])
  })

  test('begin with some events, where demo data is wanted', async () => {
    await using own = await startLocalCalendar({ seedDemoData: true })
    const range = { start: '20251229T000000Z', end: '20260120T000000Z' }
    const { body } = await own.call(`/calendars/${own.calendar}/events`, {
      query: { range, byinstance: true },
    })
    const titles = body.events.map(({ title }: { readonly title: string }) => title)
    expect(titles.filter((title: string) => title === 'Planning of the week').length).toBeGreaterThan(2)
    expect(titles).toContain('Call with Ms. Hopper')
  })

  test('of one user are unknown to another', async () => {
    const users = ['ada', 'grace'].map((name, index) => ({
      zuid: String(index),
      email: `${name}@example.com`,
      firstName: name,
      lastName: 'X',
    }))
    await using own = await startLocalCalendar({ users })
    const scopes = ['ZohoCalendar.calendar.ALL', 'ZohoCalendar.freebusy.ALL']
    const { accessToken: token } = await own.zoho.issueGrant({ user: 'grace@example.com', scopes })
    expect((await own.call(`/calendars/${own.calendar}`, { token })).status).toBe(404)
    await own.event({ dateandtime: { start: '20260206T180000Z', end: '20260206T190000Z' } })
    const query = { uemail: 'ada@example.com', sdate: '20260206T000000', edate: '20260207T000000' }
    expect((await own.call('/calendars/freebusy', { query, token })).body.freebusy).toHaveLength(1)
  })

  test('deleted things are answered with 204 where they are told to', async () => {
    await local.zoho.configure({ calendar: { deleteStatus: 204 } })
    const { uid, etag } = await local.event({
      dateandtime: { start: '20260206T180000Z', end: '20260206T190000Z' },
    })
    const path = `/calendars/${local.calendar}/events/${encodeURIComponent(uid)}`
    const { status, body } = await local.call(path, { method: 'DELETE', headers: { etag } })
    expect([status, body]).toEqual([204, null])
  })
})
