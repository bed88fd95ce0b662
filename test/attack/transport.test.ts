import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { httpTransport } from '../../src/transport/http-transport.ts'
import { onRequest } from '../support/raw-server.ts'
import { useWire, wholeAnswer } from '../support/wire.ts'

const { serve, post } = useWire()

/** The process does nothing else: a long garbage collection, SIGSTOP, a suspended machine. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** A server that answers, and counts what it was asked. */
async function counting() {
  let requests = 0
  const { url } = await serve(socket =>
    onRequest(socket, () => {
      requests += 1
      socket.write(wholeAnswer)
    }),
  )
  return { url, requests: () => requests }
}

test('a process frozen past its deadline while it connects sends nothing afterwards', async () => {
  const server = await counting()
  const answer = post(server.url, { timeoutMs: 100 })
  await new Promise(resolve => process.nextTick(resolve))
  freeze(400)
  expect(await answer).toMatchObject({ kind: 'unsent' })
  expect(server.requests()).toBe(0)
})

test('a process frozen before it connects sends nothing that could not be over before its lease', async () => {
  const server = await counting()
  expect(await post(server.url)).toMatchObject({ kind: 'answered' })
  const until = performance.now() + 10_050
  freeze(100)
  expect(await post(server.url, { until })).toEqual({ kind: 'unsent', reason: 'TOO_LATE' })
  expect(server.requests()).toBe(1)
  expect(await post(server.url, { until, timeoutMs: 9_000 })).toMatchObject({ kind: 'answered' })
})

test('a process whose machine slept while it connected sends nothing that has a lease', async () => {
  const server = await counting()
  // The monotonic clock stands still while the machine sleeps, so the deadline is still far away.
  let sleptMs = 0
  const transport = httpTransport({ ...systemClock, wallMs: () => Date.now() + sleptMs })
  const sleepDuring = (until: number | undefined) => {
    sleptMs = 0
    const request = { url: new URL(server.url), headers: {}, body: 'x=1', timeoutMs: 10_000 }
    const answer = transport.send({ ...request, reach: 'anywhere', until })
    sleptMs = 15_000
    return answer
  }
  try {
    const until = performance.now() + 60_000
    expect(await sleepDuring(until)).toEqual({ kind: 'unsent', reason: 'TOO_LATE' })
    expect(server.requests()).toBe(0)
    expect(await sleepDuring(undefined)).toMatchObject({ kind: 'answered' })
    // Over a connection that is there already, which takes no time, but for the look whether it still is.
    expect(await sleepDuring(until)).toEqual({ kind: 'unsent', reason: 'TOO_LATE' })
    expect(server.requests()).toBe(1)
  } finally {
    await transport.close()
  }
})
