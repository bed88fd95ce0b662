import { setImmediate as nextTurn } from 'node:timers/promises'
import { FakeClock } from 'evergrant/testing'
import { describe, expect, test } from 'vitest'
import { read, requestWorld, throttled, write } from '../../../test/support/zoho-requests.ts'
import type { DelayOptions } from '../../ports/clock.ts'

const world = await requestWorld()
const { api, requests, untilCalls } = world

/** Tokens whose `fetch` waits until it is told to answer. */
function heldTokens() {
  const waiting: { readonly url: string; answer(status?: number): void }[] = []
  const token = { accessToken: 'a', expiresAt: null, scopes: [], tokenType: 'Bearer' } as const
  const getToken = async () => ({ ...token, metadata: { api_domain: 'https://www.zohoapis.com' } })
  const fetch = (_client: string, _provider: string, url: unknown) =>
    new Promise<Response>(resolve => {
      const answer = (status = 200): void => resolve(Response.json({}, { status }))
      waiting.push({ url: String(url), answer })
    })
  return { waiting, given: { tokens: { getToken, refreshToken: getToken, fetch } } }
}

/** Until everything that can go on without an answer has done so. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn()
}

describe('the calls at once', () => {
  test.each([
    ['free', 5, 5],
    ['standard', 10, 10],
    ['professional', 15, 10],
    ['enterprise', 20, 10],
    ['ultimate', 25, 10],
  ] as const)(
    'of one connection are bounded by its edition: %s, %i, %i heavy',
    async (edition, most, heavy) => {
      const { waiting, given } = heldTokens()
      const calls = Array.from({ length: 40 }, () =>
        requests({ edition }, given).send({ ...read, heavy: true }),
      )
      await settled()
      expect(waiting).toHaveLength(heavy)
      calls.push(...Array.from({ length: 40 }, () => requests({ edition }, given).send(read)))
      await settled()
      expect(waiting).toHaveLength(most)
      for (let answered = 1; answered <= 80; answered += 1) {
        waiting.shift()?.answer()
        await settled()
        expect(waiting.length).toBeLessThanOrEqual(most)
      }
      await Promise.all(calls)
    },
  )

  test('are bounded over all clients of one connection, by the smaller edition; others have their own', async () => {
    const { waiting, given } = heldTokens()
    const send = (edition: 'ultimate' | 'free', clientId: string): Promise<unknown> =>
      requests({ edition, clientId }, given).send(read)
    const calls = ['one', 'one', 'two'].flatMap((client, index) =>
      Array.from({ length: 10 }, () => send(index === 1 ? 'free' : 'ultimate', client)),
    )
    await settled()
    // Ten of the first had begun before the second said that five are the most.
    expect(waiting).toHaveLength(20)
    for (const { answer } of waiting.splice(0)) answer()
    await settled()
    expect(waiting).toHaveLength(5)
    for (const { answer } of waiting.splice(0)) answer()
    await settled()
    for (const { answer } of waiting.splice(0)) answer()
    await Promise.all(calls)
  })

  test('come in their order, and give their turn back whatever becomes of them', async () => {
    const { waiting, given } = heldTokens()
    const pages = Array.from({ length: 30 }, (_, page) => page)
    const calls = pages.map(page => requests({}, given).send({ ...read, query: { page } }))
    const ended = Promise.allSettled(calls)
    const came: string[] = []
    for (let next = 0; next < pages.length; next += 1) {
      await settled()
      const first = waiting.shift()
      came.push(first?.url ?? '')
      first?.answer(next % 3 === 0 ? 404 : 200)
    }
    expect(came.map(url => Number(new URL(url).searchParams.get('page')))).toEqual(pages)
    expect((await ended).filter(({ status }) => status === 'rejected')).toHaveLength(10)
  })
})

class CountedBackOffs extends FakeClock {
  backOffs = 0

  override delay(ms: number, options: DelayOptions = {}): Promise<void> {
    if (options.keepAlive === true) this.backOffs += 1
    return super.delay(ms, options)
  }
}

describe('a caller who gives up', () => {
  test('in a back-off leaves at once, and the call is not made again', async () => {
    const waiting = new CountedBackOffs()
    api.usually = throttled
    const giveUp = new AbortController()
    const call = requests({}, { clock: waiting }).send({ ...read, signal: giveUp.signal })
    await expect.poll(() => waiting.backOffs, { interval: 2 }).toBe(1)
    giveUp.abort(new RangeError('enough'))
    await expect(call).rejects.toThrow('enough')
    await waiting.advance(120_000)
    expect([api.calls.length, waiting.pendingDelays]).toEqual([1, 0])
  })

  test('in the queue leaves at once, and takes no turn', async () => {
    const answers: (() => void)[] = []
    api.usually = (_, response) => void answers.push(() => response.end('{}'))
    const service = requests()
    const running = Array.from({ length: 5 }, () => service.send(read))
    await untilCalls(5)
    const giveUp = new AbortController()
    const waiting = service.send({ ...read, signal: giveUp.signal })
    const last = service.send(read)
    giveUp.abort()
    await expect(waiting).rejects.toThrow(/abort/i)
    for (const answer of answers.splice(0)) answer()
    await untilCalls(6)
    for (const answer of answers.splice(0)) answer()
    await Promise.all([...running, last])
    expect(api.calls).toHaveLength(6)
  })

  test('while it is under way gets the reason; who comes with an ended signal sends nothing', async () => {
    api.usually = () => {}
    const giveUp = new AbortController()
    const call = requests().send({ ...write, signal: giveUp.signal })
    await untilCalls(1)
    giveUp.abort(new RangeError('enough'))
    await expect(call).rejects.toThrow('enough')
    await expect(requests().send({ ...read, signal: giveUp.signal })).rejects.toThrow('enough')
    expect(api.calls).toHaveLength(1)
  })
})
