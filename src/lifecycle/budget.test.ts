import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  anyConnection,
  anyTraits,
  connectionWith,
  HOUR,
  MINUTE,
  policy,
  SECOND,
  zohoLike,
} from '../../test/support/lifecycle.ts'
import { taken } from '../store/memory-rows.ts'
import { type Allowance, allowanceOf, budgetOpensAt } from './budget.ts'
import { gateOf } from './gate.ts'

const zoho = { ...zohoLike, refreshBudget: { requests: 10, perMs: 10 * MINUTE } }
const expired = connectionWith({ expiresAt: -1 })
const fresh = connectionWith({ expiresAt: HOUR })

function allowed(connection = expired, traits = zoho): Allowance {
  const allowance = allowanceOf(connection, 0, traits, policy)
  if (allowance === null) throw new RangeError('there is no budget')
  return allowance
}

/** When requests are made, of those that are asked for at these instants. */
function made(asked: readonly number[], allowance: Allowance): readonly number[] {
  let budgetUntil: number | null = null
  return asked.filter(at => {
    if (budgetOpensAt({ ...expired, budgetUntil }, at, allowance) !== null) return false
    budgetUntil = taken({ budgetUntil }, allowance, at)
    return true
  })
}

describe('a budget of refreshes', () => {
  test('is kept in any time of its length, however the requests come', () => {
    fc.assert(
      fc.property(
        fc.record({
          requests: fc.integer({ min: 1, max: 30 }),
          perMs: fc.integer({ min: 1_000, max: HOUR }),
        }),
        fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200_000 })), { maxLength: 300 }),
        (refreshBudget, pauses) => {
          let at = 0
          const asked = pauses.map(pause => {
            at += pause
            return at
          })
          const lasting = { ...expired, lifetimeMs: 100 * HOUR }
          const times = made(asked, allowed(lasting, { ...zoho, refreshBudget }))
          for (const [place, first] of times.entries()) {
            const oneTooMany = times[place + refreshBudget.requests]
            if (oneTooMany !== undefined)
              expect(oneTooMany - first).toBeGreaterThanOrEqual(refreshBudget.perMs)
          }
        },
      ),
    )
  })

  test('of ten in ten minutes is five at once and then one in two minutes, three of them for a call’s own sake', () => {
    const asked = Array.from({ length: 600 }, (_, second) => second * SECOND)
    expect(made([0, 0, 0, 0, 0, 0], allowed())).toHaveLength(5)
    expect(made([0, 0, 0, 0, 0, 0], allowed(fresh))).toHaveLength(3)
    expect(made([0, 0, 0, 0, ...asked], allowed())).toEqual([
      0, 0, 0, 0, 0, 120_000, 240_000, 360_000, 480_000,
    ])
  })

  test('opens again when it says so, and not before', () => {
    const allowance = allowed()
    const connection = connectionWith({ budgetUntil: 9 * MINUTE })
    expect(budgetOpensAt(connection, 0, allowance)).toBe(MINUTE)
    expect(budgetOpensAt(connection, MINUTE - 1, allowance)).toBe(MINUTE)
    expect(budgetOpensAt(connection, MINUTE, allowance)).toBeNull()
  })

  test('does not hold back for ever where the clock was set back', () => {
    expect(budgetOpensAt(connectionWith({ budgetUntil: 10 * MINUTE + 1 }), 0, allowed())).toBeNull()
    expect(taken({ budgetUntil: 5 * HOUR }, allowed(), 0)).toBe(10 * MINUTE)
  })

  test('holds nobody back whose tokens live shorter than its pause: it cannot be theirs', () => {
    const brief = connectionWith({ expiresAt: -1, lifetimeMs: 6 * SECOND, budgetUntil: 10 * MINUTE })
    expect(gateOf(brief, 0, zoho, policy, false)).toBeNull()
  })

  test('is nothing to who waits for the refresh of another', () => {
    const used = { ...expired, budgetUntil: 10 * MINUTE }
    expect(gateOf(used, 0, zoho, policy, false)).toEqual({ kind: 'over_budget', until: 2 * MINUTE })
    expect(gateOf({ ...used, leaseUntil: 1 }, 0, zoho, policy, false)).toBeNull()
  })

  test('never holds a connection back for longer than its own length', () => {
    fc.assert(
      fc.property(anyConnection, anyTraits, (connection, traits) => {
        const allowance = allowanceOf(connection, 0, traits, policy)
        if (allowance === null) return
        const opensAt = budgetOpensAt(connection, 0, allowance)
        expect(opensAt ?? 1).toBeGreaterThan(0)
        expect(opensAt ?? 0).toBeLessThanOrEqual(allowance.mostMs - allowance.aheadMs)
      }),
    )
  })
})
