import { seededRandomness } from '../../src/testing/seeded-randomness.ts'

/** Everything that is left to chance in a world, from one seed. */
export class Dice {
  readonly #seed: number
  readonly #fraction: () => number

  constructor(seed: number) {
    this.#seed = scrambled(seed)
    this.#fraction = seededRandomness(this.#seed).fraction
  }

  /** From 0 (included) to 1 (excluded). */
  fraction(): number {
    return this.#fraction()
  }

  chance(share: number): boolean {
    return this.#fraction() < share
  }

  between(least: number, most: number): number {
    return least + Math.floor(this.#fraction() * (most - least + 1))
  }

  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[Math.floor(this.#fraction() * values.length)] ?? values[0]
  }

  /** One of the values, each as often as its weight says. */
  weighted<Value>(weights: readonly (readonly [number, Value])[]): Value {
    const total = weights.reduce((sum, [weight]) => sum + weight, 0)
    let rest = this.#fraction() * total
    for (const [weight, value] of weights) {
      rest -= weight
      if (rest < 0) return value
    }
    throw new RangeError('there is nothing to choose from')
  }

  /** Dice of their own for a part of the world, so that what one part rolls does not change the others. */
  fork(part: number): Dice {
    return new Dice(this.#seed + 0x9e3779b9 * (part + 1))
  }
}

// Seeds that follow each other would give streams that resemble each other (the finalizer of MurmurHash3).
function scrambled(seed: number): number {
  let mixed = seed >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
