import type { Randomness } from '../ports/randomness.ts'

/**
 * Randomness that repeats: the same seed gives the same numbers and UUIDs. Not for secrets.
 * @param seed an integer; its lower 32 bits count
 */
export function seededRandomness(seed: number): Randomness {
  const next = mulberry32(seed)
  return {
    fraction: () => next() / 2 ** 32,
    uuid: () => uuidOf([next(), next(), next(), next()]),
  }
}

/** The mulberry32 generator: 32 bits of state are plenty for tests that have to be repeated, not to be secure. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

/** RFC 9562 §5.4: 122 random bits, version 4, variant 10. */
function uuidOf(words: readonly number[]): string {
  const hex = words.map(word => word.toString(16).padStart(8, '0')).join('')
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
