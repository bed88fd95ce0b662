import { setMaxListeners } from 'node:events'
import pLimit, { type LimitFunction } from 'p-limit'
import { callsAtOnce } from './editions.ts'
import type { ZohoConnection } from './zoho-connection.ts'

// Of the calls at once, heavy ones: COQL, search, and lists that are sorted or of a custom view.
const HEAVY_AT_ONCE = 10

/** A call that waits for its turn. */
export interface LimitedCall {
  /** Whether Zoho counts it among the heavy ones as well. */
  readonly heavy: boolean
  /** Ends the wait; the call is then not made. */
  readonly signal: AbortSignal | undefined
}

interface Limits {
  readonly all: LimitFunction
  readonly heavy: LimitFunction
  /** Calls that wait or are under way: with none the entry goes. */
  calls: number
}

// Of one service object and connection, whichever client of Zoho's it is asked through.
const limitsOf = new WeakMap<object, Map<string, Limits>>()

/**
 * Runs a call when its turn comes, first come, first served. A call keeps its place while it backs off: what Zoho throttles
 * must not be followed by the next in the queue.
 * @throws what `work` throws, or the signal's reason while it waits
 */
export async function inTurn<Result>(
  connection: ZohoConnection,
  { heavy, signal }: LimitedCall,
  work: () => Promise<Result>,
): Promise<Result> {
  const limits = enter(connection)
  try {
    if (!heavy) return await queued(limits.all, signal, work)
    // The narrow door first: who waits there takes no place of others.
    return await queued(limits.heavy, signal, () => queued(limits.all, signal, work))
  } finally {
    limits.calls -= 1
    if (limits.calls === 0) limitsOf.get(connection.tokens)?.delete(nameOf(connection))
  }
}

function enter(connection: ZohoConnection): Limits {
  const { tokens, edition } = connection
  const most = callsAtOnce[edition]
  const known = limitsOf.get(tokens) ?? new Map<string, Limits>()
  limitsOf.set(tokens, known)
  const name = nameOf(connection)
  const limits = known.get(name) ?? { all: pLimit(most), heavy: pLimit(HEAVY_AT_ONCE), calls: 0 }
  known.set(name, limits)
  // Two clients that disagree about the edition: the smaller is the one that is safe.
  if (most < limits.all.concurrency) limits.all.concurrency = most
  limits.calls += 1
  return limits
}

function nameOf({ provider, clientId }: ZohoConnection): string {
  return `${provider}\n${clientId}`
}

function queued<Result>(
  limit: LimitFunction,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (signal === undefined) return limit(work)
  // One signal may end any number of calls: no leak, of which Node would warn from 11 listeners on.
  setMaxListeners(0, signal)
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    limit(async () => {
      signal.throwIfAborted()
      return work()
    })
      .finally(() => signal.removeEventListener('abort', leave))
      .then(resolve, reject)
  })
}
