import { StoreUnavailableError } from '../errors.ts'
import type { Allowance } from '../lifecycle/budget.ts'
import type { Connection } from '../lifecycle/connection.ts'
import { longestGateMs } from '../lifecycle/policy.ts'
import { hasSlept, type Moment, momentOf } from '../ports/moment.ts'
import type { ConnectionKey } from '../ports/store.ts'
import { connectionOf, databaseNow, type Observed } from './observed.ts'
import type { RefreshPorts } from './ports.ts'
import type { StoreHealth } from './store-health.ts'

/** The right to make one request with one refresh token. */
export interface Claim {
  readonly observed: Observed
  readonly key: ConnectionKey
  /** The row as it was before the claim. */
  readonly found: Connection
  readonly leaseId: string
  readonly attemptId: string
  /** By the monotonic clock, and never later than the database's own end of it. */
  readonly leaseEndsAt: number
  /** When it was asked for. */
  readonly askedAt: Moment
  /** What it took of the provider's budget, in ms of `budget_until`. */
  readonly costMs: number
}

export interface ClaimOptions {
  readonly leaseMs: number
  readonly longestLeaseMs: number
  readonly skipNoProgress: boolean
  /** Whether a refresh token that is sent twice ends its grant: then nobody is in a hurry to take over. */
  readonly strict: boolean
  /** Null: the provider takes as many refreshes as are made. */
  readonly allowance: Allowance | null
}

/**
 * Takes the lease of a connection in one UPDATE. It commits before a byte is sent: it is the record, written
 * ahead, that the refresh token may have been spent. Null: the row is not what was read, or somebody else has it.
 * @throws StoreUnavailableError the claim was not taken, or nobody knows; then no request may be made
 */
export async function takeClaim(
  ports: RefreshPorts,
  health: StoreHealth,
  observed: Observed,
  options: ClaimOptions,
): Promise<Claim | null> {
  const { store, clock, randomness, policy } = ports
  const { row } = observed
  const { leaseMs, longestLeaseMs, skipNoProgress, allowance } = options
  // Somebody may hold tokens in memory that an outage kept them from committing.
  const isTooSoon = options.strict ? health.mayBeMistaken : health.inGrace
  if (row.leaseId !== null && isTooSoon) return null

  const leaseId = randomness.uuid()
  const attemptId = randomness.uuid()
  const askedAt = momentOf(clock)
  const claim: Claim = {
    observed,
    key: row,
    found: connectionOf(row),
    leaseId,
    attemptId,
    leaseEndsAt: askedAt.monotonicMs + leaseMs,
    askedAt,
    costMs: allowance?.costMs ?? 0,
  }
  for (let tries = 1; ; tries += 1) {
    const taken = await health
      .watch(() =>
        store.claim({
          row,
          leaseId,
          attemptId,
          leaseMs,
          longestLeaseMs,
          longestGateMs: longestGateMs(policy),
          skipNoProgress,
          allowance,
        }),
      )
      .catch(asFailure)
    if (taken === true) return claim
    if (taken === false && tries === 1) return null
    // The answer was lost, not necessarily the claim: the row knows.
    const now = await health.watch(() => store.read(row))
    if (now?.leaseId === leaseId) return claim
    const isUntouched = now?.generation === row.generation && now.leaseId === row.leaseId
    if (taken === false || !isUntouched) return null
    // Nobody else has it. The database reads and does not write: that is what the callers are to hear.
    if (tries === MOST_TRIES) throw taken
  }
}

const MOST_TRIES = 2

function asFailure(error: unknown): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error
  throw error
}

/** Whether the lease lasts long enough for a whole request and its margin. */
export function outlivesRequest(claim: Claim, ports: RefreshPorts): boolean {
  const { requestTimeoutMs, sendMarginMs } = ports.policy
  if (hasSlept(claim.askedAt, ports.clock)) return false
  return claim.leaseEndsAt - ports.clock.monotonicMs() >= requestTimeoutMs + sendMarginMs
}

/** The database's clock now, as this claim knows it. */
export function claimNow(claim: Claim, ports: RefreshPorts): number {
  return databaseNow(claim.observed, ports.clock)
}
