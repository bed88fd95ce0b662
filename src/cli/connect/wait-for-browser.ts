import type { systemClock } from 'evergrant/admin'
import type { Output } from '../output.ts'
import type { Arrival, CallbackListener } from './callback-listener.ts'

// Of this machine's clock and the database's, one may be wrong.
const SHORTEST_WAIT_MS = 60_000
const LONGEST_WAIT_MS = 600_000
/** After this long the page of the provider may be one that leads nowhere. */
const STILL_MS = 45_000

/** What the wait is done with. */
export interface Waiting {
  readonly listener: Pick<CallbackListener, 'arrival' | 'redirectUri'>
  readonly output: Pick<Output, 'complain' | 'progress'>
  readonly clock: Pick<typeof systemClock, 'delay'>
}

/**
 * Waits for the browser, and says what to look at where it stays away: a provider that does not like a request shows a page
 * of its own, and sends nobody back (RFC 6749 §4.1.2.1).
 */
export async function arrivalWithin(leftMs: number, { listener, output, clock }: Waiting): Promise<Arrival> {
  const arrived = new AbortController()
  const waiting = 'Waiting for the browser to come back; Ctrl-C ends it.'
  output.progress(waiting)
  void clock.delay(STILL_MS, { signal: arrived.signal }).then(() => {
    if (arrived.signal.aborted) return
    output.complain([`Nobody is back yet. ${whatToLookAt(listener.redirectUri)}`])
    output.progress(waiting)
  })
  try {
    return await listener.arrival(Math.min(Math.max(leftMs, SHORTEST_WAIT_MS), LONGEST_WAIT_MS))
  } finally {
    arrived.abort()
    output.progress('')
  }
}

/** What a person is told whose browser did not come back. */
export function neverBack(redirectUri: string): string {
  return `The browser did not come back in time. Nothing was connected. ${whatToLookAt(redirectUri)} Then run the same again.`
}

function whatToLookAt(redirectUri: string): string {
  return (
    "Where the provider's page shows an error, it sends nobody back: see whether " +
    `${redirectUri} is registered there to the letter, and whether the app's id and the scopes are right.`
  )
}
