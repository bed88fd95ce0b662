/** The work may still go on, or have been done. */
export class TimedOut extends Error {
  readonly code = 'ETIMEDOUT'
}

/**
 * Waits for `work` no longer than `limitMs`. A process that was busy or frozen past the limit may already have
 * its answer: before giving up, the event loop polls its sockets once.
 * @param work is told by `expired()` when nobody waits for it any more, so that it begins nothing new.
 * @throws TimedOut
 */
export function withTimeLimit<Value>(
  limitMs: number,
  work: (expired: () => boolean) => PromiseLike<Value>,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    let expired = false
    const expire = (): void => {
      expired = true
      reject(new TimedOut('no answer in time'))
    }
    // The first immediate may belong to the turn of the event loop that runs now, after its poll.
    const timer = setTimeout(() => setImmediate(() => setImmediate(expire)), limitMs)
    const settled =
      <Outcome>(settle: (outcome: Outcome) => void) =>
      (outcome: Outcome): void => {
        clearTimeout(timer)
        settle(outcome)
      }
    work(() => expired).then(settled(resolve), settled(reject))
  })
}
