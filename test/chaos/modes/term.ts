import { setTimeout as pause } from 'node:timers/promises'
import { EXIT_MARGIN_MS, inSlots, steadyCrew } from '../cycles.ts'
import { type ModeDefinition, type Scene, withNothing } from '../mode.ts'
import { policy } from '../plan.ts'

/** SIGTERM, as at a deployment. */
export const term: ModeDefinition = {
  cycles: {
    short: { static: 10, window: 10, strict: 30 },
    full: { static: 0, window: 0, strict: 500 },
  },
  promises: { losesNothing: true, failsNobody: false },
  open: withNothing(disturb),
}

async function disturb(scene: Scene): Promise<void> {
  const { crew } = scene.place
  await steadyCrew(scene, 1)
  await inSlots(4, scene, async (_, draw) => {
    const member = crew.start()
    await member.process.ready
    await pause(draw.between(50, 600))
    const complaint = await crew.stop(member, policy.closeTimeoutMs + EXIT_MARGIN_MS)
    if (complaint !== null) scene.complain(complaint)
  })
}
