import { grantOf, type Request } from '../history.ts'
import type { At, Attempt, Evidence, Violation } from './evidence.ts'

/** So much two instants of the same moment may differ. */
const ROUNDING_MS = 1

/** No refresh token is in flight twice. */
export function overlaps(evidence: Evidence): readonly Violation[] {
  return evidence.attempts.flatMap((later, place) =>
    evidence.attempts
      .slice(0, place)
      .filter(({ request }) => request.refresh === later.request.refresh)
      .filter(({ request }) => !isOfAnotherRow(request, later.request, evidence))
      .filter(earlier => later.request.at < endOf(earlier, evidence))
      // Where the database's clock is the host's, a jump can end a lease early: a refresh too many.
      .filter(earlier => {
        const claimedAt = [earlier, later].map(({ request }) => evidence.claimFor(request)?.at ?? request.at)
        return !evidence.hostClockWasSet(Math.min(...claimedAt), later.request.at)
      })
      .map(({ request }) => ({
        promise: 'no refresh token is in flight twice',
        what: `request ${later.request.request} of ${later.request.machine} while request ${request.request} of ${request.machine} was under way`,
        at: later.request.at,
      })),
  )
}

// The app's own credentials are not spent: whoever begins a connection again that was deleted asks with the same.
function isOfAnotherRow(earlier: At<Request>, later: At<Request>, evidence: Evidence): boolean {
  if (evidence.settings.grant === 'refresh_token') return false
  return evidence.claimFor(earlier)?.row.id !== evidence.claimFor(later)?.row.id
}

/**
 * A refresh token that may have been spent is not sent again to a strict server while the access token lives: but for
 * its last 5 s, or 5 %, in which it is not handed out any more.
 */
export function earlyRepetitions(evidence: Evidence): readonly Violation[] {
  const { rotation, bounds, lifetimeMs } = evidence.settings
  if (rotation !== 'strict') return []
  return evidence.attempts
    .filter((attempt, place) => mayBeSpent(attempt, evidence.attempts.slice(0, place)))
    .filter(({ request }) => {
      const claim = evidence.claimFor(request)
      if (claim === null || claim.row.access === null || claim.row.expiresAt === null) return false
      // What the process knows of the database's clock is older than the claim.
      if (evidence.hostClockWasSet(claim.at - bounds.anyMs, claim.at)) return false
      // It takes that clock for later than it is by what a read takes.
      return claim.row.expiresAt > claim.now + bounds.goodMs + Math.min(5_000, 0.05 * lifetimeMs)
    })
    .map(({ request }) => ({
      promise: 'a strict server is not asked again while the access token lives',
      what: `request ${request.request} of ${request.machine} repeats ${request.refresh}`,
      at: request.at,
    }))
}

/** In no time as long as the server's budget is for, more requests for one grant than it wants. */
export function overBudget(evidence: Evidence): readonly Violation[] {
  const { budget } = evidence.settings
  if (budget === null) return []
  return evidence.attempts.flatMap(({ request }, place) => {
    const same = evidence.attempts
      .slice(0, place + 1)
      .filter(earlier => grantOf(earlier.request.refresh) === grantOf(request.refresh))
      .filter(earlier => earlier.request.at > request.at - budget.perMs)
    if (same.length <= budget.requests) return []
    // What is left of it was counted by a clock that has been set since.
    if (evidence.hostClockWasSet(request.at - budget.perMs, request.at)) return []
    const what = `request ${request.request} of ${request.machine} is number ${same.length} in ${budget.perMs} ms`
    return [{ promise: 'no more requests than the provider wants', what, at: request.at }]
  })
}

/** A request is over, or given up, before its lease is: nobody else has the right to send yet. */
export function outlivedLeases(evidence: Evidence): readonly Violation[] {
  return evidence.attempts.flatMap(({ request }) => {
    const claim = evidence.claimFor(request)
    const until = claim?.row.leaseUntil ?? null
    if (claim === null || until === null) return []
    // Whose monotonic clock slept, too, cannot know how much time went by since its last look at it.
    if (evidence.wasSuspended(request.machine, claim.at, request.at)) return []
    const leftMs = claim.at + (until - claim.now) - request.deadline
    if (leftMs >= -ROUNDING_MS) return []
    const what = `request ${request.request} of ${request.machine} may go on for ${Math.round(-leftMs)} ms after its lease`
    return [{ promise: 'no request outlives its lease', what, at: request.at }]
  })
}

// What the server has refused since is spent, or never was: no doubt is left.
function mayBeSpent({ request }: Attempt, earlier: readonly Attempt[]): boolean {
  const same = earlier.filter(other => other.request.refresh === request.refresh)
  if (
    same.some(({ served, answer }) => served?.verdict === 'refused' && (answer?.at ?? Infinity) <= request.at)
  ) {
    return false
  }
  return same.some(other => !wasTurnedAway(other, request.at))
}

// Only a 4xx says for sure that the refresh token was left alone.
function wasTurnedAway({ answer }: Attempt, by: number): boolean {
  return answer !== null && answer.at <= by && answer.how === 'answered' && answer.detail.startsWith('4')
}

// Nobody waits past the deadline, also who was frozen meanwhile; and the end of a process ends its connections.
function endOf({ request, answer }: Attempt, evidence: Evidence): number {
  return Math.min(answer?.at ?? Infinity, request.deadline, evidence.endOf(request.machine))
}
