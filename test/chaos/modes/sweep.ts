import { setTimeout as pause } from 'node:timers/promises'
import { EXIT_MARGIN_MS, inSlots } from '../cycles.ts'
import type { Evidence } from '../evidence.ts'
import type { ModeDefinition, Scene } from '../mode.ts'
import { policy } from '../plan.ts'

const BACK_ENDS = 3
/** So long that a busy machine has time for the sweep: refreshed after 2.4 to 4.5 s, waited for after 10.8 s. */
const LIFETIME_MS = 12_000
const times = { windowShare: 0.1, softFactor: 8, softJitterShare: 0.25, sweepIntervalMs: 200 }

/**
 * Nothing but callers and the sweep, which refreshes what nobody asks for; back ends are replaced in order, one after
 * the other. Every second customer's token is asked for so rarely that it would have expired in between.
 */
export const sweep: ModeDefinition = {
  cycles: {
    short: { static: 0, window: 0, strict: 10 },
    full: { static: 0, window: 0, strict: 150 },
  },
  lifetimeMs: LIFETIME_MS,
  promises: { losesNothing: true, failsNobody: true },
  open: async () => ({
    disturb,
    backEnds: {
      open: {
        backgroundRefresh: { sweep: true },
        policy: { ...policy, ...times },
      },
      rarelyMs: 3 * LIFETIME_MS,
    },
  }),
  objections: evidence => {
    const waited = waitedForProvider(evidence).length
    return waited === 0 ? [] : [`${waited} of ${evidence.served.calls} calls waited for the provider`]
  },
}

async function disturb(scene: Scene): Promise<void> {
  const { crew } = scene.place
  const members = Array.from({ length: BACK_ENDS }, () => crew.start())
  await Promise.all(members.map(({ process }) => process.ready))
  await inSlots(1, scene, async (_, draw) => {
    await pause(draw.between(400, 1_200))
    const next = crew.start()
    await next.process.ready
    members.push(next)
    const oldest = members.shift()
    const complaint = oldest && (await crew.stop(oldest, policy.closeTimeoutMs + EXIT_MARGIN_MS))
    if (complaint) scene.complain(complaint)
  })
}

/**
 * Calls that took long and began when the stored token was in its window or over, by the database's own record. Those
 * of a busy machine, which began with a good token, waited for nobody.
 */
export function waitedForProvider({ slow, changes, given }: Tokens): Evidence['slow'] {
  const stored = [...given, ...changes.filter(one => one.generation > (one.generationBefore ?? Infinity))]
  return slow.filter(({ connection, at }) => {
    const before = stored.filter(one => one.connection === connection && one.at <= at)
    const newest = before.sort((one, other) => one.at - other.at).at(-1)
    return newest?.expiresAt != null && newest.expiresAt - at <= times.windowShare * LIFETIME_MS
  })
}

type Tokens = Pick<Evidence, 'slow' | 'changes' | 'given'>
