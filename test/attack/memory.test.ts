import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { TokenCache } from '../../src/refresh/cache.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

test('connections that are written in transactions leave nothing in memory once their pause is over', async () => {
  const clock = new FakeClock()
  const cache = new TokenCache(clock, { maxAgeMs: 30_000, maxEntries: 10 })
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 200_000; i += 1) {
    cache.suspend({ clientId: `client-${i}`, provider: 'zoho_crm' })
    if (i % 20_000 === 0) await clock.advance(60_000)
  }
  await clock.advance(60_000)
  cache.suspend({ clientId: 'one more', provider: 'zoho_crm' })
  collectGarbage()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000)
  expect(cache.last({ clientId: 'one more', provider: 'zoho_crm' })).toBeNull()
})
