import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandomness } from './seeded-randomness.ts'

describe('seededRandomness', () => {
  test('repeats itself for the same seed and differs for another', () => {
    const draw = (seed: number): unknown[] => {
      const randomness = seededRandomness(seed)
      return [randomness.fraction(), randomness.uuid(), randomness.fraction()]
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  test('gives fractions from 0 to 1 and valid UUIDs of version 4', () => {
    fc.assert(
      fc.property(fc.integer(), seed => {
        const randomness = seededRandomness(seed)
        const fraction = randomness.fraction()
        expect(fraction).toBeGreaterThanOrEqual(0)
        expect(fraction).toBeLessThan(1)
        expect(randomness.uuid()).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        )
      }),
    )
  })

  test('does not repeat UUIDs within a run', () => {
    const randomness = seededRandomness(1)
    const drawn = Array.from({ length: 10_000 }, () => randomness.uuid())
    expect(new Set(drawn).size).toBe(drawn.length)
  })
})
