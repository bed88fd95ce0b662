// Brings waiting calls to Zoho, one after the other. Run as many as you like; any of them may die at any time.
import { EvergrantError } from 'evergrant'
import { syncCall } from './sync-call.js'

const LONGEST_PAUSE_MS = 15 * 60_000

/** Works on one call that is due. False: there was none. */
export async function workOnce(queue, zoho, { report = console.error, firstPauseMs = 5_000, signal } = {}) {
  const claimed = await queue.claim()
  if (claimed === null) return false
  try {
    await queue.done(claimed, await syncCall(zoho, claimed.call, signal))
  } catch (error) {
    await fail(queue, claimed, error, { report, firstPauseMs })
  }
  return true
}

/** Works until `signal` ends it. */
export async function work(queue, zoho, { signal, idleMs = 1_000, report = console.error, firstPauseMs }) {
  while (!signal.aborted) {
    const worked = await workOnce(queue, zoho, { report, firstPauseMs, signal }).catch(error => {
      report(describe(error)) // the database: it comes back
      return false
    })
    if (!worked) await pause(idleMs, signal)
  }
}

async function fail(queue, claimed, error, { report, firstPauseMs }) {
  const reason = describe(error)
  // Whether Zoho did it is not known: the next attempt looks, so that is a reason to try again like any other.
  const mayHeal = !(error instanceof EvergrantError) || error.retryable || error.outcome === 'unknown'
  report(`call ${claimed.call.id}, attempt ${claimed.attempts}: ${reason}${mayHeal ? '' : ' (parked)'}`)
  if (!mayHeal) return queue.park(claimed, reason)
  const pauseMs = Math.min(firstPauseMs * 2 ** (claimed.attempts - 1), LONGEST_PAUSE_MS)
  return queue.retry(claimed, error.retryAt ?? new Date(Date.now() + pauseMs), reason)
}

/** No secret is in an error of Evergrant. Of others, the name alone. */
function describe(error) {
  return error instanceof EvergrantError ? `${error.code}: ${error.message}` : `${error?.name ?? 'Error'}`
}

function pause(ms, signal) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
