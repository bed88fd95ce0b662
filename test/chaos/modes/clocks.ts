import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inSlots } from '../cycles.ts'
import type { Evidence } from '../evidence.ts'
import { FakeClock, missingFakeClock } from '../fake-clock.ts'
import type { ModeDefinition, Scene } from '../mode.ts'
import { LIFETIME_MS } from '../plan.ts'
import type { Draw } from '../random.ts'
import { digestOf } from '../written-twice.ts'

const BACK_ENDS = 4
const HOUR_S = 3_600
/** Share of a token's life before which nobody refreshes it: two windows of a fifth before its end. */
const EARLIEST_SHARE = 0.6
/** What two processes take to agree on an instant. */
const MARGIN_MS = 200

/** Back ends whose wall clocks are up to an hour off, each by its own time, and jump while they run. */
export const clocks: ModeDefinition = {
  cycles: {
    short: { static: 0, window: 0, strict: 60 },
    full: { static: 100, window: 100, strict: 300 },
  },
  promises: { losesNothing: true, failsNobody: true },
  missing: missingFakeClock,
  open: async ({ folder }) => ({ disturb: scene => disturb(scene, folder) }),
  objections: evidence => [...untimely(evidence), ...unmoved(evidence)],
}

async function disturb(scene: Scene, folder: string): Promise<void> {
  const { crew } = scene.place
  const wrong = Array.from({ length: BACK_ENDS }, (_, index) => new FakeClock(join(folder, `clock-${index}`)))
  const members = wrong.map(clock => {
    clock.set(offsetIn(scene.draw))
    return crew.start(null, 0, clock.env)
  })
  await Promise.all(members.map(({ process }) => process.ready))
  await inSlots(1, scene, async (cycle, draw) => {
    await pause(draw.between(50, 250))
    wrong[cycle % BACK_ENDS]?.set(offsetIn(draw))
  })
}

function offsetIn(draw: Draw): number {
  return draw.pick([-HOUR_S, HOUR_S, 0, draw.between(-HOUR_S, HOUR_S)])
}

type Requests = Pick<Evidence, 'ledger' | 'given' | 'asked' | 'dismissedAt'>

/** Refreshes that the database's clock, which is right, gave no cause for. */
export function untimely(evidence: Requests): readonly string[] {
  const { ledger, dismissedAt } = evidence
  const connections = connectionsOf(evidence)
  /** Of each grant: when its last token was asked for, which is what its life is counted from. */
  const bornAt = new Map<number, number>()
  const found: string[] = []
  for (const { id, grant, grantType, outcome, arrivedAt } of ledger) {
    if (grant === null || grantType !== 'refresh_token' || arrivedAt > dismissedAt) continue
    const age = arrivedAt - (bornAt.get(grant) ?? -Infinity)
    if (age < EARLIEST_SHARE * LIFETIME_MS - MARGIN_MS) {
      found.push(`request ${id} was for a token of ${Math.round(age)} ms, which was fresh`)
    }
    if (outcome === 'issued') {
      const connection = connections.get(grant)
      const asked = evidence.asked.findLast(one => one.connection === connection && one.at <= arrivedAt + 5)
      bornAt.set(grant, asked?.at ?? arrivedAt)
    }
  }
  return found
}

/** Whose each grant is. */
function connectionsOf({ ledger, given }: Requests): ReadonlyMap<number, string> {
  const owners = new Map(given.map(({ refreshToken, connection }) => [digestOf(refreshToken), connection]))
  const found = new Map<number, string>()
  for (const { grant, refreshToken } of ledger) {
    const owner = owners.get(refreshToken ?? '')
    if (grant !== null && owner !== undefined) found.set(grant, owner)
  }
  return found
}

/** A campaign whose clocks did not go wrong proves nothing. */
function unmoved({ served }: Evidence): readonly string[] {
  const wrongByS = Math.round(served.clockErrorMs / 1_000)
  return wrongByS >= HOUR_S - 60 ? [] : [`no wall clock was wrong by more than ${wrongByS} s`]
}
