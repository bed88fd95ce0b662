import { FakeClock } from 'evergrant/testing'
import { expect, test } from 'vitest'
import { CalendarCache } from './calendar-cache.ts'

test('a list is kept for five minutes, and not over a write, even one that comes while it is asked for', async () => {
  const clock = new FakeClock()
  const cache = new CalendarCache(clock)
  let asked = 0
  const load = async () => {
    asked += 1
    return []
  }
  await cache.get('own', load)
  await clock.advance(5 * 60_000 - 1)
  await cache.get('own', load)
  expect(asked).toBe(1)
  await cache.get('all', load)
  expect(asked).toBe(2)
  await clock.advance(1)
  await cache.get('own', load)
  expect(asked).toBe(3)
  cache.forget()
  await cache.get('own', async () => {
    cache.forget()
    return load()
  })
  await cache.get('own', load)
  expect(asked).toBe(5)
})
