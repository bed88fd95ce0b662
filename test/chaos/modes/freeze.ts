import { setTimeout as pause } from 'node:timers/promises'
import { AIM_LIMIT_MS, aimIn, EXIT_MARGIN_MS, inSlots, steadyCrew } from '../cycles.ts'
import { type ModeDefinition, type Scene, withNothing } from '../mode.ts'
import { policy } from '../plan.ts'

/** SIGSTOP for longer than a lease, then SIGCONT: half of them at random, half at the crash points. */
export const freeze: ModeDefinition = {
  cycles: {
    short: { static: 5, window: 5, strict: 10 },
    full: { static: 50, window: 50, strict: 100 },
  },
  promises: { losesNothing: false, failsNobody: false },
  open: withNothing(disturb),
}

async function disturb(scene: Scene): Promise<void> {
  const { crew } = scene.place
  await steadyCrew(scene, 1)
  await inSlots(6, scene, async (cycle, draw) => {
    const aim = aimIn(scene, cycle, draw, 'SIGSTOP')
    const frozenMs = policy.leaseMs + draw.between(100, 1_500)
    const member = crew.start(aim, frozenMs)
    await member.process.ready
    if (aim === null) {
      await pause(draw.between(50, 600))
      await crew.freeze(member, frozenMs)
    } else {
      await Promise.race([member.resumed, pause(AIM_LIMIT_MS + frozenMs)])
    }
    await pause(draw.between(200, 800))
    // It may have stopped itself just now.
    const complaint = await crew.stop(member, policy.closeTimeoutMs + EXIT_MARGIN_MS + frozenMs)
    if (complaint !== null) scene.complain(complaint)
  })
}
