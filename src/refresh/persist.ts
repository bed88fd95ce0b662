import { StoreUnavailableError } from '../errors.ts'
import type { RefreshPorts } from './ports.ts'
import type { StoreHealth } from './store-health.ts'

/** What a write returned, and how many tries it took; null: given up. */
export type Persisted<T> = { readonly result: T; readonly attempts: number } | null

export interface PersistOptions {
  /** Called at the first failure: callers need not wait any longer. */
  readonly onDelay: () => void
  /** By the monotonic clock: no further try from then on. */
  readonly until: number
  /** Fires when the service stops waiting for what is in flight. */
  readonly stop: AbortSignal
}

/**
 * Repeats a database write, with what it reads to decide, until the database answers. What is to be written
 * exists nowhere but in this process, so the wait keeps the process alive.
 */
export async function persist<T>(
  ports: RefreshPorts,
  health: StoreHealth,
  write: () => Promise<T>,
  { onDelay, until, stop }: PersistOptions,
): Promise<Persisted<T>> {
  const { clock, policy } = ports
  const tries = async (attempts: number): Promise<Persisted<T>> => {
    try {
      return { result: await health.watch(write), attempts }
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      return null
    }
  }
  const first = await tries(1)
  if (first !== null) return first
  onDelay()
  return health.whileUncommitted(async () => {
    for (let attempts = 2; ; attempts += 1) {
      if (stop.aborted || clock.monotonicMs() + policy.commitRetryMs >= until) return null
      await clock.delay(policy.commitRetryMs, { signal: stop, keepAlive: true })
      const done = await tries(attempts)
      if (done !== null) return done
    }
  })
}
