import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileSource } from '../../test/support/compiled-source.ts'
import { onRequest, type RawServer } from '../../test/support/raw-server.ts'
import { closed, selfSigned, textOf, useWire, wholeAnswer } from '../../test/support/wire.ts'

const { transport, serve, serveBytes, post } = useWire()
const certificate = new URL('../../test/support/self-signed.cert.pem', import.meta.url)

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
    const closing = transport().close()
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
  let compiled: string
  beforeAll(() => {
    compiled = compileSource()
  })
  afterAll(() => rmSync(compiled, { recursive: true }))

  const script = (timeoutMs: number): string => `
    import { httpTransport } from './transport/http-transport.js'
    const transport = httpTransport()
    const [url] = process.argv.slice(1)
    const answer = await transport.send({ url: new URL(url), headers: {}, body: 'a=b', reach: 'anywhere', timeoutMs: ${timeoutMs} })
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
      createTlsServer(selfSigned),
    )
    const trusted = { NODE_EXTRA_CA_CERTS: fileURLToPath(certificate) }
    expect(await run(server, trusted)).toBe('answered 200 (0)')
    expect(await run(server)).toBe('unsent DEPTH_ZERO_SELF_SIGNED_CERT (0)')
  })
})
