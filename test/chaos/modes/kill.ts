import { setTimeout as pause } from 'node:timers/promises'
import { AIM_LIMIT_MS, aimIn, inSlots, steadyCrew } from '../cycles.ts'
import { type ModeDefinition, type Scene, withNothing } from '../mode.ts'

/** `kill -9`: half of them at random, half at each crash point in turn. */
export const kill: ModeDefinition = {
  cycles: {
    short: { static: 30, window: 30, strict: 40 },
    full: { static: 1_000, window: 1_000, strict: 1_000 },
  },
  promises: { losesNothing: false, failsNobody: false },
  open: withNothing(killing),
}

/** Kills one process after the other, several of them side by side. */
export async function killing(scene: Scene): Promise<void> {
  const { crew } = scene.place
  await steadyCrew(scene, 1)
  await inSlots(4, scene, async (cycle, draw) => {
    const aim = aimIn(scene, cycle, draw, 'SIGKILL')
    const member = crew.start(aim)
    await member.process.ready
    await Promise.race([member.process.ended, pause(aim === null ? draw.between(50, 600) : AIM_LIMIT_MS)])
    await crew.kill(member)
  })
}
