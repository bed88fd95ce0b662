import { setTimeout as pause } from 'node:timers/promises'
import { withTimeLimit } from '../time-limit.ts'
import { isBusy } from './failure.ts'

/** Runs `attempt` again while another process holds the lock, and lets the event loop go on meanwhile. */
export function retryWhileBusy<Value>(
  limitMs: number,
  attempt: () => PromiseLike<Value> | Value,
): Promise<Value> {
  return withTimeLimit(limitMs, async expired => {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt()
      } catch (error) {
        if (expired() || !isBusy(error)) throw error
      }
      await pause(Math.random() * Math.min(2 ** attempts, 50))
    }
  })
}
