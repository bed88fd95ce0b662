import { setTimeout as pause } from 'node:timers/promises'
import { Aims } from '../aims.ts'
import { inSlots, steadyCrew } from '../cycles.ts'
import type { ModeDefinition, Scene, Site } from '../mode.ts'
import { PostgresTap } from '../postgres-tap.ts'
import type { Draw } from '../random.ts'
import { type Flow, type Tap, TcpProxy, type Wire } from '../tcp-proxy.ts'

const ILLS = ['ended', 'reset', 'late', 'sliced', 'half-open', 'refused'] as const
const DIRECTIONS = ['up', 'down'] as const

/** A TCP proxy between the back ends and PostgreSQL that ill-treats what passes; no process dies. */
export const proxy: ModeDefinition = {
  cycles: {
    short: { static: 20, window: 20, strict: 40 },
    full: { static: 350, window: 350, strict: 500 },
  },
  promises: { losesNothing: true, failsNobody: false },
  open: async ({ server, database }: Site) => {
    const wires = new TcpProxy(server.port)
    const aims = new Aims<Strike>()
    wires.tapOf = wire => tapOf(wire, aims)
    await wires.listen()
    const url = new URL(server.directUrl(database))
    url.port = String(wires.port)
    return {
      database: url.href,
      disturb: scene => disturb(scene, wires, aims),
      close: () => wires.close(),
    }
  },
}

async function disturb(scene: Scene, wires: TcpProxy, aims: Aims<Strike>): Promise<void> {
  await steadyCrew(scene, 3)
  await inSlots(4, scene, async (_, draw) => {
    await pause(draw.between(10, 100))
    const at = Date.now()
    const how = draw.chance(0.6) ? await strike(aims, draw) : await illTreat(wires, draw)
    if (how !== null) scene.place.crew.noteCut(how, at)
  })
}

/** Three of four times at the commit of a refresh, else at whatever writes. */
async function strike(aims: Aims<Strike>, draw: Draw): Promise<string | null> {
  const target = draw.chance(0.75) ? 'commit' : 'write'
  // What is executed is the harder case: the client cannot know.
  const fate = draw.chance(0.75) ? 'swallowed' : 'cut'
  const struck = await aims.next({ target, fate })
  return struck ? `${target} ${fate}` : null
}

async function illTreat(wires: TcpProxy, draw: Draw): Promise<string> {
  const some = [...wires.wires].filter(() => draw.chance(0.5))
  const forMs = draw.between(100, 800)
  switch (draw.pick(ILLS)) {
    case 'ended':
      for (const wire of some) wire.cut('end')
      return 'ended'
    case 'reset':
      for (const wire of some) wire.cut('reset')
      return 'reset'
    case 'late':
      await treated(some, { kind: 'late', ms: draw.between(20, 600) }, forMs)
      return 'late'
    case 'sliced':
      await treated(some, { kind: 'sliced', everyMs: 0 }, forMs)
      return 'sliced'
    case 'half-open': {
      // For good: only the client can end it, by giving up.
      const direction = draw.pick(DIRECTIONS)
      for (const wire of some) wire.flow[direction] = { kind: 'lost' }
      return `half-open ${direction}`
    }
    case 'refused':
      await wires.refuse()
      await pause(forMs)
      await wires.listen()
      return 'refused'
  }
}

async function treated(some: readonly Wire[], flow: Flow, forMs: number): Promise<void> {
  for (const wire of some) Object.assign(wire.flow, { up: flow, down: flow })
  await pause(forMs)
  for (const wire of some) Object.assign(wire.flow, { up: { kind: 'whole' }, down: { kind: 'whole' } })
}

/** What is to befall a statement. */
interface Strike {
  readonly target: 'commit' | 'write'
  /** `swallowed`: executed, and its answer never arrives. `cut`: it does not get there. */
  readonly fate: 'swallowed' | 'cut'
}

function tapOf(wire: Wire, aims: Aims<Strike>): Tap {
  let isExecuting = false
  return new PostgresTap(
    statement => {
      const struck = aims.take(strike => isMeant(statement, strike))
      isExecuting ||= struck?.fate === 'swallowed'
      if (struck?.fate !== 'cut') return true
      wire.cut('reset')
      return false
    },
    () => {
      if (!isExecuting) return true
      wire.cut('reset')
      return false
    },
  )
}

/** Only the writing of tokens raises a generation. */
function isMeant(statement: string, { target }: Strike): boolean {
  const [changes = ''] = statement.split(' where ')
  if (target === 'write') return /^\s*(update|insert|delete|commit)/i.test(changes)
  return /^update /.test(changes) && changes.includes('"generation" =')
}
