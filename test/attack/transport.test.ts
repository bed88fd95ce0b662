import { expect, test } from 'vitest'
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

test('a process frozen before it connects sends nothing once its lease is over, whatever time a request has', async () => {
  const server = await counting()
  expect(await post(server.url)).toMatchObject({ kind: 'answered' })
  const until = performance.now() + 50
  freeze(100)
  // On a kept connection, then on a new one.
  expect(await post(server.url, { until })).toEqual({ kind: 'unsent', reason: 'TIMEOUT' })
  expect(await post(server.url, { until })).toEqual({ kind: 'unsent', reason: 'TIMEOUT' })
  expect(server.requests()).toBe(1)
})
