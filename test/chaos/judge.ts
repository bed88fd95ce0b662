import type { LedgerEntry } from 'evergrant/testing'
import type { Change, Evidence, FinalRow, Given, Incident } from './evidence.ts'
import type { ModeDefinition } from './mode.ts'
import { openRefreshToken } from './sealed-value.ts'
import { grantOf, writtenTwice } from './written-twice.ts'

/** What a campaign came to. */
export interface Verdict {
  /** Refreshes that reached the provider. */
  readonly requests: number
  /** Requests that came while another one of the same grant was under way. */
  readonly overlaps: number
  /** Grants that were good, and are not any more. */
  readonly losses: number
  /** Connections that were reported as needing the customer, and why. */
  readonly reasons: Readonly<Record<string, number>>
  /** Losses that nobody reported, or reported without a reason. */
  readonly silent: number
  /** What did not hold, in words. Empty: everything did. */
  readonly broken: readonly string[]
}

/** Where the successor exists nowhere but at the provider and in the process: no client can win. */
const LOSING_POINTS = ['C2', 'C3', 'C4']
/** Instants of two processes on one machine, and what an answer takes on a busy one until it is read. */
const BEFORE_MS = 50
const AFTER_MS = 2_000
/** From an answer to the disk, for a process that hardly gets a turn. Who takes longer has forgotten to write it. */
const LONGEST_MS = 15_000

/**
 * Decides from the provider's ledger, the rows and the database's own record of their changes what became of the
 * grants. Shares no code with the product.
 * @param mode what must hold in such a campaign
 */
export async function judge(
  evidence: Evidence,
  mode: Pick<ModeDefinition, 'promises' | 'objections'>,
): Promise<Verdict> {
  const { rotation, ledger, changes, served } = evidence
  const requests = ledger.filter(entry => entry.grantType === 'refresh_token')
  const overlapping = overlapsOf(requests)
  const overlaps = overlapping.length
  const reported = changes.filter(isReport)
  const silent = [
    ...reported.filter(({ statusReason }) => statusReason === null).map(({ connection }) => connection),
    ...(await silentlyLost(evidence)),
  ]
  const broken = [...evidence.complaints, ...(mode.objections?.(evidence) ?? [])]
  const mustHold = (holds: boolean, words: string): void => void (holds || broken.push(words))

  broken.push(...overlapping.map(ids => `requests ${ids} of one grant were under way at the same time`))
  mustHold(silent.length === 0, `lost without a word: ${silent.join(', ')}`)
  const backwards = changes.filter(one => one.generation < (one.generationBefore ?? 0))
  mustHold(backwards.length === 0, `${backwards.length} times a generation went back`)
  const doubles = writtenTwice(evidence)
  mustHold(doubles.length === 0, `written twice: ${doubles.join(', ')}`)
  const losses = reported.filter(({ statusReason }) => statusReason !== null).length + silent.length
  if (rotation !== 'strict' || mode.promises.losesNothing) {
    mustHold(losses === 0, `${losses} grants lost, and none may be`)
  } else {
    broken.push(...reported.flatMap(report => objectionTo(report, evidence, requests)))
  }
  if (mode.promises.failsNobody) {
    mustHold(served.errors.length === 0, `${served.errors.length} calls failed`)
    mustHold(served.refused === 0, `${served.refused} access tokens were handed out that were not good`)
  }
  mustHold(served.calls > 0, 'no caller was served')
  mustHold(requests.length > 0, 'nothing was refreshed')
  return {
    requests: requests.length,
    overlaps,
    losses,
    reasons: countReasons(reported),
    silent: silent.length,
    broken,
  }
}

function isReport({ status, statusBefore }: Change): boolean {
  return status === 'reauthorization_required' && statusBefore !== status
}

function countReasons(reported: readonly Change[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { statusReason } of reported) {
    if (statusReason !== null) counts[statusReason] = (counts[statusReason] ?? 0) + 1
  }
  return counts
}

/** By grant, not by refresh token: a rotated one beside its predecessor is one too many as well. */
function overlapsOf(requests: readonly LedgerEntry[]): readonly string[] {
  const under = new Map<number, LedgerEntry>()
  const found: string[] = []
  for (const entry of requests.toSorted((one, other) => one.arrivedAt - other.arrivedAt)) {
    if (entry.grant === null) continue
    const before = under.get(entry.grant)
    const until = before === undefined ? 0 : (before.endedAt ?? Infinity)
    if (entry.arrivedAt < until) found.push(`${before?.id} and ${entry.id}`)
    if ((entry.endedAt ?? Infinity) > until) under.set(entry.grant, entry)
  }
  return found
}

/** Rows that pass for good, with a refresh token that is not: it would come out at the next refresh. */
async function silentlyLost({ rows, given, key, provider, stateOf }: Evidence): Promise<readonly string[]> {
  const lost: string[] = []
  for (const { connection } of given) {
    if (!rows.some(row => row.connection === connection)) lost.push(`${connection}, whose row is gone`)
  }
  for (const row of rows) {
    if (row.status === 'reauthorization_required') continue
    const state = await stateOfRow(row, key, provider, stateOf)
    if (state !== 'current') lost.push(`${row.connection}, whose refresh token is ${state}`)
  }
  return lost
}

async function stateOfRow(
  { connection, refreshToken }: FinalRow,
  key: Buffer,
  provider: string,
  stateOf: Evidence['stateOf'],
): Promise<string> {
  if (refreshToken === null) return 'gone'
  try {
    return await stateOf(openRefreshToken(refreshToken, key, { connection, provider }))
  } catch {
    return 'not to be opened'
  }
}

/**
 * Whether a report of a loss is true, and nobody's fault: the provider has refused a refresh token that it had
 * replaced, and whoever had asked then was struck before the successor could be on a disk.
 */
function objectionTo(
  report: Change,
  evidence: Evidence,
  requests: readonly LedgerEntry[],
): readonly string[] {
  const { connection } = report
  const lost = (words: string): readonly string[] => [`${connection} was lost: ${words}`]
  const grant = grantAt(report, evidence.given, requests)
  const ofGrant = requests.filter(entry => entry.grant === grant)
  const refusal = ofGrant.find(({ outcome }) => outcome === 'invalid_code')
  if (refusal === undefined) return lost('the provider has never refused it')
  const spent = ofGrant.find(entry => entry.rotated && entry.refreshToken === refusal.refreshToken)
  if (spent === undefined) return lost(`the provider said ${refusal.reason}, and had not replaced it`)
  if (spent.fault !== null && spent.fault !== 'delay') return []
  const asker = evidence.asked.findLast(one => one.connection === connection && one.at <= spent.arrivedAt + 5)
  // A busy provider reads a request long after it was sent, also of a process that is dead by then.
  const from = Math.min(asker?.at ?? Infinity, spent.arrivedAt - BEFORE_MS)
  const ended = spent.endedAt ?? spent.arrivedAt
  const kept = evidence.kept.find(
    one => one.connection === connection && one.process === asker?.process && one.at >= asker.at,
  )
  const until = Math.min(kept?.at ?? Infinity, ended + LONGEST_MS)
  const excuses = evidence.incidents.filter(({ process, at, until: over }) => {
    if (over < from) return false
    return process === null ? at <= ended + AFTER_MS : process === asker?.process && at <= until
  })
  if (excuses.some(one => isExcuse(one, connection, spent)) || wasSentLate(refusal, connection, evidence))
    return []
  return lost(`its refresh token was replaced ${told(excuses)}`)
}

/**
 * A request of a process that was stopped after it had begun to ask, and went on right before the provider read it: it
 * was frozen between its last look at the clock and its first byte (Limits of docs/reliability.md). It cannot have asked
 * anew in between: then it would have looked.
 */
function wasSentLate(
  { arrivedAt }: LedgerEntry,
  connection: string,
  { asked, incidents }: Evidence,
): boolean {
  return incidents.some(({ kind, process, at, until }) => {
    if (kind !== 'freeze' || until > arrivedAt + BEFORE_MS || arrivedAt - until > AFTER_MS) return false
    const ask = asked.findLast(
      one => one.process === process && one.connection === connection && one.at <= arrivedAt,
    )
    return ask !== undefined && ask.at <= at
  })
}

function grantAt(report: Change, given: readonly Given[], requests: readonly LedgerEntry[]): number | null {
  const grant = given.findLast(one => one.connection === report.connection && one.at <= report.at)
  return grant === undefined ? null : grantOf(grant, requests)
}

function isExcuse(
  { kind, point, connection, refreshToken }: Incident,
  lost: string,
  spent: LedgerEntry,
): boolean {
  // What the provider did wrong, it says itself, with the request.
  if (kind === 'fault' || (kind === 'cut' && refreshToken !== spent.refreshToken)) return false
  return connection !== lost || point === null || LOSING_POINTS.includes(point)
}

function told(incidents: readonly Incident[]): string {
  if (incidents.length === 0) return 'and nothing had befallen whoever asked'
  return `with ${incidents.map(({ kind, point }) => `a ${kind} at ${point}`).join(', ')}`
}
