import type { Aim } from './back-end.ts'
import type { Scene } from './mode.ts'
import { points } from './plan.ts'
import type { Draw } from './random.ts'

/** No process waits longer than this for the refresh that it is to be struck in. */
export const AIM_LIMIT_MS = 8_000
/** What `close()` may take beyond its time limit. */
export const EXIT_MARGIN_MS = 2_000

/** Half of the time null: at random. Else each crash point in turn. */
export function aimIn({ plan }: Scene, cycle: number, draw: Draw, signal: Aim['signal']): Aim | null {
  if (plan.point === null && draw.chance(0.5)) return null
  const point = plan.point ?? points[cycle % points.length]
  return point === undefined ? null : { point, after: Math.floor(draw.between(0, 3)), signal }
}

/** As many cycles as the plan has, in so many slots side by side. */
export async function inSlots(
  slots: number,
  { plan, draw, done }: Scene,
  play: (cycle: number, draw: Draw) => Promise<void>,
): Promise<void> {
  let next = 0
  const slot = async (own: Draw): Promise<void> => {
    while (next < plan.cycles) {
      next += 1
      await play(next, own)
      done()
    }
  }
  await Promise.all(Array.from({ length: slots }, () => slot(draw.branch())))
}

/** Back ends that nothing befalls themselves, once they are ready. */
export async function steadyCrew({ place }: Scene, count: number): Promise<void> {
  const members = Array.from({ length: count }, () => place.crew.start())
  await Promise.all(members.map(({ process }) => process.ready))
}
