import type { Clock } from '../ports/clock.ts'

/** Where a wait ended. */
export type Waited<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'timeout' }

/**
 * Waits for something that goes on without the caller, until the caller gives up.
 * @throws the signal's reason when it fires
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  // Whatever becomes of the work later concerns nobody who has given up.
  work.catch(() => {})
  signal.throwIfAborted()
  let onAbort: () => void = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** The same, and at most `ms`. */
export async function waitAtMost<T>(
  work: Promise<T>,
  ms: number,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Waited<T>> {
  const over = new AbortController()
  const done = work.then((value): Waited<T> => ({ kind: 'done', value }))
  const timeout = clock
    .delay(ms, { signal: over.signal, keepAlive: true })
    .then((): Waited<T> => ({ kind: 'timeout' }))
  try {
    return await unlessAborted(Promise.race([done, timeout]), signal)
  } finally {
    over.abort()
  }
}
