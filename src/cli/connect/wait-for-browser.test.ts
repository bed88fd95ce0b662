import { FakeClock } from 'evergrant/testing'
import { describe, expect, test } from 'vitest'
import type { Arrival } from './callback-listener.ts'
import { arrivalWithin } from './wait-for-browser.ts'

const REDIRECT_URI = 'http://127.0.0.1:4123/callback/acme'

function waiting(leftMs: number) {
  const clock = new FakeClock()
  const said: string[] = []
  const waits: number[] = []
  let end: (arrival: Arrival) => void = () => {}
  const arrival = arrivalWithin(leftMs, {
    clock,
    output: { complain: texts => void said.push(...texts), progress: () => {} },
    listener: {
      redirectUri: REDIRECT_URI,
      arrival: async ms => {
        waits.push(ms)
        return new Promise(resolve => {
          end = resolve
        })
      },
    },
  })
  return { clock, said, waits, arrival, end: (kind: 'timeout') => end({ kind }) }
}

describe('the wait for a browser', () => {
  test('says what to look at where nobody is back for a while: the provider may show an error', async () => {
    const { clock, said } = waiting(600_000)
    await clock.advance(44_000)
    expect(said).toEqual([])
    await clock.advance(2_000)
    expect(said).toEqual([expect.stringContaining(`${REDIRECT_URI} is registered there to the letter`)])
  })

  test('says nothing more once it is over', async () => {
    const { clock, said, arrival, end } = waiting(600_000)
    end('timeout')
    expect(await arrival).toEqual({ kind: 'timeout' })
    await clock.advance(60_000)
    expect(said).toEqual([])
  })

  test.each([
    [-3_600_000, 60_000],
    [300_000, 300_000],
    [3_600_000, 600_000],
  ])('of %i ms left lasts %i: one of the clocks may be wrong', (leftMs, lastsMs) => {
    expect(waiting(leftMs).waits).toEqual([lastsMs])
  })
})
