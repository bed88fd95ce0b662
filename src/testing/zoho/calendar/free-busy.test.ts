import { expect, test } from 'vitest'
import {
  type CalendarReply,
  type LocalCalendar,
  startLocalCalendar,
} from '../../../../test/support/local-calendar.ts'

const ask = (
  { call }: LocalCalendar,
  sdate: string,
  edate: string,
  more: object = {},
): Promise<CalendarReply> =>
  call('/calendars/freebusy', { query: { uemail: 'ada@example.com', sdate, edate, ...more } })

test('no event is NODATA, an empty list, or nothing', async () => {
  await using local = await startLocalCalendar()
  for (const ftype of ['eventbased', 'timebased']) {
    for (const [freeBusyEmpty, body] of [
      ['nodata', { NODATA: true }],
      ['empty_list', { freebusy: [] }],
      ['left_out', {}],
    ] as const) {
      await local.zoho.configure({ calendar: { freeBusyEmpty } })
      expect((await ask(local, '20260201T000000', '20260301T000000', { ftype })).body).toEqual(body)
    }
  }
})

test('transparent events are free, series are expanded, all-day ones are days', async () => {
  await using local = await startLocalCalendar()
  const timezone = 'America/New_York'
  const hour = { start: '20260304T090000', end: '20260304T100000', timezone }
  await local.event({ dateandtime: hour, transparency: 1 })
  await local.event({ dateandtime: hour, rrule: 'FREQ=DAILY;COUNT=2' })
  const days = { start: '20260305', end: '20260306', timezone }
  await local.event({ dateandtime: days, isallday: true })
  const { body } = await ask(local, '20260301T000000Z', '20260401T000000Z')
  expect(body.freebusy).toEqual([
    { startTime: '20260304T140000Z', endTime: '20260304T150000Z', fbtype: 'free' },
    { startTime: '20260304T140000Z', endTime: '20260304T150000Z', fbtype: 'busy' },
    { startTime: '20260305Z', endTime: '20260307Z', fbtype: 'busy' },
    { startTime: '20260305T140000Z', endTime: '20260305T150000Z', fbtype: 'busy' },
  ])
  await local.zoho.configure({ calendar: { freeBusyAllDay: 'instant' } })
  const instants = await ask(local, '20260301T000000Z', '20260401T000000Z')
  expect(instants.body.freebusy[2]).toMatchObject({
    startTime: '20260305T050000Z',
    endTime: '20260307T050000Z',
  })
})

test('times of a day touch, overlap, end at midnight and begin before the range', async () => {
  await using local = await startLocalCalendar()
  for (const [start, end] of [
    ['20260303T230000Z', '20260304T003000Z'],
    ['20260304T090000Z', '20260304T100000Z'],
    ['20260304T093000Z', '20260304T103000Z'],
    ['20260304T103000Z', '20260304T110000Z'],
    ['20260304T230000Z', '20260306T010000Z'],
  ]) {
    await local.event({ dateandtime: { start, end, timezone: 'UTC' } })
  }
  const { body } = await ask(local, '20260304T000000Z', '20260306T000000Z', { ftype: 'timebased' })
  expect(body).toEqual({
    '20260304': [null, ['00:00-00:30', '09:00-11:00', '23:00-24:00']],
    '20260305': [null, ['00:00-24:00']],
  })
})

test('whole days are those of the range alone', async () => {
  await using local = await startLocalCalendar()
  await local.event({ dateandtime: { start: '20260301', end: '20260331', timezone: 'UTC' }, isallday: true })
  const { body } = await ask(local, '20260304T000000Z', '20260306T000000Z', { ftype: 'timebased' })
  expect(Object.keys(body)).toEqual(['20260304', '20260305'])
})

test('a range goes forward, for 31 days at most', async () => {
  await using local = await startLocalCalendar()
  for (const [sdate, edate, status] of [
    ['20260301T000000', '20260401T000000', 200],
    ['20260301T000000', '20260401T000001', 400],
    ['20260302T000000', '20260301T000000', 400],
    ['yesterday', '20260401T000000', 400],
  ] as const) {
    expect([sdate, edate, (await ask(local, sdate, edate)).status]).toEqual([sdate, edate, status])
  }
})
