import { grantOf } from '../history.ts'
import type { Attempt, Evidence, Violation } from './evidence.ts'

/** No refresh token is in flight twice. */
export function overlaps(evidence: Evidence): readonly Violation[] {
  // Where the database's clock is the host's, a jump can end a lease early: a refresh too many.
  if (evidence.settings.hostClockJumps) return []
  return evidence.attempts.flatMap((later, place) =>
    evidence.attempts
      .slice(0, place)
      .filter(({ request }) => request.refresh === later.request.refresh)
      .filter(earlier => later.request.at < endOf(earlier, evidence))
      .map(({ request }) => ({
        promise: 'no refresh token is in flight twice',
        what: `request ${later.request.request} of ${later.request.machine} while request ${request.request} of ${request.machine} was under way`,
        at: later.request.at,
      })),
  )
}

/**
 * A refresh token that may have been spent is not sent again to a strict server while the access token lives: but for
 * its last 5 s, or 5 %, in which it is not handed out any more.
 */
export function earlyRepetitions(evidence: Evidence): readonly Violation[] {
  const { rotation, hostClockJumps, bounds, lifetimeMs } = evidence.settings
  if (rotation !== 'strict' || hostClockJumps) return []
  return evidence.attempts
    .filter((attempt, place) => mayBeSpent(attempt, evidence.attempts.slice(0, place)))
    .filter(({ request }) => {
      const claim = evidence.statements.findLast(
        ({ method, machine, result, at }) =>
          method === 'claim' && machine === request.machine && result === 'true' && at <= request.at,
      )
      const row = claim?.changes.find(({ client }) => client === request.client)?.after ?? null
      // A process takes the database's clock for later than it is by what a read takes.
      return (
        claim !== undefined &&
        row !== null &&
        row.access !== null &&
        row.expiresAt !== null &&
        row.expiresAt > claim.now + bounds.goodMs + Math.min(5_000, 0.05 * lifetimeMs)
      )
    })
    .map(({ request }) => ({
      promise: 'a strict server is not asked again while the access token lives',
      what: `request ${request.request} of ${request.machine} repeats ${request.refresh}`,
      at: request.at,
    }))
}

/** In no time as long as the server's budget is for, more requests for one grant than it wants. */
export function overBudget(evidence: Evidence): readonly Violation[] {
  const { budget, hostClockJumps } = evidence.settings
  if (budget === null || hostClockJumps) return []
  return evidence.attempts.flatMap(({ request }, place) => {
    const same = evidence.attempts
      .slice(0, place + 1)
      .filter(earlier => grantOf(earlier.request.refresh) === grantOf(request.refresh))
      .filter(earlier => earlier.request.at > request.at - budget.perMs)
    if (same.length <= budget.requests) return []
    const what = `request ${request.request} of ${request.machine} is number ${same.length} in ${budget.perMs} ms`
    return [{ promise: 'no more requests than the provider wants', what, at: request.at }]
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
