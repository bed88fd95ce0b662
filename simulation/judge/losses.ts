import { type Answer, grantOf, type Served } from '../history.ts'
import type { At, Attempt, Evidence, Violation } from './evidence.ts'

/** What became of a connection in the end. */
export type Fate = 'usable' | 'gone' | 'lost'

export interface Ending {
  readonly client: string
  readonly fate: Fate
  readonly violations: readonly Violation[]
}

/** After every fault has ended, a connection is usable, or it is reported as lost, with a cause. */
export function endings(evidence: Evidence): readonly Ending[] {
  return evidence.clients.map(client => endingOf(client, evidence))
}

function endingOf(client: string, evidence: Evidence): Ending {
  const row = evidence.rowAt(client, evidence.end)
  const last = evidence.conversations.findLast(({ call }) => call.client === client && call.method === 'get')
  const answer = last?.returned ?? null
  const broken = (promise: string, what: string): Ending => ({
    client,
    fate: 'lost',
    violations: [{ promise, what: `${client}: ${what}`, at: evidence.end }],
  })
  const heard = answer?.error ?? (answer?.token ? 'a token' : 'nothing')
  if (evidence.settings.grant === 'client_credentials') {
    // Nobody can take it away, and nobody has to give it again.
    const isThere = heard === 'a token' || evidence.settings.hostClockJumps
    if (isThere) return { client, fate: 'usable', violations: [] }
    return broken(
      'no connection by client credentials ends',
      `the row is ${row?.status}, the last caller got ${heard}`,
    )
  }
  if (row === null) {
    return heard === 'TOKEN_NOT_FOUND'
      ? { client, fate: 'gone', violations: [] }
      : broken('no silent loss', `there is no row, and the last caller got ${heard}`)
  }
  const isGood = row.refresh === null || evidence.live.has(row.refresh)
  if (isGood && heard === 'a token') return { client, fate: 'usable', violations: [] }
  if (row.refresh === null && heard === 'REAUTHORIZATION_REQUIRED')
    return { client, fate: 'usable', violations: [] }
  const story = `the row is ${row.status} (${row.reason}), ${row.refresh} is ${isGood ? 'good' : 'dead'}, the last caller got ${heard}`
  // A host's clock that was set back makes tokens look younger and a back-off longer; set forth, it ends a lease.
  if (evidence.settings.hostClockJumps) return { client, fate: isGood ? 'usable' : 'lost', violations: [] }
  if (row.status !== 'reauthorization_required' || heard !== 'REAUTHORIZATION_REQUIRED') {
    return broken('no silent loss', story)
  }
  const cause = row.refresh === null ? null : causeOf(row.refresh, evidence)
  if (cause !== null) return { client, fate: 'lost', violations: [] }
  return broken('no loss without a cause', story)
}

/** Why the grant of a stored refresh token ended, where nobody could have kept it; null: somebody could. */
function causeOf(refresh: string, evidence: Evidence): string | null {
  const { rotation } = evidence.settings
  // An authorization server that says twice that a grant is dead is believed.
  if (evidence.liesAbout(refresh, Infinity) > (rotation === 'strict' ? 0 : 1)) return 'refused without cause'
  if (rotation === 'static') return null
  if (
    evidence.attempts.some(
      ({ served, answer }) => served !== null && cameTooLate(served, answer, grantOf(refresh)),
    )
  ) {
    return 'a request that was given up came to the server after the one that repeated it'
  }
  // The successors of what was stored, and of what was stored before it and sent again.
  const grant = grantOf(refresh)
  const spending = evidence.attempts.filter(
    ({ served }) => served?.successor !== null && served !== null && grantOf(served.spent) === grant,
  )
  for (const attempt of spending) {
    const cause = causeInAttempt(attempt, evidence)
    if (cause !== null) return cause
  }
  return null
}

/** How the successor that a request brought came not to be stored; null: it was, or should have been. */
function causeInAttempt({ request, served, answer }: Attempt, evidence: Evidence): string | null {
  const successor = served?.successor ?? null
  if (served === null || successor === null) return null
  const storedAt =
    evidence.states(request.client).find(({ row }) => row?.refresh === successor)?.from ?? Infinity
  const againAt = sentAgainAt(served.spent, served.at, evidence)
  if (storedAt < againAt) return null
  if (answer === null || answer.carried === null) return 'its answer was lost'
  // On a disk that every process shares, it is as good as stored.
  const aboardAt = evidence.aboard.find(({ refresh }) => refresh === successor)?.at ?? Infinity
  if (evidence.settings.lifeboat === 'shared' && aboardAt < againAt) return null
  const end = evidence.endOf(request.machine)
  if (end < Infinity && end >= answer.at) return 'its process ended before it was stored'
  if (evidence.frozenMs(request.machine, served.at, evidence.end) > 0) return 'its process was frozen'
  if (evidence.wasCutOff(request.machine, answer.at)) return 'its process did not reach the database'
  return null
}

function cameTooLate(served: At<Served>, answer: At<Answer> | null, grant: string): boolean {
  return (
    served.verdict === 'refused' &&
    grantOf(served.spent) === grant &&
    answer !== null &&
    answer.at < served.at
  )
}

/** When somebody else took the right to send it again; Infinity: nobody did. */
function sentAgainAt(spent: string, after: number, { attempts, statements }: Evidence): number {
  const again = attempts.find(({ served }) => served !== null && served.spent === spent && served.at > after)
  if (again === undefined) return Infinity
  const { machine, at } = again.request
  const claim = statements.findLast(
    one => one.method === 'claim' && one.machine === machine && one.result === 'true' && one.at <= at,
  )
  return claim?.at ?? at
}
