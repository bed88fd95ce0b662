import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'

test('many waits that one signal ends bring no warning of a leak', async () => {
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  const end = new AbortController()
  const waits = Array.from({ length: 50 }, () => systemClock.delay(60_000, { signal: end.signal }))
  await turn()
  end.abort()
  await Promise.all(waits)
  process.off('warning', note)
  expect(warnings).toEqual([])
})
