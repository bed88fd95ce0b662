import { type Call, clientOf } from '../history.ts'
import type { At, Conversation, Evidence, Violation } from './evidence.ts'

interface Handed {
  readonly token: string
  readonly client: string
  readonly machine: string
  readonly from: number
  readonly at: number
}

/** What may be handed out, and when. */
export function returnViolations(evidence: Evidence): readonly Violation[] {
  const handed = evidence.conversations.flatMap(handedIn)
  return handed.flatMap(one => [
    ...wrongToken(one, evidence),
    ...staleToken(one, evidence),
    ...rejectedToken(one, evidence),
  ])
}

function handedIn({ call, returned }: Conversation): readonly Handed[] {
  if (returned === null || returned.token === null) return []
  const { client, machine, at: from } = call
  return [{ token: returned.token, client, machine, from, at: returned.at }]
}

/** Never issued, of another client, or expired. */
function wrongToken({ token, client, machine, at }: Handed, evidence: Evidence): readonly Violation[] {
  const good = lifeOf(token, evidence)
  if (good === null) {
    return [
      { promise: 'no token is returned that was never issued', what: `${machine} returned ${token}`, at },
    ]
  }
  if (clientOf(token) !== client) {
    return [{ promise: 'nobody gets the token of another client', what: `${client} got ${token}`, at }]
  }
  // A host's clock that was set back makes tokens look younger.
  if (at <= good.until || evidence.hostClockWasSet(good.from, at)) return []
  const what = `${machine} returned ${token}, which expired ${Math.round(at - good.until)} ms before`
  return [{ promise: 'no token is returned that has expired', what, at }]
}

// By the server's books; of a token that was stored, by what its owner said, and when.
function lifeOf(token: string, evidence: Evidence): { readonly from: number; readonly until: number } | null {
  const issued = evidence.attempts.find(({ served }) => served?.access === token)
  if (issued?.served) return { from: issued.served.at, until: issued.served.accessUntil }
  const stored = evidence.statements.find(
    ({ method, changes }) => method === 'put' && changes.some(({ after }) => after?.access === token),
  )
  const call = evidence.conversations.find(
    one => one.call.method === 'store' && one.call.access === token,
  )?.call
  if (stored === undefined || call === undefined) return null
  const from = knownAt(call, stored.at, evidence)
  return { from, until: from + (call.expiresInMs ?? Infinity) }
}

/**
 * When a process knew of tokens that it was to store. It learns of a machine's sleep nothing, and what it does to open
 * its service it does before.
 */
function knownAt(call: At<Call>, storedAt: number, evidence: Evidence): number {
  const slept = evidence.faults.some(
    ({ fault, machine, at, ms }) =>
      fault === 'suspend' && machine === call.machine && at < storedAt && at + ms > call.at,
  )
  const isFirst = !evidence.conversations.some(
    ({ returned }) => returned !== null && returned.machine === call.machine && returned.at < call.at,
  )
  return slept || isFirst ? storedAt : Math.min(storedAt, call.at + evidence.settings.bounds.goodMs)
}

/** A token is handed out that was not the stored one for longer than a process may not know of it. */
function staleToken(handed: Handed, evidence: Evidence): readonly Violation[] {
  const { token, client, machine, from, at } = handed
  const { cacheAgeMs, bounds } = evidence.settings
  const since = Math.max(from - cacheAgeMs - bounds.goodMs, ownWriteBefore(handed, evidence))
  const wasStored = evidence.statesWithin(client, since, at).some(({ row }) => row?.access === token)
  // While the database does not answer, a process serves what it has, and what it could not store yet.
  if (wasStored || evidence.storeFailed(machine, from - 60_000, at)) return []
  if (evidence.frozenMs(machine, since, at) > 0) return []
  const what = `${machine} returned ${token} at ${Math.round(at)}, which was not stored since ${Math.round(since)}`
  return [{ promise: 'what was deleted or replaced is not returned', what, at }]
}

/** A process knows at once what it has written itself. */
function ownWriteBefore({ client, machine, from }: Handed, { conversations }: Evidence): number {
  return conversations
    .filter(({ call }) => call.machine === machine && call.client === client)
    .filter(({ call }) => call.method === 'store' || call.method === 'delete')
    .map(({ returned }) => (returned !== null && returned.error === null ? returned.at : -Infinity))
    .filter(at => at < from)
    .reduce((latest, at) => Math.max(latest, at), -Infinity)
}

function rejectedToken(
  { token, client, machine, from, at }: Handed,
  evidence: Evidence,
): readonly Violation[] {
  const { cacheAgeMs, bounds } = evidence.settings
  const rejections = evidence.statements.filter(
    ({ method, result, changes }) =>
      method === 'reject' && result === 'true' && changes.some(({ after }) => after?.access === token),
  )
  // It was made to end at the instant of the rejection: a host's clock that was set back brings that back.
  if (rejections.some(rejection => evidence.hostClockWasSet(rejection.at, at))) return []
  const known = rejections.some(
    statement => statement.at + (statement.machine === machine ? 0 : cacheAgeMs) + 2 * bounds.goodMs < from,
  )
  if (!known || evidence.storeFailed(machine, from - 60_000, at)) return []
  if (evidence.frozenMs(machine, from - 60_000, at) > 0) return []
  const stored = evidence.statements.filter(
    statement =>
      statement.method === 'put' &&
      statement.changes.some(({ client: name, after }) => name === client && after?.access === token),
  )
  if (stored.some(statement => rejections.every(rejection => rejection.at < statement.at))) return []
  return [{ promise: 'a rejected token is not returned', what: `${machine} returned ${token}`, at }]
}
