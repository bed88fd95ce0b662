import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { onRequest } from '../../test/support/raw-server.ts'
import { closed, textOf, useWire, wholeAnswer } from '../../test/support/wire.ts'

const { transport, serve, serveBytes, post } = useWire()

describe('an answer that is cut', () => {
  test('F23, nasty input 12: is one whose headers drip until the deadline', async () => {
    const server = await serve(socket =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\n')
        const drip = setInterval(() => socket.write('x'), 20)
        socket.on('close', () => clearInterval(drip))
      }),
    )
    expect(await post(server.url, { timeoutMs: 1_000 })).toMatchObject({
      kind: 'cut',
      reason: 'TIMEOUT',
      status: null,
    })
  })

  test('F23, nasty input 12: is one whose body drips until the deadline; what came is given', async () => {
    const server = await serve(socket =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"refresh_token":"r1"')
        const drip = setInterval(() => socket.write(' '), 20)
        socket.on('close', () => clearInterval(drip))
      }),
    )
    const answer = await post(server.url, { timeoutMs: 1_000 })
    expect(answer).toMatchObject({ kind: 'cut', reason: 'TIMEOUT', status: 200 })
    expect(textOf(answer)).toMatch(/^\{"refresh_token":"r1"/)
  })

  test('is one that never comes; its connection is closed', async () => {
    const server = await serve(socket => onRequest(socket, () => {}))
    expect(await post(server.url, { timeoutMs: 500 })).toMatchObject({
      kind: 'cut',
      reason: 'TIMEOUT',
      status: null,
    })
    await closed(server.connections[0])
  })

  test('F24, nasty input 12: is one without end: the first 64 KiB are given, the rest is not read', async () => {
    let written = 0
    const server = await serve(socket =>
      onRequest(socket, () => {
        const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
        const write = (): void => {
          if (socket.destroyed) return
          written += chunk.length
          socket.write(chunk, write)
        }
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', write)
      }),
    )
    const answer = await post(server.url)
    expect(answer).toMatchObject({ kind: 'cut', reason: 'BODY_TOO_LARGE', status: 200 })
    expect(textOf(answer)).toHaveLength(64 * 1024)
    await transport().close()
    await closed(server.connections[0])
    expect(written).toBeLessThan(20_000_000)
  })

  test('F24, nasty input 12: is one with a header block of 100 MB, of which little is read', async () => {
    let written = 0
    const server = await serve(socket =>
      onRequest(socket, () => {
        const line = `x-filler: ${'x'.repeat(8_000)}\r\n`
        const write = (): void => {
          if (socket.destroyed || written > 100_000_000) return
          written += line.length
          socket.write(line, write)
        }
        socket.write('HTTP/1.1 200 OK\r\n', write)
      }),
    )
    expect(await post(server.url)).toMatchObject({ kind: 'cut', reason: 'HPE_HEADER_OVERFLOW', status: null })
    expect(written).toBeLessThan(20_000_000)
  })

  test('is one whose connection is reset after the headers', async () => {
    const server = await serveBytes(
      'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"refresh_token":"r1"',
      'reset',
    )
    const answer = await post(server.url)
    // Node 24 tells the reset; those before, only that the connection is gone.
    expect(answer).toMatchObject({
      kind: 'cut',
      reason: expect.stringMatching(/^(CONNECTION_CLOSED|ECONNRESET)$/),
    })
  })

  test('is one whose body is shorter than it says', async () => {
    const server = await serveBytes(
      'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"refresh_token":"r1"',
      'end',
    )
    const answer = await post(server.url)
    expect(answer).toMatchObject({ kind: 'cut', reason: 'CONNECTION_CLOSED', status: 200 })
    expect(textOf(answer)).toBe('{"refresh_token":"r1"')
  })

  test('is one that ends before its last chunk', async () => {
    const server = await serveBytes('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n', 'end')
    const answer = await post(server.url)
    expect(answer).toMatchObject({ kind: 'cut', status: 200 })
    expect(textOf(answer)).toBe('{}')
  })

  test.each([
    ['a connection closed without a word', ''],
    ['something else than HTTP', '{"access_token":"canary"}'],
    [
      'a switch to another protocol',
      'HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    ],
    ['an interim answer only', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} '],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\na: \u0000\r\ncontent-length: 2\r\n\r\n{}'],
  ])('is %s, and its reason never quotes it', async (_, bytes) => {
    const answer = await post((await serveBytes(bytes, 'end')).url)
    expect(answer.kind).toBe('cut')
    expect(answer).toHaveProperty(
      'reason',
      expect.stringMatching(/^(HPE_[A-Z_]+|ECONNRESET|CONNECTION_CLOSED)$/),
    )
  })

  test('is a reset on a connection that was kept from before', async () => {
    const server = await serve(socket => {
      let requests = 0
      onRequest(socket, () => {
        requests += 1
        if (requests === 1) socket.write(wholeAnswer)
        else socket.resetAndDestroy()
      })
    })
    expect(await post(server.url)).toMatchObject({ kind: 'answered' })
    expect(await post(server.url)).toMatchObject({ kind: 'cut', reason: 'ECONNRESET' })
    expect(server.connections).toHaveLength(1)
  })
})

test('nasty input 17: an answer that came while the process was busy past the deadline is kept', async () => {
  // Index 0: the server's progress (1: request received, 2: answer sent); index 1: never changes.
  const progress = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(
    `const { workerData: progress, parentPort } = require('node:worker_threads')
     const server = require('node:http').createServer((request, response) => {
       request.resume().on('end', () => {
         Atomics.store(progress, 0, 1)
         Atomics.wait(progress, 0, 1, 100)
         response.end('{"access_token":"a"}', () => { Atomics.store(progress, 0, 2); Atomics.notify(progress, 0) })
       })
     })
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`,
    { eval: true, workerData: progress },
  )
  try {
    const [port] = await once(worker, 'message')
    const answer = post(new URL(`http://127.0.0.1:${port}/`), { timeoutMs: 2_000 })
    while (Atomics.load(progress, 0) === 0) await new Promise(setImmediate)
    Atomics.wait(progress, 0, 1, 10_000)
    expect(Atomics.load(progress, 0)).toBe(2)
    // Blocks this thread until the deadline is past for sure.
    Atomics.wait(progress, 1, 0, 2_100)
    expect(textOf(await answer)).toBe('{"access_token":"a"}')
    expect(await answer).toMatchObject({ kind: 'answered', status: 200 })
  } finally {
    await worker.terminate()
  }
})
