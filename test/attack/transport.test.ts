import { expect, test } from 'vitest'
import { onRequest } from '../support/raw-server.ts'
import { useWire, wholeAnswer } from '../support/wire.ts'

const { serve, post } = useWire()

/** The process does nothing else: a long garbage collection, SIGSTOP, a suspended machine. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

test('a process frozen past its deadline while it connects sends nothing afterwards', async () => {
  let requests = 0
  const server = await serve(socket =>
    onRequest(socket, () => {
      requests += 1
      socket.write(wholeAnswer)
    }),
  )
  const answer = post(server.url, { timeoutMs: 100 })
  await new Promise(resolve => process.nextTick(resolve))
  freeze(400)
  expect(await answer).toMatchObject({ kind: 'unsent' })
  expect(requests).toBe(0)
})
