import { setMaxListeners } from 'node:events'
import type { Clock, DelayOptions } from './ports/clock.ts'

/** The machine's own clock. The only place in the package that reads the time. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  delay: (ms, options) => delay(ms, options),
}

// A timer beyond 2^31-1 ms would fire at once (Node's TimeoutOverflowWarning).
const LONGEST_TIMER_MS = 2 ** 31 - 1

function delay(ms: number, { signal, keepAlive = false }: DelayOptions = {}): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS))
    if (!keepAlive) timer.unref()
    if (signal === undefined) return
    // One signal ends the waits of all connections: that many are no leak, of which Node would warn from 11 on.
    setMaxListeners(0, signal)
    signal.addEventListener('abort', done, { once: true })
  })
}
