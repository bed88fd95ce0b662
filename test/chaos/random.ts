/** Numbers from a seed: the same seed draws the same campaign. What real processes make of it is theirs. */
export interface Draw {
  /** From 0 up to, and without, 1. */
  fraction(): number
  /** A duration in this range. */
  between(least: number, most: number): number
  pick<const Item>(items: readonly [Item, ...Item[]]): Item
  chance(share: number): boolean
  /** Another one of its own, for what runs beside. */
  branch(): Draw
}

/** Mulberry32, by Tommy Ettinger: 32 bits of state are plenty here. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    fraction,
    between: (least, most) => least + fraction() * (most - least),
    pick: items => items[Math.floor(fraction() * items.length)] ?? items[0],
    chance: share => fraction() < share,
    branch: () => drawFrom(Math.floor(fraction() * 2 ** 32)),
  }
}
