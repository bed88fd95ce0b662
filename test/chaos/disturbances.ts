import { setTimeout as pause } from 'node:timers/promises'
import type { Aim } from './back-end.ts'
import type { Place } from './place.ts'
import { type Mode, type Plan, points, policy } from './plan.ts'
import type { Draw } from './random.ts'

/** What goes on in a campaign. */
export interface Scene {
  readonly place: Place
  readonly plan: Plan
  readonly draw: Draw
  /** One more cycle is over. */
  readonly done: () => void
  /** Something did not end as it should. */
  readonly complain: (words: string) => void
}

/** No process waits longer than this for the refresh that it is to be struck in. */
const AIM_LIMIT_MS = 5_000
/** What `close()` may take beyond its time limit. */
const EXIT_MARGIN_MS = 2_000

/** Each mode's disturbances, as many as the plan has cycles. */
export const disturb: Readonly<Record<Mode, (scene: Scene) => Promise<void>>> = { kill, term, freeze, stop }

/** `kill -9`: half of them at random, half at each crash point in turn. */
async function kill(scene: Scene): Promise<void> {
  const { crew } = scene.place
  const steady = crew.start()
  await steady.process.ready
  await inSlots(4, scene, async (cycle, draw) => {
    const aim = aimIn(scene, cycle, draw, 'SIGKILL')
    const member = crew.start(aim)
    await member.process.ready
    await Promise.race([member.process.ended, pause(aim === null ? draw.between(50, 600) : AIM_LIMIT_MS)])
    await crew.kill(member)
  })
}

/** SIGTERM, as at a deployment. */
async function term(scene: Scene): Promise<void> {
  const { crew } = scene.place
  const steady = crew.start()
  await steady.process.ready
  await inSlots(4, scene, async (_, draw) => {
    const member = crew.start()
    await member.process.ready
    await pause(draw.between(50, 600))
    const complaint = await crew.stop(member, policy.closeTimeoutMs + EXIT_MARGIN_MS)
    if (complaint !== null) scene.complain(complaint)
  })
}

/** SIGSTOP for longer than a lease, then SIGCONT: half of them at random, half at the crash points. */
async function freeze(scene: Scene): Promise<void> {
  const { crew } = scene.place
  const steady = crew.start()
  await steady.process.ready
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

/** The database crashes, and is back after a while. */
async function stop(scene: Scene): Promise<void> {
  const { crew, server } = scene.place
  const members = [crew.start(), crew.start(), crew.start()]
  await Promise.all(members.map(({ process }) => process.ready))
  await inSlots(1, scene, async (_, draw) => {
    await pause(draw.between(200, 900))
    await server.halt('immediate')
    await pause(draw.between(0, 500))
    await server.start()
  })
}

/** Null: this time at random. */
function aimIn({ plan }: Scene, cycle: number, draw: Draw, signal: Aim['signal']): Aim | null {
  if (plan.point === null && draw.chance(0.5)) return null
  const point = plan.point ?? points[cycle % points.length]
  return point === undefined ? null : { point, after: Math.floor(draw.between(0, 3)), signal }
}

/** So many cycles, in so many slots side by side. */
async function inSlots(
  slots: number,
  { plan, draw, done }: Scene,
  play: (cycle: number, draw: Draw) => Promise<void>,
): Promise<void> {
  let next = 0
  const slot = async (own: Draw): Promise<void> => {
    while (next < plan.cycles) {
      next += 1
      await play(next, own)
      done()
    }
  }
  await Promise.all(Array.from({ length: slots }, () => slot(draw.branch())))
}
