/** Every duration of the token lifecycle, in ms unless the name says otherwise. */
export interface Policy {
  /** A token that lives no longer than this is refreshed before it is handed out. Default 5 minutes. */
  readonly windowMs: number
  /** The window is never more than this share of the token's lifetime. Default 0.2. */
  readonly windowShare: number
  /** A background refresh becomes due this many windows before expiry. Default 2. */
  readonly softFactor: number
  /** Share of the time between background refresh and window over which the former is spread. Default 0.5. */
  readonly softJitterShare: number
  /** A token with no more than this left is never handed out… Default 5 s. */
  readonly servableFloorMs: number
  /** …or than this share of its lifetime, when that is less. Default 0.05. */
  readonly servableFloorShare: number
  /** The lifetime of a token when neither row nor profile knows it. Default 1 hour. */
  readonly unknownLifetimeMs: number
  /** Total time of one request to a token endpoint. Default 10 s. */
  readonly requestTimeoutMs: number
  /** How long a claim lasts. Default `requestTimeoutMs` + 5 s. */
  readonly leaseMs: number
  /** What a lease must have left beyond `requestTimeoutMs` right before sending. Default 4 s. */
  readonly sendMarginMs: number
  /** How long a caller waits for a refresh while the stored token still works. Default 3 s. */
  readonly hardWaitMs: number
  /** How long a caller waits for a refresh when there is no servable token. Default 15 s. */
  readonly expiredWaitMs: number
  /** First and longest pause between two looks at a row that somebody else refreshes. Default 25 and 250 ms. */
  readonly pollFirstMs: number
  /** Longest pause between two looks at a row that another process refreshes. Default 250 ms. */
  readonly pollLongestMs: number
  /** First step of the back-off after a passing failure. Default 1 s. */
  readonly backoffFirstMs: number
  /** Longest step while the token is outside its window. Default 5 minutes. */
  readonly backoffLongestMs: number
  /** Longest step inside the window and after expiry. Default 30 s. */
  readonly backoffInWindowMs: number
  /** Bounds of a provider's `Retry-After`. Default 1 s and 15 minutes. */
  readonly retryAfterLeastMs: number
  /** The longest pause that a `Retry-After` can ask for. Default 15 minutes. */
  readonly retryAfterMostMs: number
  /** Time between a first refusal of a grant and its confirmation. Default 60 s. */
  readonly confirmRefusalMs: number
  /** Pause after a refresh that brought no later expiry. Default 30 s. */
  readonly noProgressMs: number
  /** Least time between two reports of a rejected token that are acted on. Default 30 s. */
  readonly rejectedPauseMs: number
  /** Pause between two tries to commit tokens while the database is down. Default 1 s. */
  readonly commitRetryMs: number
  /** Time given to others to commit after a database outage, before an expired lease is taken over. Default 5 s. */
  readonly outageGraceMs: number
  /** How long one database call may take. Default 3 s. */
  readonly storeTimeoutMs: number
  /** How long a refresh waits for its new refresh token to be on the disk, where there is a lifeboat. Default 1 s. */
  readonly lifeboatTimeoutMs: number
  /** Pause between two looks of the sweep at what is due. Default 5 s. */
  readonly sweepIntervalMs: number
  /** Requests of the sweep in flight at one token endpoint. A count. Default 16. */
  readonly sweepConcurrency: number
  /** Requests that the sweep starts in a second at one token endpoint. A count. Default 100. */
  readonly sweepPerSecond: number
  /** A refresh token that ends for good within this time is told of at each refresh. Default 7 days. */
  readonly expiryWarningMs: number
  /** How long the events of connections are kept in the database. Default 90 days. */
  readonly eventRetentionMs: number
  /** How long `close()` waits for refreshes in flight. Default `requestTimeoutMs` + 2 s. */
  readonly closeTimeoutMs: number
  /**
   * Connections that have to fail in a row, with no success in between, until a token endpoint, or an app there, is
   * left alone for a while. A count. Default 3.
   */
  readonly breakerConnections: number
  /** Requests in flight at one token endpoint at the same time. A count. Default 128. */
  readonly requestSlots: number
}

/** Some values of a policy; the others keep their defaults. */
export type PolicyOptions = { readonly [Name in keyof Policy]?: Policy[Name] | undefined }

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** The policy with the given values over the defaults; `leaseMs` and `closeTimeoutMs` follow `requestTimeoutMs`. */
export function policyWith(given: PolicyOptions): Policy {
  const requestTimeoutMs = given.requestTimeoutMs ?? 10 * SECOND
  const leaseMs = given.leaseMs ?? requestTimeoutMs + 5 * SECOND
  return {
    windowMs: 5 * MINUTE,
    windowShare: 0.2,
    softFactor: 2,
    softJitterShare: 0.5,
    servableFloorMs: 5 * SECOND,
    servableFloorShare: 0.05,
    unknownLifetimeMs: 60 * MINUTE,
    sendMarginMs: Math.max(0, Math.min(4 * SECOND, 0.8 * (leaseMs - requestTimeoutMs))),
    hardWaitMs: 3 * SECOND,
    expiredWaitMs: 15 * SECOND,
    pollFirstMs: 25,
    pollLongestMs: 250,
    backoffFirstMs: 1 * SECOND,
    backoffLongestMs: 5 * MINUTE,
    backoffInWindowMs: 30 * SECOND,
    retryAfterLeastMs: 1 * SECOND,
    retryAfterMostMs: 15 * MINUTE,
    confirmRefusalMs: 1 * MINUTE,
    noProgressMs: 30 * SECOND,
    rejectedPauseMs: 30 * SECOND,
    commitRetryMs: 1 * SECOND,
    outageGraceMs: 5 * SECOND,
    storeTimeoutMs: 3 * SECOND,
    lifeboatTimeoutMs: 1 * SECOND,
    closeTimeoutMs: requestTimeoutMs + 2 * SECOND,
    sweepIntervalMs: 5 * SECOND,
    sweepConcurrency: 16,
    sweepPerSecond: 100,
    expiryWarningMs: 7 * 24 * 60 * MINUTE,
    eventRetentionMs: 90 * 24 * 60 * MINUTE,
    breakerConnections: 3,
    requestSlots: 128,
    ...definedOf(given),
    requestTimeoutMs,
    leaseMs,
  }
}

// What slow claims may add to a lease, in store timeouts.
const SLOWEST_CLAIM = 4

/** The longest lease that anybody takes: where the database answers slowly, it is longer than `leaseMs`. */
export function longestLeaseMs(policy: Policy): number {
  return policy.leaseMs + SLOWEST_CLAIM * policy.storeTimeoutMs
}

/** The longest that a failure holds a connection back. A strictly rotating provider may do it longer: see gate.ts. */
export function longestGateMs(policy: Policy): number {
  const { retryAfterMostMs, backoffLongestMs, backoffInWindowMs, confirmRefusalMs, noProgressMs } = policy
  return Math.max(retryAfterMostMs, backoffLongestMs, backoffInWindowMs, confirmRefusalMs, noProgressMs)
}

/** What is wrong with a policy, in words for the person who wrote it; null: nothing. */
export function faultOf(policy: Policy): string | null {
  // The two that others follow from come first: a fault is told of them, not of what follows.
  const { requestTimeoutMs, leaseMs, ...others } = policy
  for (const [name, value] of Object.entries({ requestTimeoutMs, leaseMs, ...others })) {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      return `policy.${name} must be a number of 0 or more`
    }
  }
  for (const name of ['windowShare', 'servableFloorShare', 'softJitterShare'] as const) {
    if (policy[name] > 1) return `policy.${name} is a share: at most 1`
  }
  if (policy.softFactor < 1) return 'policy.softFactor must be at least 1'
  for (const name of ['requestSlots', 'breakerConnections', 'sweepConcurrency', 'sweepPerSecond'] as const) {
    if (policy[name] < 1) return `policy.${name} must be at least 1`
  }
  if (policy.leaseMs <= policy.requestTimeoutMs + policy.sendMarginMs) {
    return 'policy.leaseMs must be longer than requestTimeoutMs + sendMarginMs: a lease must outlive its request'
  }
  return null
}

function definedOf(given: PolicyOptions): Partial<Policy> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
