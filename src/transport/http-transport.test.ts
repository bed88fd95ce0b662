import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compileSource } from '../../test/support/compiled-source.ts'
import { onRequest, type RawServer, rawServer } from '../../test/support/raw-server.ts'
import type { Transport, TransportAnswer, TransportRequest } from '../ports/transport.ts'
import { httpTransport } from './http-transport.ts'

const support = fileURLToPath(new URL('../../test/support/', import.meta.url))
const certificate = {
  key: readFileSync(join(support, 'self-signed.key.pem')),
  cert: readFileSync(join(support, 'self-signed.cert.pem')),
}
const secretBody = 'refresh_token=canary'
const wholeAnswer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'

let transport: Transport
const servers: RawServer[] = []

beforeEach(() => {
  transport = httpTransport()
})
afterEach(async () => {
  await transport.close()
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]()
})

async function serve(...parameters: Parameters<typeof rawServer>): Promise<RawServer> {
  const server = await rawServer(...parameters)
  servers.push(server)
  return server
}

/** A server that answers every request with these bytes, and then does `after`. */
function serveBytes(
  bytes: string | Uint8Array,
  after: 'keep' | 'end' | 'reset' = 'keep',
): Promise<RawServer> {
  return serve(socket =>
    onRequest(socket, () => {
      socket.write(bytes, () => {
        if (after === 'end') socket.end()
        if (after === 'reset') socket.resetAndDestroy()
      })
    }),
  )
}

function post(url: URL, options: Partial<TransportRequest> = {}): Promise<TransportAnswer> {
  return transport.post({
    url,
    headers: { accept: 'application/json' },
    body: secretBody,
    timeoutMs: 10_000,
    ...options,
  })
}

function textOf(answer: TransportAnswer): string {
  return answer.kind === 'unsent' ? '' : Buffer.from(answer.body).toString('latin1')
}

async function closed(socket: Socket | undefined): Promise<void> {
  if (socket === undefined) throw new Error('There was no connection.')
  if (!socket.closed) await new Promise(resolve => socket.once('close', resolve))
}

describe('a whole answer', () => {
  test('comes back with status, headers and body', async () => {
    const requests: string[] = []
    const server = await serve(socket =>
      onRequest(socket, (head, body) => {
        requests.push(head, body)
        socket.write(
          'HTTP/1.1 400 Bad Request\r\nRetry-After: 7\r\nA: 1\r\nA: 2\r\ncontent-length: 5\r\n\r\n{"é"',
        )
      }),
    )
    const answer = await post(server.url)
    expect(answer).toMatchObject({ kind: 'answered', status: 400 })
    if (answer.kind !== 'answered') return
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(answer.headers.get('a')).toBe('1, 2')
    expect(textOf(answer)).toBe('{"\u00c3\u00a9"')
    expect(requests[0]).toMatch(/^POST \/oauth\/v2\/token HTTP\/1\.1\r\n/)
    expect(requests[0]).toMatch(/accept-encoding: identity/i)
    expect(requests[1]).toBe(secretBody)
  })

  test('may be chunked, or end with its connection', async () => {
    const chunked = await serveBytes(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n',
    )
    expect(textOf(await post(chunked.url))).toBe('{}')
    const closing = await serveBytes('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}', 'end')
    expect(await post(closing.url)).toMatchObject({ kind: 'answered', status: 200 })
  })

  test('may be exactly 64 KiB long', async () => {
    const body = 'x'.repeat(64 * 1024)
    const server = await serveBytes(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    const answer = await post(server.url)
    expect(answer.kind).toBe('answered')
    expect(textOf(answer)).toBe(body)
  })

  test('is kept as it is when it is compressed against our request', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`
    const server = await serveBytes(Buffer.concat([Buffer.from(head), bomb]))
    const answer = await post(server.url)
    expect(answer).toMatchObject({ kind: 'answered', status: 200 })
    expect(textOf(answer)).toBe(bomb.toString('latin1'))
  })

  test('may carry any byte that HTTP allows in a header', async () => {
    const value = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
      .filter(character => character >= ' ' && character !== '\u007f')
      .join('')
    const server = await serveBytes(
      Buffer.from(`HTTP/1.1 200 OK\r\nx: a${value}b\r\ncontent-length: 2\r\n\r\n{}`, 'latin1'),
    )
    expect(await post(server.url)).toMatchObject({ kind: 'answered', status: 200 })
  })

  test.each([301, 302, 303, 307, 308])(
    'with status %i is not followed: hop two sees no connection',
    async status => {
      const second = await serve(() => {})
      const server = await serveBytes(
        `HTTP/1.1 ${status} Moved\r\nlocation: ${second.url.href}\r\ncontent-length: 0\r\n\r\n`,
      )
      expect(await post(server.url)).toMatchObject({ kind: 'answered', status })
      expect(second.connections).toHaveLength(0)
    },
  )
})

describe('a request of which no byte left', () => {
  test('is one to a port where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    server.close()
    await once(server, 'close')
    if (address === null || typeof address === 'string') throw new Error('No port.')
    const url = new URL(`http://127.0.0.1:${address.port}/`)
    expect(await post(url)).toEqual({ kind: 'unsent', reason: 'ECONNREFUSED' })
  })

  test('is one to a name that does not resolve', async () => {
    const answer = await post(new URL('https://accounts.evergrant.invalid/'))
    expect(answer.kind).toBe('unsent')
    expect(answer).toHaveProperty('reason', expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN|TIMEOUT)$/))
  })

  test('is one to a server whose certificate nobody vouches for, whatever the environment allows', async () => {
    let received = 0
    const server = await serve(socket => socket.on('data', () => received++), createTlsServer(certificate))
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
    for (const setting of [undefined, '0']) {
      if (setting !== undefined) process.env.NODE_TLS_REJECT_UNAUTHORIZED = setting
      try {
        expect(await post(server.url)).toEqual({ kind: 'unsent', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
      } finally {
        if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
        else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
      }
    }
    expect(received).toBe(0)
  })

  test('is one to a server that never ends the TLS handshake', async () => {
    const received: Buffer[] = []
    const server = await serve(socket => socket.on('data', chunk => received.push(chunk)))
    const url = new URL(server.url)
    url.protocol = 'https:'
    expect(await post(url, { timeoutMs: 300 })).toEqual({ kind: 'unsent', reason: 'TIMEOUT' })
    expect(Buffer.concat(received).toString('latin1')).not.toContain('canary')
  })

  test('is one to a server that speaks something else than TLS', async () => {
    const server = await serve(socket => socket.on('data', () => socket.end('SSH-2.0-OpenSSH\r\n')))
    const url = new URL(server.url)
    url.protocol = 'https:'
    const answer = await post(url)
    expect(answer.kind).toBe('unsent')
  })

  test.each([
    'http://accounts.zoho.com/',
    'http://10.0.0.1/',
    'http://127.0.0.1.example.com/',
    'http://localhost.example.com/',
    'http://[::2]/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
  ])('is one to %s, which is neither https nor this machine', async url => {
    expect(await post(new URL(url))).toEqual({ kind: 'unsent', reason: 'INSECURE_URL' })
  })

  test('is one to a URL with credentials in it', async () => {
    const server = await serve(() => {})
    server.url.username = 'user'
    expect(await post(server.url)).toEqual({ kind: 'unsent', reason: 'INSECURE_URL' })
    expect(server.connections).toHaveLength(0)
  })

  test('is one with a header that HTTP cannot carry', async () => {
    const server = await serve(() => {})
    expect(await post(server.url, { headers: { a: 'canary\r\nb: c' } })).toEqual({
      kind: 'unsent',
      reason: 'INVALID_REQUEST',
    })
    expect(server.connections).toHaveLength(0)
  })
})

describe('an answer that is cut', () => {
  test('is one whose headers drip until the deadline', async () => {
    const server = await serve(socket =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\n')
        const drip = setInterval(() => socket.write('x'), 20)
        socket.on('close', () => clearInterval(drip))
      }),
    )
    expect(await post(server.url, { timeoutMs: 400 })).toMatchObject({
      kind: 'cut',
      reason: 'TIMEOUT',
      status: null,
    })
  })

  test('is one whose body drips until the deadline; what came is given', async () => {
    const server = await serve(socket =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"refresh_token":"r1"')
        const drip = setInterval(() => socket.write(' '), 20)
        socket.on('close', () => clearInterval(drip))
      }),
    )
    const answer = await post(server.url, { timeoutMs: 400 })
    expect(answer).toMatchObject({ kind: 'cut', reason: 'TIMEOUT', status: 200 })
    expect(textOf(answer)).toMatch(/^\{"refresh_token":"r1"/)
  })

  test('is one that never comes; its connection is closed', async () => {
    const server = await serve(socket => onRequest(socket, () => {}))
    expect(await post(server.url, { timeoutMs: 200 })).toMatchObject({
      kind: 'cut',
      reason: 'TIMEOUT',
      status: null,
    })
    await closed(server.connections[0])
  })

  test('is one without end: the first 64 KiB are given, the rest is not read', async () => {
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
    await transport.close()
    await closed(server.connections[0])
    expect(written).toBeLessThan(20_000_000)
  })

  test('is one with a header block of 100 MB, of which little is read', async () => {
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
    expect(answer).toMatchObject({ kind: 'cut', reason: 'CONNECTION_CLOSED' })
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

test('an answer that came while the process was busy past the deadline is kept', async () => {
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

describe('connections', () => {
  test('are kept: fifty requests in turn take one', async () => {
    const server = await serveBytes(wholeAnswer)
    for (let i = 0; i < 50; i += 1) expect(await post(server.url)).toMatchObject({ kind: 'answered' })
    expect(server.connections).toHaveLength(1)
  })

  test('are replaced, before anything is sent, when the server closed them meanwhile', async () => {
    const server = await serveBytes(wholeAnswer)
    for (const connections of [1, 2, 3]) {
      expect(await post(server.url)).toMatchObject({ kind: 'answered' })
      expect(server.connections).toHaveLength(connections)
      // The reset is in the client's socket at once, and the client has not looked yet.
      server.connections.at(-1)?.resetAndDestroy()
    }
  })

  test('are replaced when an answer comes before the request was sent', async () => {
    const server = await serve((socket, index) =>
      onRequest(socket, () => socket.write(index === 0 ? wholeAnswer : wholeAnswer.replace('{}', '[]'))),
    )
    expect(textOf(await post(server.url))).toBe('{}')
    server.connections[0]?.write(wholeAnswer)
    expect(textOf(await post(server.url))).toBe('[]')
  })

  test('are not kept when bytes arrive that nobody asked for', async () => {
    const server = await serveBytes(wholeAnswer)
    expect(textOf(await post(server.url))).toBe('{}')
    const [idle] = server.connections
    await new Promise(resolve => idle?.write('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\ncanary', resolve))
    // Lets the client's socket read them while it is idle.
    for (let turns = 0; turns < 10; turns += 1) await new Promise(setImmediate)
    expect(textOf(await post(server.url))).toBe('{}')
    expect(server.connections).toHaveLength(2)
  })

  test('are closed by close, which lets requests in flight end first', async () => {
    let answer = (): void => {}
    const server = await serve(socket =>
      onRequest(socket, () => {
        answer = () => socket.write(wholeAnswer)
      }),
    )
    const inFlight = post(server.url)
    while (server.connections.length === 0) await new Promise(setImmediate)
    const closing = transport.close()
    answer()
    while (
      (await Promise.race([inFlight, new Promise(resolve => setImmediate(() => resolve(null)))])) === null
    )
      answer()
    expect(await inFlight).toMatchObject({ kind: 'answered' })
    await closing
    await closed(server.connections[0])
    expect(server.connections).toHaveLength(1)
  })
})

describe('a process', () => {
  const compiled = compileSource()
  const script = (timeoutMs: number): string => `
    import { httpTransport } from './transport/http-transport.js'
    const transport = httpTransport()
    const [url] = process.argv.slice(1)
    const answer = await transport.post({ url: new URL(url), headers: {}, body: 'a=b', timeoutMs: ${timeoutMs} })
    console.log(answer.kind, answer.status ?? answer.reason)
    // Fires only if something keeps the process alive that long.
    setTimeout(() => console.log('an idle connection kept the process alive'), 3_000).unref()
  `

  async function run(server: RawServer, environment: Record<string, string> = {}): Promise<string> {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '--eval', script(20_000), server.url.href],
      {
        cwd: compiled,
        env: { ...process.env, ...environment },
      },
    )
    let output = ''
    child.stdout.on('data', chunk => {
      output += String(chunk)
    })
    child.stderr.on('data', chunk => {
      output += String(chunk)
    })
    const [code] = await once(child, 'close')
    return `${output.trim()} (${code})`
  }

  afterEach(context => {
    if (context.task.suite?.tasks.at(-1) === context.task) rmSync(compiled, { recursive: true })
  })

  test('ends although a connection is kept', async () => {
    expect(await run(await serveBytes(wholeAnswer))).toBe('answered 200 (0)')
  })

  test('stays alive while a request is in flight', async () => {
    const server = await serve(socket =>
      onRequest(socket, () => setTimeout(() => socket.write(wholeAnswer), 300)),
    )
    expect(await run(server)).toBe('answered 200 (0)')
  })

  test('sends over TLS to a server whose certificate it trusts', async () => {
    const server = await serve(
      socket => onRequest(socket, () => socket.write(wholeAnswer)),
      createTlsServer(certificate),
    )
    const trusted = { NODE_EXTRA_CA_CERTS: join(support, 'self-signed.cert.pem') }
    expect(await run(server, trusted)).toBe('answered 200 (0)')
    expect(await run(server)).toBe('unsent DEPTH_ZERO_SELF_SIGNED_CERT (0)')
  })
})
