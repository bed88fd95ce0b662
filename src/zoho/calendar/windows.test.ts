import fc from 'fast-check'
import { expect, test } from 'vitest'
import { windowsOf } from './windows.ts'

const DAY = 86_400_000

test('no window is longer than Zoho takes, and together they have no hole, whatever the range', () => {
  const instant = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2030, 0, 1) })
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 4000 * DAY }), (startMs, length) => {
      const windows = [...windowsOf({ startMs, endMs: startMs + length })]
      expect(windows[0]?.startMs).toBe(Math.floor(startMs / 1000) * 1000)
      expect(windows.at(-1)?.endMs).toBe(Math.ceil((startMs + length) / 1000) * 1000)
      const wrong = windows.filter(
        (window, index) =>
          window.endMs <= window.startMs ||
          window.endMs - window.startMs > 31 * DAY ||
          (index > 0 && window.startMs !== (windows[index - 1]?.endMs ?? 0) - 1000),
      )
      expect(wrong).toEqual([])
    }),
    { seed: 6, numRuns: 100 },
  )
})

test('ten years are 118 windows; an empty range is none', () => {
  const startMs = Date.UTC(2026, 0, 1)
  expect([...windowsOf({ startMs, endMs: Date.UTC(2036, 0, 1) })]).toHaveLength(118)
  expect([...windowsOf({ startMs, endMs: startMs })]).toEqual([])
  expect([...windowsOf({ startMs, endMs: startMs + 31 * DAY })]).toHaveLength(1)
})
