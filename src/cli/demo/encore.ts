import { systemClock } from 'evergrant/admin'
import type { Output } from '../output.ts'
import type { Stage } from './stage.ts'

const TOKEN_LIFETIME_MS = 8_000
const PAUSE_MS = 200

/** After the story: two back ends go on asking, and each background refresh is a line. Until the signal fires. */
export async function playEncore(stage: Stage, output: Output, signal: AbortSignal): Promise<void> {
  const actors = [stage.cast[1], stage.cast[2]]
  // The token of an hour would be too long to wait for: an API refuses it, and the next ones live shorter.
  await stage.zoho.configure({ accessTokenLifetimeMs: TOKEN_LIFETIME_MS })
  await stage.cast[1].ask('reject')
  const startedAt = systemClock.monotonicMs()
  const told = actors.map(actor => actor.events.length)
  while (!signal.aborted) {
    await Promise.all(actors.map(actor => actor.ask('token')))
    actors.forEach((actor, index) => {
      for (const event of actor.events.slice(told[index])) {
        if (event.type !== 'refreshed') continue
        const seconds = ((systemClock.monotonicMs() - startedAt) / 1_000).toFixed(1)
        output.line(
          `  ${output.paint('dim', `${seconds.padStart(6)} s`)}  refreshed by process ${actor.pid} in ` +
            `${Math.round(event.durationMs)} ms, generation ${event.generation}`,
        )
      }
      told[index] = actor.events.length
    })
    await systemClock.delay(PAUSE_MS, { signal })
  }
}
