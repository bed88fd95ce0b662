import { describe, expect, test } from 'vitest'
import { faultOf, policyWith } from './policy.ts'

describe('a policy', () => {
  test('has the durations of the protocol by default', () => {
    expect(policyWith({})).toMatchObject({
      windowMs: 300_000,
      requestTimeoutMs: 10_000,
      leaseMs: 15_000,
      sendMarginMs: 4_000,
    })
    expect(faultOf(policyWith({}))).toBeNull()
  })

  test('keeps lease, margin and closing time in step with the request', () => {
    const policy = policyWith({ requestTimeoutMs: 500, leaseMs: 750, windowMs: undefined })
    expect(policy).toMatchObject({
      leaseMs: 750,
      sendMarginMs: 200,
      closeTimeoutMs: 2_500,
      windowMs: 300_000,
    })
    expect(faultOf(policy)).toBeNull()
  })

  test.each([
    [{ windowMs: -1 }, 'windowMs'],
    [{ windowMs: Number.NaN }, 'windowMs'],
    [{ windowShare: 2 }, 'windowShare'],
    [{ softFactor: 0.5 }, 'softFactor'],
    [{ requestSlots: 0 }, 'requestSlots'],
    [{ leaseMs: 10_000 }, 'leaseMs'],
    [{ leaseMs: 5 }, 'policy.leaseMs'],
    [{ leaseMs: Number.NaN }, 'policy.leaseMs'],
    [{ requestTimeoutMs: Number.NaN }, 'policy.requestTimeoutMs'],
  ])('that cannot hold is refused in words: %o', (given, name) => {
    expect(faultOf(policyWith(given))).toContain(name)
  })
})
