import type { PostgresServer } from '../support/postgres-server.ts'
import type { Evidence } from './evidence.ts'
import { judge, type Verdict } from './judge.ts'
import { definitionOf } from './modes.ts'
import { KEY, type Place, PROVIDER, placeFor } from './place.ts'
import type { Plan } from './plan.ts'
import { drawFrom } from './random.ts'

/** A campaign that is over. */
export interface Result {
  readonly plan: Plan
  readonly verdict: Verdict
  readonly evidence: Evidence
  /** How often a process was struck at each crash point, and what was done to wires. */
  readonly struck: Readonly<Record<string, number>>
  readonly tookMs: number
}

/**
 * Plays a campaign to its end, and judges it.
 * @param build the folder of the built package
 * @param progress told after each cycle
 */
export async function runCampaign(
  plan: Plan,
  server: PostgresServer,
  build: string,
  progress: (cycles: number) => void,
): Promise<Result> {
  const startedAt = performance.now()
  const place = await placeFor(plan, server, build)
  try {
    const evidence = await play(plan, place, progress)
    const struck: Record<string, number> = {}
    for (const { point, how } of evidence.incidents) {
      const name = point ?? how
      if (name !== undefined) struck[name] = (struck[name] ?? 0) + 1
    }
    const verdict = await judge(evidence, definitionOf(plan.mode))
    const tookMs = Math.round(performance.now() - startedAt)
    return { plan, verdict, evidence, struck, tookMs }
  } finally {
    await place.close()
  }
}

async function play(plan: Plan, place: Place, progress: (cycles: number) => void): Promise<Evidence> {
  const { crew, customers, records, zoho } = place
  const complaints: string[] = []
  let cycles = 0
  customers.watch()
  await place.disturb({
    place,
    plan,
    draw: drawFrom(plan.seed),
    done: () => {
      cycles += 1
      progress(cycles)
    },
    complain: words => complaints.push(words),
  })
  complaints.push(...(await crew.dismiss()))
  const dismissedAt = Date.now()
  await customers.stopWatching()
  complaints.push(...(await customers.rest()))
  return {
    mode: plan.mode,
    rotation: plan.rotation,
    provider: PROVIDER,
    key: KEY,
    ledger: await zoho.ledger(),
    rows: await records.rows(),
    changes: await records.changes(),
    given: customers.given,
    incidents: crew.incidents,
    asked: crew.asked,
    kept: crew.kept,
    slow: crew.slow,
    served: crew.served,
    dismissedAt,
    complaints,
    stateOf: refreshToken => zoho.stateOf(refreshToken),
  }
}
