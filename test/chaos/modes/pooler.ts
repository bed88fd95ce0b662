import { setTimeout as pause } from 'node:timers/promises'
import { missingPgBouncer, type PgBouncer } from '../../support/pgbouncer.ts'
import { AIM_LIMIT_MS, aimIn, inSlots, steadyCrew } from '../cycles.ts'
import type { ModeDefinition, Scene } from '../mode.ts'
import type { Draw } from '../random.ts'

/** `kill -9` of back ends behind a PgBouncer in transaction mode with two server connections, which fails as well. */
export const pooler: ModeDefinition = {
  cycles: {
    short: { static: 0, window: 10, strict: 10 },
    full: { static: 200, window: 200, strict: 400 },
  },
  promises: { losesNothing: false, failsNobody: false },
  missing: missingPgBouncer,
  open: async ({ server, database }) => {
    const bouncer = await server.startPooler()
    return {
      detour: server.urlThrough(bouncer, database),
      disturb: scene => disturb(scene, bouncer),
      close: () => bouncer.stop(),
    }
  },
}

async function disturb(scene: Scene, bouncer: PgBouncer): Promise<void> {
  const { crew } = scene.place
  await steadyCrew(scene, 2)
  let before: Promise<void> = Promise.resolve()
  await inSlots(3, scene, async (cycle, draw) => {
    if (cycle % 2 === 0) {
      // One at a time; the kills go on meanwhile.
      const at = Date.now()
      const illTreated = before.then(() => illTreat(bouncer, draw, how => crew.noteCut(how, at)))
      before = illTreated
      return illTreated
    }
    const aim = aimIn(scene, Math.floor(cycle / 2), draw, 'SIGKILL')
    const member = crew.start(aim)
    // Not before a while: a pooler that is away keeps it from its first connection.
    await Promise.race([member.process.ready.catch(() => {}), pause(AIM_LIMIT_MS)])
    await Promise.race([member.process.ended, pause(aim === null ? draw.between(50, 600) : AIM_LIMIT_MS)])
    await crew.kill(member)
  })
}

const ILLS = ['killed', 'restarted', 'paused', 'frozen', 'reconnected'] as const

async function illTreat(bouncer: PgBouncer, draw: Draw, note: (how: string) => void): Promise<void> {
  await pause(draw.between(100, 600))
  const how = draw.pick(ILLS)
  const forMs = draw.between(100, 1_000)
  switch (how) {
    case 'killed':
    case 'restarted':
      await bouncer.halt(how === 'killed' ? 'SIGKILL' : 'SIGTERM')
      await pause(forMs)
      await bouncer.start()
      break
    case 'paused':
      // Each query waits from then on; what is in a transaction is waited for.
      await bouncer.console('PAUSE')
      await pause(forMs)
      await bouncer.console('RESUME')
      break
    case 'frozen':
      bouncer.signal('SIGSTOP')
      await pause(forMs)
      bouncer.signal('SIGCONT')
      break
    case 'reconnected':
      // Every server connection is made anew, once it is free.
      await bouncer.console('RECONNECT')
      break
  }
  note(how)
}
