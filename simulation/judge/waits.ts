import type { Call } from '../history.ts'
import type { At, Conversation, Evidence, Violation } from './evidence.ts'

const PROMISE = 'every caller is answered within its bound'
/** Steps of the schedule that cost a moment: nothing here waits for less. */
const SLACK_MS = 300

export function waitViolations(evidence: Evidence): readonly Violation[] {
  return evidence.conversations.flatMap(conversation => {
    const { call, returned } = conversation
    const ended = returned?.at ?? Math.min(evidence.end, evidence.endOf(call.machine))
    const waited = ended - call.at - evidence.frozenMs(call.machine, call.at, ended)
    const bound = boundOf(conversation, ended, evidence) + openingMs(conversation, evidence)
    if (waited <= bound + SLACK_MS) return []
    const what = `${call.method} ${call.call} on ${call.machine} waited ${Math.round(waited)} ms of at most ${bound}`
    return [{ promise: PROMISE, what, at: ended }]
  })
}

// Whoever comes first to a process opens its service, and that replays the lifeboat: a few statements an entry.
function openingMs({ call }: Conversation, evidence: Evidence): number {
  const { lifeboat, bounds } = evidence.settings
  if (lifeboat === 'none') return 0
  const isFirst = !evidence.conversations.some(
    ({ returned }) => returned !== null && returned.machine === call.machine && returned.at < call.at,
  )
  return isFirst ? 2 * evidence.aboard.length * bounds.goodMs : 0
}

function boundOf({ call }: Conversation, ended: number, evidence: Evidence): number {
  const { goodMs, servableMs, anyMs } = evidence.settings.bounds
  switch (call.method) {
    case 'get':
      return boundOfGet(call, ended, evidence)
    case 'refresh':
      return anyMs
    // A look at the row, the rejection, and then like any other.
    case 'report':
      return anyMs + 2 * goodMs
    case 'store':
      return 5 * servableMs
    // With as many revocations as there may be.
    case 'delete':
      return 5 * anyMs
    // Whatever is due, each with its own waits.
    case 'tick':
      return 3 * anyMs
    case 'close':
      return anyMs
  }
}

// Who has a good token all the time waits for one look at the row, and no longer.
function boundOfGet({ client, machine, at: from }: At<Call>, until: number, evidence: Evidence): number {
  const { bounds, lifetimeMs } = evidence.settings
  // A look that was under way while the process stood still, or its clock moved, is as old, or made once more.
  if (evidence.wasDisturbed(machine, from - bounds.goodMs, until)) return bounds.anyMs
  // Callers share a look that began before them.
  const [state, ...others] = evidence.statesWithin(client, from - bounds.goodMs, until)
  const row = state?.row
  if (!row || row.access === null || row.expiresAt === null || state.by === null) return bounds.anyMs
  // What is left of it was counted by a clock that has been set since.
  if (evidence.hostClockWasSet(state.by.at, until)) return bounds.anyMs
  const same = others.every(
    other => other.row?.access === row.access && other.row.expiresAt === row.expiresAt,
  )
  if (!same) return bounds.anyMs
  const left = row.expiresAt - (until + state.by.now - state.by.at)
  if (left > Math.min(300_000, 0.2 * lifetimeMs)) return bounds.goodMs
  return left > 5_000 + bounds.goodMs ? bounds.servableMs : bounds.anyMs
}
