import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type CalendarReply,
  type LocalCalendar,
  startLocalCalendar,
} from '../../../../test/support/local-calendar.ts'

let local: LocalCalendar
beforeAll(async () => {
  local = await startLocalCalendar()
})
afterAll(() => local[Symbol.asyncDispose]())

interface Series {
  readonly uid: string
  readonly etag: string
}

const path = (uid: string): string => `/calendars/${local.calendar}/events/${encodeURIComponent(uid)}`
const at = (day: string, hour: string): object => ({
  start: `202603${day}T${hour}0000Z`,
  end: `202603${day}T${hour}3000Z`,
  timezone: 'UTC',
})

/** Every day from 2 March, at nine. */
const daily = (more: object = {}): Promise<Series> =>
  local.event({ title: 'Daily', dateandtime: at('02', '09'), rrule: 'FREQ=DAILY;COUNT=5', ...more })

const put = (uid: string, eventdata: object): Promise<CalendarReply> =>
  local.call(path(uid), { method: 'PUT', query: { eventdata } })
const remove = (uid: string, eventdata: object): Promise<CalendarReply> =>
  local.call(path(uid), { method: 'DELETE', query: { eventdata } })

/** `02 09:00 Daily` of each instance in March. */
async function instances(uid: string): Promise<readonly string[]> {
  const range = { start: '20260301T000000Z', end: '20260401T000000Z' }
  const { body } = await local.call(`/calendars/${local.calendar}/events`, {
    query: { range, byinstance: true },
  })
  return body.events
    .filter((event: Series) => event.uid === uid)
    .map(
      ({ title, dateandtime }: { title: string; dateandtime: { start: string } }) =>
        `${dateandtime.start.slice(6, 8)} ${dateandtime.start.slice(9, 11)} ${title}`,
    )
}

const third = '20260304T090000Z'

test('one instance is changed: it moves, the others stay, and a get shows each', async () => {
  const { uid, etag } = await daily()
  const change = { title: 'Moved', dateandtime: at('04', '15'), etag, recurrenceid: third }
  const { body } = await put(uid, { ...change, recurrence_edittype: 'only' })
  expect(body.events[0]).toMatchObject({ uid, title: 'Moved', recurrenceid: third, estatus: 'updated' })
  expect(await instances(uid)).toEqual([
    '02 09 Daily',
    '03 09 Daily',
    '04 15 Moved',
    '05 09 Daily',
    '06 09 Daily',
  ])
  expect((await local.call(path(uid), { query: { recurrenceid: third } })).body.events[0].title).toBe('Moved')
  expect((await local.call(path(uid))).body.events[0].title).toBe('Daily')
  const [series, exception] = (await local.zoho.calendarEvents()).filter(event => event.uid === uid)
  expect([series?.recurrenceid, exception?.recurrenceid, exception?.title]).toEqual([
    undefined,
    third,
    'Moved',
  ])
})

test('an instance that was moved out of a range is not in it; one that was moved into it is', async () => {
  const { uid, etag } = await daily()
  await put(uid, { title: 'Moved', dateandtime: at('20', '09'), etag, recurrenceid: third })
  const days = async (start: string, end: string): Promise<number> => {
    const range = { start, end }
    return (await local.call(`${path(uid)}/byinstance`, { query: { range } })).body.events.length
  }
  expect([await days('20260304', '20260305'), await days('20260320', '20260321')]).toEqual([0, 1])
})

test('an instance and those that follow become a series of their own', async () => {
  const { uid, etag } = await daily()
  const change = {
    title: 'Later',
    dateandtime: at('04', '11'),
    rrule: 'FREQ=DAILY;COUNT=2',
    etag,
    recurrenceid: third,
  }
  const { body } = await put(uid, { ...change, recurrence_edittype: 'following' })
  const [following] = body.events
  expect(following.uid).not.toBe(uid)
  expect(await instances(uid)).toEqual(['02 09 Daily', '03 09 Daily'])
  expect(await instances(following.uid)).toEqual(['04 11 Later', '05 11 Later'])
})

test('following the first instance is the whole series', async () => {
  const { uid, etag } = await daily()
  const first = { etag, recurrenceid: '20260302T090000Z', recurrence_edittype: 'following' }
  const { body } = await put(uid, {
    ...first,
    title: 'New',
    dateandtime: at('02', '10'),
    rrule: 'FREQ=DAILY;COUNT=2',
  })
  expect(body.events[0].uid).toBe(uid)
  expect(await instances(uid)).toEqual(['02 10 New', '03 10 New'])
  await remove(uid, { ...first, etag: body.events[0].etag, recurrenceid: '20260302T100000Z' })
  expect((await local.call(path(uid))).body).toEqual({ events: [] })
})

test.each(['all', undefined])(
  'the whole series is replaced with edit type %s, and forgets instances that are no more',
  async type => {
    const { uid, etag } = await daily()
    const { body } = await put(uid, { title: 'One', dateandtime: at('04', '15'), etag, recurrenceid: third })
    const whole = {
      title: 'All',
      dateandtime: at('02', '12'),
      rrule: 'FREQ=DAILY;COUNT=3',
      etag: body.events[0].etag,
    }
    await put(uid, { ...whole, ...(type && { recurrence_edittype: type }) })
    expect(await instances(uid)).toEqual(['02 12 All', '03 12 All', '04 12 All'])
  },
)

test.each([
  [{ recurrenceid: third }, ['02', '03', '05', '06']],
  [{ recurrenceid: third, recurrence_edittype: 'only' }, ['02', '03', '05', '06']],
  [{ recurrenceid: third, recurrence_edittype: 'following' }, ['02', '03']],
  [{ recurrenceid: third, recurrence_edittype: 'all' }, []],
  [{}, []],
])('%j deletes that part of a series', async (part, days) => {
  const { uid, etag } = await daily()
  expect((await remove(uid, { etag, ...part })).status).toBe(200)
  expect((await instances(uid)).map(text => text.slice(0, 2))).toEqual(days)
})

test('an instance that was deleted is not there, and cannot be changed', async () => {
  const { uid, etag } = await daily()
  await remove(uid, { etag, recurrenceid: third })
  const shown = await local.call(path(uid), { query: { recurrenceid: third } })
  expect(shown.body).toEqual({ events: [] })
  const { etag: current } = (await local.call(path(uid))).body.events[0]
  expect((await put(uid, { dateandtime: at('04', '15'), etag: current, recurrenceid: third })).status).toBe(
    400,
  )
})

test.each([
  { recurrence_edittype: 'only' },
  { recurrence_edittype: 'following' },
  { recurrence_edittype: 'some', recurrenceid: third },
  { recurrenceid: '20260304T090001Z' },
  { recurrenceid: '20260310T090000Z' },
  { recurrenceid: 'third' },
  { recurrenceid: null },
])('%j names no instance, and nothing is changed or deleted', async part => {
  const { uid, etag } = await daily()
  expect((await put(uid, { dateandtime: at('04', '15'), etag, ...part })).status).toBe(400)
  expect((await remove(uid, { etag, ...part })).status).toBe(400)
  expect(await instances(uid)).toHaveLength(5)
})

test('an event that happens once has no instances', async () => {
  const { uid, etag } = await local.event({ dateandtime: at('04', '09') })
  const change = { dateandtime: at('04', '10'), etag, recurrenceid: third }
  expect((await put(uid, change)).status).toBe(400)
})

test('all-day instances have a day for an id, and a yearly one shows Zoho’s day too many', async () => {
  const dateandtime = { start: '20200721', end: '20200721', timezone: 'America/New_York' }
  const { uid } = await local.event({ dateandtime, isallday: true, rrule: 'FREQ=YEARLY' })
  const get = async (): Promise<object> =>
    (await local.call(path(uid), { query: { recurrenceid: '20260721' } })).body.events[0]
  expect(await get()).toMatchObject({
    dateandtime: { start: '20260721', end: '20260722' },
    duration: '172800000',
    multiday: true,
  })
  const range = { start: '20260701', end: '20260801' }
  const { body } = await local.call(`${path(uid)}/byinstance`, { query: { range } })
  expect(body.events[0]).toMatchObject({
    recurrenceid: '20260721',
    dateandtime: { start: '20260721', end: '20260721' },
    multiday: false,
  })
  await local.zoho.configure({ calendar: { allDayInstanceBug: false } })
  expect(await get()).toMatchObject({ dateandtime: { end: '20260721' }, multiday: false })
  await local.zoho.configure({ calendar: { allDayEnd: 'next_day' } })
  expect(await get()).toMatchObject({
    dateandtime: { end: '20260722' },
    duration: '86400000',
    multiday: false,
  })
  await local.zoho.configure({ calendar: { allDayEnd: 'last_day', allDayInstanceBug: true } })
})
