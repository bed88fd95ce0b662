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

test('a process frozen before it connects sends nothing that could not be over before its lease', async () => {
  const server = await counting()
  expect(await post(server.url)).toMatchObject({ kind: 'answered' })
  const until = performance.now() + 10_050
  freeze(100)
  expect(await post(server.url, { until })).toEqual({ kind: 'unsent', reason: 'TOO_LATE' })
  expect(server.requests()).toBe(1)
  expect(await post(server.url, { until, timeoutMs: 9_000 })).toMatchObject({ kind: 'answered' })
})
