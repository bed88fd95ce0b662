import fc from 'fast-check'
import type { Connection } from '../../src/lifecycle/connection.ts'
import { type Policy, policyWith } from '../../src/lifecycle/policy.ts'
import type { ProviderTraits } from '../../src/lifecycle/provider-traits.ts'
import { appTraits } from '../../src/providers/client-credentials.ts'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

/** The default policy. */
export const policy: Policy = policyWith({})

/** A provider like Zoho: an hour's tokens, refresh tokens that stay. */
export const zohoLike: ProviderTraits = {
  lifetimeMs: HOUR,
  refreshEarliestMs: 0,
  rotation: 'static',
  refreshKillsAccessToken: false,
  refreshTokenIdleMs: null,
  throttleMs: 10 * MINUTE,
  refreshBudget: null,
  grant: 'refresh_token',
}

/** A provider that is asked by the app's own credentials. */
export const appGrant: ProviderTraits = appTraits(zohoLike)

/** A provider of which nothing is known. */
export const unknownProvider: ProviderTraits = { ...zohoLike, lifetimeMs: null, rotation: 'strict' }

/** A healthy row whose access token expires at `expiresAt`; the database's clock starts at 0. */
export function connectionWith(given: Partial<Connection> = {}): Connection {
  return {
    hasAccessToken: true,
    hasRefreshToken: true,
    status: 'active',
    statusReason: null,
    generation: 1,
    lifetimeMs: HOUR,
    expiresAt: HOUR,
    refreshAt: null,
    leaseId: null,
    leaseUntil: null,
    attemptId: null,
    appId: null,
    failureCount: 0,
    nextAttemptAt: null,
    lastError: null,
    lastRefreshedAt: null,
    refreshTokenExpiresAt: null,
    budgetUntil: null,
    rejectedAt: null,
    ...given,
  }
}

const instant = fc.oneof(fc.integer({ min: -HOUR, max: 3 * HOUR }), fc.constant(Infinity))
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null })

/** Any row that can lie in the table. */
export const anyConnection: fc.Arbitrary<Connection> = fc.record({
  hasAccessToken: fc.boolean(),
  hasRefreshToken: fc.boolean(),
  status: fc.constantFrom('active', 'suspect', 'reauthorization_required'),
  statusReason: maybe(
    fc.constantFrom('refused', 'lost_rotation', 'expired', 'suspect', 'no_refresh_token', 'odd'),
  ),
  generation: fc.nat(3),
  lifetimeMs: maybe(fc.integer({ min: 1, max: 2 * HOUR })),
  expiresAt: maybe(instant),
  refreshAt: maybe(instant),
  leaseId: maybe(fc.constant('lease')),
  leaseUntil: maybe(instant),
  attemptId: maybe(fc.constant('attempt')),
  appId: maybe(fc.constantFrom('app', 'other app')),
  failureCount: fc.nat(50),
  nextAttemptAt: maybe(instant),
  lastError: maybe(
    fc.constantFrom(
      'PROVIDER_UNAVAILABLE',
      'PROVIDER_RATE_LIMITED',
      'PROVIDER_MISCONFIGURED',
      'PROVIDER_RESPONSE',
      'REAUTHORIZATION_REQUIRED',
      'NO_PROGRESS',
    ),
  ),
  lastRefreshedAt: maybe(instant),
  refreshTokenExpiresAt: maybe(instant),
  budgetUntil: maybe(instant),
  rejectedAt: maybe(instant),
})

/** Of a provider where users grant. */
export const anyTraits: fc.Arbitrary<ProviderTraits> = fc.record({
  grant: fc.constant('refresh_token'),
  lifetimeMs: maybe(fc.integer({ min: 1, max: 2 * HOUR })),
  refreshEarliestMs: fc.constantFrom(0, 0, 570 * SECOND),
  rotation: fc.constantFrom('static', 'window', 'strict'),
  refreshKillsAccessToken: fc.boolean(),
  refreshTokenIdleMs: maybe(fc.integer({ min: 1, max: 2 * HOUR })),
  throttleMs: fc.constant(10 * MINUTE),
  refreshBudget: maybe(
    fc.record({ requests: fc.integer({ min: 1, max: 20 }), perMs: fc.integer({ min: 1, max: HOUR }) }),
  ),
})

/** Of a provider that is asked by the app's own credentials. */
export const anyAppTraits: fc.Arbitrary<ProviderTraits> = anyTraits.map(appTraits)
