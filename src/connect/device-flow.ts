import type { Clock } from '../ports/clock.ts'
import type { DeviceTokenAnswer } from '../providers/device-requests.ts'

/** How often a token endpoint is asked, and for how long (RFC 8628 §3.5). */
export interface DevicePace {
  /** Between two looks, to begin with. */
  readonly intervalMs: number
  /** By the monotonic clock: from then on the codes are worth nothing. */
  readonly expiresAt: number
}

/** What came of waiting: the last answer, or that the time is over. */
export type DeviceEnd =
  | { readonly kind: 'denied' | 'expired' }
  | (Extract<DeviceTokenAnswer, { kind: 'answered' }> & {
      /** By the monotonic clock, when it was asked for. */
      readonly sentAt: number
    })

/** What `slow_down` adds for good. */
const SLOWER_BY_MS = 5_000
/** Nobody waits longer before the next look because the provider was out of reach. */
const LONGEST_BACKOFF_MS = 60_000

/**
 * Asks again and again, until the person has agreed or refused, or the codes are over. The interval is the least time
 * between two looks; after `slow_down` it is five seconds more, and after a look that reached nobody twice as much.
 * @throws the signal's reason. A look that is under way goes on without the caller, and what it brings is not lost.
 */
export async function waitForPerson<End>(
  clock: Clock,
  { intervalMs, expiresAt }: DevicePace,
  look: () => Promise<DeviceTokenAnswer>,
  ended: (end: DeviceEnd) => Promise<End>,
  { signal, onPoll }: { readonly signal: AbortSignal; readonly onPoll: () => void },
): Promise<End> {
  let pauseMs = intervalMs
  for (;;) {
    const leftMs = expiresAt - clock.monotonicMs()
    await clock.delay(Math.min(pauseMs, Math.max(0, leftMs)), { signal, keepAlive: true })
    signal.throwIfAborted()
    // By what was left, not by the clock: a timer may fire a moment early.
    if (leftMs <= pauseMs || clock.monotonicMs() >= expiresAt) return ended({ kind: 'expired' })
    onPoll()
    const sentAt = clock.monotonicMs()
    const answer = await look()
    switch (answer.kind) {
      case 'pending':
      case 'moved':
        break
      case 'slow_down':
        pauseMs += SLOWER_BY_MS
        break
      case 'denied':
      case 'expired':
        return ended({ kind: answer.kind })
      case 'answered':
        if (!isPassing(answer)) return ended({ ...answer, sentAt })
        pauseMs = longerPause(answer, pauseMs)
    }
  }
}

// What the provider may get over while the person is still looking for the page. An error of RFC 6749 §5.2 is none.
function isPassing({ answer }: Extract<DeviceTokenAnswer, { kind: 'answered' }>): boolean {
  switch (answer.kind) {
    case 'issued':
    case 'refused':
    case 'misconfigured':
    case 'failed':
      return false
    case 'unsent':
    case 'late':
      return true
    case 'throttled':
    case 'ambiguous':
      return answer.refreshToken === null
  }
}

function longerPause({ answer }: Extract<DeviceTokenAnswer, { kind: 'answered' }>, pauseMs: number): number {
  const asked = 'retryAfterMs' in answer ? (answer.retryAfterMs ?? 0) : 0
  return Math.max(pauseMs, asked, Math.min(2 * pauseMs, LONGEST_BACKOFF_MS))
}
