import { setTimeout as pause } from 'node:timers/promises'
import { inSlots, steadyCrew } from '../cycles.ts'
import { type ModeDefinition, type Scene, withNothing } from '../mode.ts'

/** The database crashes, and is back after a while. */
export const stop: ModeDefinition = {
  cycles: {
    short: { static: 5, window: 5, strict: 10 },
    full: { static: 50, window: 50, strict: 100 },
  },
  promises: { losesNothing: true, failsNobody: false },
  open: withNothing(disturb),
}

async function disturb(scene: Scene): Promise<void> {
  const { server } = scene.place
  await steadyCrew(scene, 3)
  await inSlots(1, scene, async (_, draw) => {
    await pause(draw.between(200, 900))
    await server.halt('immediate')
    await pause(draw.between(0, 500))
    await server.start()
  })
}
