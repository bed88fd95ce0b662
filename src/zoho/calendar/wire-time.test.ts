import { expect, test } from 'vitest'
import { localInstantMs, parseWireTime, wireDay, wireInstant } from './wire-time.ts'

test.each([
  ['20260329', { kind: 'day', date: '2026-03-29' }],
  ['20260329Z', { kind: 'day', date: '2026-03-29' }],
  ['20240229', { kind: 'day', date: '2024-02-29' }],
  ['20260206T180000Z', { kind: 'instant', atMs: Date.UTC(2026, 1, 6, 18) }],
  ['20260206T100000-0800', { kind: 'instant', atMs: Date.UTC(2026, 1, 6, 18) }],
  ['20260206T233000+0530', { kind: 'instant', atMs: Date.UTC(2026, 1, 6, 18) }],
  ['20260206T233000+05:30', { kind: 'instant', atMs: Date.UTC(2026, 1, 6, 18) }],
  ['20260206T100000', { kind: 'local', dateTime: '2026-02-06T10:00:00' }],
])('the shape %s is read', (text, time) => {
  expect(parseWireTime(text)).toEqual(time)
})

test.each([
  [''],
  ['2026'],
  ['20260230'],
  ['20230229'],
  ['20261301'],
  ['20260206+0530'],
  ['20260206T10'],
  ['20260206T240000Z'],
  ['20260206T106000Z'],
  ['20260206T100060Z'],
  ['20260206T100000X'],
  ['20260206T100000+0560'],
  ['20260206T100000+9900'],
  [' 20260206'],
  ['20260206\n'],
  [20260206],
  [null],
  [undefined],
  [{}],
])('what is no time is not read: %j', text => {
  expect(parseWireTime(text)).toBe(null)
})

test('a local time that comes twice, or never, is read so that what is taken stays taken', () => {
  const instants = (text: string) => [
    new Date(localInstantMs(text, 'America/New_York', 'start')).toISOString(),
    new Date(localInstantMs(text, 'America/New_York', 'end')).toISOString(),
  ]
  expect(instants('2026-11-01T01:30:00')).toEqual(['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'])
  expect(instants('2026-03-08T02:30:00')).toEqual(['2026-03-08T06:30:00.000Z', '2026-03-08T07:30:00.000Z'])
  expect(instants('2026-07-01T12:00:00')).toEqual(['2026-07-01T16:00:00.000Z', '2026-07-01T16:00:00.000Z'])
})

test('times are written as Zoho documents them, and read back', () => {
  expect(wireInstant(Date.UTC(2026, 1, 6, 18, 5, 9, 999))).toBe('20260206T180509Z')
  expect(wireInstant(-1)).toBe('19691231T235959Z')
  expect(wireDay('2026-03-29')).toBe('20260329')
  const atMs = Date.UTC(2026, 11, 31, 23, 59, 59)
  expect(parseWireTime(wireInstant(atMs))).toEqual({ kind: 'instant', atMs })
})
