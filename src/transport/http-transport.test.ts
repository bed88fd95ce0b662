import { once } from 'node:events'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { onRequest } from '../../test/support/raw-server.ts'
import { selfSigned, textOf, useWire } from '../../test/support/wire.ts'

const { serve, serveBytes, post } = useWire()

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
    expect(requests[1]).toBe('refresh_token=canary')
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

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('is decoded when it is compressed (%s) against our request', async (encoding, compress) => {
    const body = compress('{"refresh_token":"rotated"}')
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`
    const server = await serveBytes(Buffer.concat([Buffer.from(head), body]))
    expect(textOf(await post(server.url))).toBe('{"refresh_token":"rotated"}')
  })

  test('that was cut off is decoded as far as it came', async () => {
    const body = gzipSync(`{"refresh_token":"rotated","more":"${'x'.repeat(200)}"}`, { level: 0 })
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`
    const server = await serveBytes(Buffer.concat([Buffer.from(head), body.subarray(0, 150)]))
    const answer = await post(server.url)
    expect(answer.kind).toBe('cut')
    expect(textOf(answer)).toContain('{"refresh_token":"rotated"')
  })

  test('F24, nasty input 12: one of 200 KB that would unpack to 200 MiB is no answer', async () => {
    const body = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`
    const server = await serveBytes(Buffer.concat([Buffer.from(head), body]))
    expect(await post(server.url)).toMatchObject({ kind: 'cut' })
  })

  test.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['gzip', Buffer.from('no gzip at all')],
    ['zstd', Buffer.from('unknown here')],
  ])(
    'F24, nasty input 12: one that unpacks to far too much, or not at all, is no answer (%s)',
    async (encoding, body) => {
      const head = `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`
      const server = await serveBytes(Buffer.concat([Buffer.from(head), body]))
      expect(await post(server.url)).toMatchObject({ kind: 'cut', reason: 'BODY_UNDECODABLE' })
    },
  )

  test('may carry any byte that HTTP allows in a header', async () => {
    const value = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
      .filter(character => character >= ' ' && character !== '\u007f')
      .join('')
    const server = await serveBytes(
      Buffer.from(`HTTP/1.1 200 OK\r\nx: a${value}b\r\ncontent-length: 2\r\n\r\n{}`, 'latin1'),
    )
    expect(await post(server.url)).toMatchObject({ kind: 'answered', status: 200 })
  })
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
    const server = await serve(socket => socket.on('data', () => received++), createTlsServer(selfSigned))
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
