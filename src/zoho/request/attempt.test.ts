import { FakeClock } from 'evergrant/testing'
import { describe, expect, test } from 'vitest'
import { type ReceivedCall, scriptedApi } from '../../../test/support/zoho-api.ts'
import { read, requestWorld, throttled, write, zohoErrorOf } from '../../../test/support/zoho-requests.ts'

const world = await requestWorld()
const { api, requests, untilCalls } = world

describe('a throttle', () => {
  test('is sat out, longer each time, with full jitter; a write is repeated too', async () => {
    api.replies.push(throttled, throttled, throttled)
    await requests().send(write)
    expect(world.clock.waits).toEqual([1_000, 2_000, 4_000])
    expect(api.calls).toHaveLength(4)
  })

  test.each([
    ['7', 8_000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 6_000],
    ['soon', 1_000],
    ['', 1_000],
  ])('that asks for a wait (Retry-After: %s) gets it', async (retryAfter, waited) => {
    const date = 'Thu, 01 Jan 2026 00:00:00 GMT'
    api.replies.push({ ...throttled, headers: { 'retry-after': retryAfter, date } })
    await requests().send(read)
    expect(world.clock.waits).toEqual([waited])
  })

  test('of a product that answers with HTTP 400 and a sentence is one as well', async () => {
    const title = 'URL_ROLLING_THROTTLES_LIMIT_EXCEEDED'
    const details = [{ message: 'Cannot execute more than 100 requests. Try again after 2 minutes.' }]
    api.usually = { status: 400, body: { error: { status_code: '400', title, details } } }
    const error = await zohoErrorOf(requests().send(read))
    expect(error).toMatchObject({ zohoCode: title, status: 400, retryable: true })
    expect(error.retryAt).toEqual(new Date(Date.UTC(2026, 0, 1) + 120_000))
    expect(world.clock.waits).toEqual([])
  })

  test('ends with an error after the retries, or at once when Zoho asks for longer than a minute', async () => {
    api.usually = throttled
    expect(await zohoErrorOf(requests({ retries: 2 }).send(read))).toMatchObject({
      zohoCode: 'TOO_MANY_REQUESTS',
      status: 429,
      retryable: true,
      outcome: 'not_done',
      retryAt: null,
    })
    expect(api.calls).toHaveLength(3)
    api.usually = { ...throttled, headers: { 'retry-after': '3600' } }
    const error = await zohoErrorOf(requests().send(read))
    expect(error.retryAt?.getTime()).toBe(world.clock.wallMs() + 3_600_000)
    expect(api.calls).toHaveLength(4)
  })
})

test('a code of one record among many is neither a throttle nor a missing scope, and repeats nothing', async () => {
  for (const code of ['TOO_MANY_REQUESTS', 'OAUTH_SCOPE_MISMATCH']) {
    const body = {
      data: [
        { code: 'SUCCESS', status: 'success' },
        { code, status: 'error', details: {} },
      ],
    }
    api.usually = { status: 207, body }
    expect(await requests().send(write)).toEqual({ status: 207, body })
    api.usually = { status: 400, body }
    expect(await requests().send({ ...write, accepts: () => true })).toEqual({ status: 400, body })
  }
  expect(api.calls).toHaveLength(4)
})

describe('a call of which nobody knows whether it was done', () => {
  const cut = (_: ReceivedCall, response: { destroy(): unknown }): void => void response.destroy()
  const failures = [
    ['HTTP 500', { status: 500, body: { code: 'INTERNAL_ERROR', status: 'error' } }, 500],
    ['HTTP 502 and a page', { status: 502, body: '<html>Bad Gateway</html>' }, 502],
    ['HTTP 200 and a page', { status: 200, body: '<html>Sign in</html>' }, 200],
    ['no answer', cut, null],
  ] as const

  test.each(failures)('is made again when it only reads: %s', async (_, reply) => {
    api.replies.push(reply, reply)
    await requests().send(read)
    await requests().send({ ...write, idempotent: true })
    expect([api.calls.length, world.clock.waits.length]).toEqual([4, 2])
  })

  test.each(failures)('is not made again when it writes, and says so: %s', async (_, reply, status) => {
    api.usually = reply
    const error = await zohoErrorOf(requests().send(write))
    expect(error).toMatchObject({ outcome: 'unknown', retryable: false, status })
    expect(error.message).toContain('POST /crm/v8/Leads')
    expect(error.message).toContain('It may have been done all the same: read before you repeat it.')
    expect([api.calls.length, world.clock.waits.length]).toEqual([1, 0])
  })

  test('is known not to be where no connection came about: then a write is made again, too', async () => {
    const closed = await scriptedApi()
    await closed[Symbol.asyncDispose]()
    const error = await zohoErrorOf(requests({ baseUrl: closed.url, retries: 1 }).send(write))
    expect(error).toMatchObject({ outcome: 'not_done', retryable: true, status: null })
    expect(error.message).toMatch(/the connection failed \(ECONNREFUSED\)/)
    expect(world.clock.waits).toEqual([1_000])
  })

  test('takes no longer than timeoutMs an attempt', async () => {
    const waiting = new FakeClock()
    api.usually = () => {}
    const service = requests({ timeoutMs: 5_000, retries: 0 }, { clock: waiting })
    const ended = [zohoErrorOf(service.send(read)), zohoErrorOf(service.send(write))]
    await untilCalls(2)
    await waiting.advance(5_000)
    const [reading, writing] = await Promise.all(ended)
    expect(reading).toMatchObject({ outcome: 'not_done', retryable: true, status: null })
    expect(writing).toMatchObject({ outcome: 'unknown', retryable: false, status: null })
    expect(writing?.message).toContain('no answer within 5000 ms')
  })

  test('ends with an answer that stops in its middle', async () => {
    api.usually = (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"data":', () => response.destroy())
    }
    expect(await zohoErrorOf(requests().send(write))).toMatchObject({ outcome: 'unknown', status: null })
  })
})
