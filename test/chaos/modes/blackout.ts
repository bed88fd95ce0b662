import { setTimeout as pause } from 'node:timers/promises'
import type { PolicyOptions } from 'evergrant'
import { inSlots, steadyCrew } from '../cycles.ts'
import type { Change, Evidence } from '../evidence.ts'
import { HttpTap } from '../http-tap.ts'
import type { ModeDefinition, Scene, Site } from '../mode.ts'
import { ANSWER_MS, policy } from '../plan.ts'
import { TcpProxy, type Wire } from '../tcp-proxy.ts'

/** A second stands for a minute: the window of five, and a blackout of four. */
const MINUTE_MS = 1_000
const LIFETIME_MS = 12 * MINUTE_MS
const BLACKOUT_MS = 4 * MINUTE_MS
const KIND = ['refused', '503'] as const
/** A window before the window: they are due for a refresh a little earlier. */
const YOUNG_MS = LIFETIME_MS - 6 * MINUTE_MS
const YOUNG_LIMIT_MS = 60_000
/** What is under way may still end. */
const ENDING_MS = 2 * ANSWER_MS

const changes = {
  windowMs: 5 * MINUTE_MS,
  windowShare: 0.5,
  servableFloorMs: 600,
  // Nobody dies here: a lease that is long enough for a busy machine holds nobody up.
  leaseMs: 15_000,
  hardWaitMs: 2_000,
} satisfies PolicyOptions

/** A provider that is gone for less than the window: nobody notices, and nobody hammers it. */
export const blackout: ModeDefinition = {
  lifetimeMs: LIFETIME_MS,
  cycles: {
    short: { static: 1, window: 0, strict: 1 },
    full: { static: 20, window: 20, strict: 20 },
  },
  // Before the first blackout a machine may be too busy for anything.
  promises: { losesNothing: true, failsNobody: false },
  open: async ({ zoho }: Site) => {
    const wires = new QuietProxy(zoho.port)
    await wires.listen()
    return {
      provider: `http://127.0.0.1:${wires.port}`,
      backEnds: { open: { policy: { ...policy, ...changes } } },
      disturb: scene => disturb(scene, wires),
      close: () => wires.close(),
    }
  },
  objections: evidence => [...noticed(evidence), ...hammered(evidence)],
}

async function disturb(scene: Scene, wires: QuietProxy): Promise<void> {
  const { plan, place } = scene
  const { crew, zoho } = place
  await steadyCrew(scene, 3)
  await allYoung(scene, 0)
  await inSlots(1, scene, async cycle => {
    // Also where there is only one of each rotation.
    const kind = KIND[(cycle + (plan.rotation === 'strict' ? 1 : 0)) % 2] ?? 'refused'
    if (kind === 'refused') await wires.refuseQuietly()
    else await zoho.clearFaults()
    if (kind === '503') {
      await zoho.fault({ kind: 'custom', status: 503, headers: {}, body: '' }, { times: 'until_cleared' })
    }
    const at = Date.now()
    await pause(BLACKOUT_MS)
    crew.noteCut(kind, at)
    if (kind === 'refused') await wires.listen()
    else await zoho.clearFaults()
    if (kind === '503') await zoho.fault({ kind: 'delay', ms: ANSWER_MS }, { times: 'until_cleared' })
    await allYoung(scene, Date.now())
  })
}

/**
 * Returns once each connection's tokens are younger than this, and newer than the last blackout: an outage shorter
 * than the window finds them so, unless the machine is too busy to refresh them in time.
 */
async function allYoung({ place, complain }: Scene, since: number): Promise<void> {
  const connections = [...new Set(place.customers.given.map(({ connection }) => connection))]
  const limit = performance.now() + YOUNG_LIMIT_MS
  for (;;) {
    const changes = await place.records.changes()
    const youngest = Math.max(since, Date.now() - YOUNG_MS)
    const young = new Set(
      changes.filter(one => isRaise(one) && one.at >= youngest).map(one => one.connection),
    )
    const old = connections.filter(connection => !young.has(connection))
    if (old.length === 0) return
    if (performance.now() > limit) return complain(`not refreshed in time: ${old.join(', ')}`)
    await pause(50)
  }
}

function isRaise({ generation, generationBefore }: Change): boolean {
  return generation > (generationBefore ?? generation)
}

/** Refuses connections without cutting a request that is under way: its answer may be a refresh token. */
class QuietProxy extends TcpProxy {
  readonly #taps = new Map<Wire, HttpTap>()

  constructor(port: number) {
    super(port)
    this.tapOf = wire => {
      const tap = new HttpTap(
        () => true,
        () => true,
      )
      this.#taps.set(wire, tap)
      void wire.ended.then(() => this.#taps.delete(wire))
      return tap
    }
  }

  async refuseQuietly(): Promise<void> {
    const refused = this.refuse(null)
    while (this.wires.size > 0) {
      for (const [wire, tap] of this.#taps) if (tap.isIdle) wire.cut('end')
      await pause(ENDING_MS / 10)
    }
    await refused
  }
}

/** Calls that failed, from the first blackout on. */
function noticed({ served, incidents }: Evidence): readonly string[] {
  const began = Math.min(...incidents.map(({ at }) => at))
  const failed = served.errors.filter(({ at }) => at >= began)
  return failed.length === 0
    ? []
    : [`${failed.length} calls failed in a blackout or after it: ${failed[0]?.message}`]
}

/**
 * Connections that asked more often in a blackout than twice for each step of the back-off (a refresh without an answer
 * may be tried once more at once). A step is counted with its bound; it takes half of that on average.
 */
export function hammered({ asked, incidents }: Evidence): readonly string[] {
  const most = 2 * stepsIn(BLACKOUT_MS)
  return incidents.flatMap(({ kind, how, at, until }) => {
    if (kind !== 'cut') return []
    const counts = new Map<string, number>()
    for (const one of asked) {
      if (one.at >= at && one.at <= until) counts.set(one.connection, (counts.get(one.connection) ?? 0) + 1)
    }
    return [...counts]
      .filter(([, count]) => count > most)
      .map(
        ([connection, count]) => `${connection} asked ${count} times in a blackout (${how}), ${most} at most`,
      )
  })
}

function stepsIn(ms: number): number {
  let steps = 0
  for (let passed = 0; passed < ms; steps += 1) {
    passed += Math.min(policy.backoffInWindowMs, policy.backoffFirstMs * 2 ** steps)
  }
  return steps
}
