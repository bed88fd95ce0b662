import { expect, test } from 'vitest'
import { issuedRefresh } from './ledger-entry.ts'
import { untimely } from './modes/clocks.ts'

/** What is said of a second request, at this instant; the first was sent at 1,000 and read at 1,900. */
function saidOf(arrivedAt: number, dismissedAt = 60_000): readonly string[] {
  return untimely({
    ledger: [issuedRefresh(1, 'first', 1_900), issuedRefresh(2, 'second', arrivedAt)],
    given: [{ connection: 'a', refreshToken: 'first', at: 0, expiresAt: 6_000 }],
    asked: [
      { process: 1, connection: 'a', at: 1_000 },
      { process: 2, connection: 'b', at: 1_500 },
      { process: 2, connection: 'a', at: arrivedAt },
    ],
    dismissedAt,
  })
}

test('a request for a token that is fresh by the right clock is untimely, whenever the provider read the one before', () => {
  expect(saidOf(4_000)).toEqual(['request 2 was for a token of 3000 ms, which was fresh'])
  expect(saidOf(4_600)).toEqual([])
})

test('what is refreshed when the back ends are gone is the judge and not they', () => {
  expect(saidOf(4_000, 3_900)).toEqual([])
})
