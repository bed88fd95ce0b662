import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { CallbackListener } from './callback-listener.ts'
import { loopbackPlace } from './loopback-place.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Sent {
  readonly cookie?: string | undefined
  readonly host?: string | undefined
  readonly method?: string | undefined
  readonly address?: string | undefined
}

const PROVIDERS_PAGE = 'https://provider.example/authorize?state=the-state&client_id=app'
const flow = { url: PROVIDERS_PAGE, binding: 'the-binding' }
const LONG = 60_000

const open: CallbackListener[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(listener => listener.close()))
})

async function listenerAt(redirectUri?: string): Promise<CallbackListener> {
  const listener = await CallbackListener.open(loopbackPlace({ redirectUri, port: undefined }, 'acme'))
  open.push(listener)
  return listener
}

async function send(url: string, { cookie, host, method = 'GET', address }: Sent = {}): Promise<Answer> {
  const { hostname, port, pathname, search } = new URL(url)
  const sent = request({
    host: address ?? hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname + search,
    method,
    headers: { ...(host === undefined ? {} : { host }), ...(cookie === undefined ? {} : { cookie }) },
  })
  sent.end()
  const [response] = await once(sent, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.[0]?.split(';')[0] ?? ''
const callbackAt = (listener: CallbackListener, query = 'state=the-state&code=the-code'): string =>
  `${listener.redirectUri}?${query}`
/** Sent, and not waited for: it is held until the end is known. */
function sendCallback(listener: CallbackListener, sent: Sent = {}): Promise<Answer> {
  return send(callbackAt(listener), sent)
}

describe('the listener', () => {
  test('sends the browser on, takes its callback, and shows the end at an address without code and state', async () => {
    const listener = await listenerAt()
    expect(listener.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\/acme$/)
    const start = await send(listener.begin(flow))
    expect([start.status, start.headers.location]).toEqual([303, PROVIDERS_PAGE])
    expect(start.headers['set-cookie']?.[0]).toMatch(
      /^evergrant-connect-\d+=the-binding; HttpOnly; SameSite=Lax; Path=\/; Max-Age=600$/,
    )

    const held = sendCallback(listener, { cookie: `other=1; ${cookieOf(start)}` })
    expect(await listener.arrival(LONG)).toEqual({
      kind: 'callback',
      callback: { url: callbackAt(listener), binding: 'the-binding' },
    })
    listener.show('connected')
    const answer = await held
    expect(answer.status).toBe(303)
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^evergrant-connect-\d+=; Max-Age=0; Path=\/$/)
    const end = new URL(answer.headers.location ?? '', listener.redirectUri)
    expect(end.search).toBe('')
    const closed = listener.close()
    expect((await send(end.href)).body).toContain('<h1>Connected</h1>')
    await closed
    await expect(send(end.href)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('T31: takes one callback: a second is refused, whoever sends it', async () => {
    const listener = await listenerAt()
    const cookie = cookieOf(await send(listener.begin(flow)))
    const first = sendCallback(listener, { cookie })
    await listener.arrival(LONG)
    for (const sent of [{ cookie }, {}])
      expect(await sendCallback(listener, sent)).toMatchObject({ status: 409 })
    listener.show('failed')
    expect((await first).status).toBe(303)
    expect(await sendCallback(listener, { cookie })).toMatchObject({ status: 409 })
  })

  test('T31: another browser is known: its callback comes without what the link gave', async () => {
    const listener = await listenerAt()
    await send(listener.begin(flow))
    void sendCallback(listener)
    expect(await listener.arrival(LONG)).toMatchObject({ kind: 'callback', callback: { binding: null } })
  })

  test('T31: a link that is opened twice ends the wait; the same browser may reload it', async () => {
    const listener = await listenerAt()
    const link = listener.begin(flow)
    const cookie = cookieOf(await send(link))
    expect(await send(link, { cookie })).toMatchObject({ status: 303 })
    expect(await listener.arrival(0)).toEqual({ kind: 'timeout' })
    expect(await send(link)).toMatchObject({ status: 409 })
    expect(await listener.arrival(LONG)).toEqual({ kind: 'opened_twice' })
  })

  test('T31: nothing but an answer to its own question ends the wait', async () => {
    const listener = await listenerAt()
    const link = listener.begin(flow)
    const { origin } = new URL(link)
    const tries: readonly (readonly [number, string, Sent])[] = [
      [404, `${origin}/favicon.ico`, {}],
      [404, `${origin}/`, {}],
      [404, `${origin}/callback/other?state=the-state&code=c`, {}],
      [404, `${origin}//callback/acme?state=the-state&code=c`, {}],
      [400, callbackAt(listener, ''), {}],
      [400, callbackAt(listener, 'code=c'), {}],
      [400, callbackAt(listener, 'state=another&code=c'), {}],
      [400, callbackAt(listener, 'state=another&state=the-state&code=c'), {}],
      [405, callbackAt(listener), { method: 'POST' }],
      [405, callbackAt(listener), { method: 'HEAD' }],
      [405, link, { method: 'HEAD' }],
      // A page whose own name was made to point here.
      [404, callbackAt(listener), { host: 'evil.example' }],
      [404, callbackAt(listener), { host: `evil.example:${new URL(link).port}` }],
      [404, link, { host: '127.0.0.1' }],
    ]
    for (const [status, url, sent] of tries) {
      expect([url, sent, (await send(url, sent)).status]).toEqual([url, sent, status])
    }
    expect(await listener.arrival(0)).toEqual({ kind: 'timeout' })
    expect(await send(link)).toMatchObject({ status: 303 })
  })

  test('T31: no answer of it can be kept, run a script, load anything, or tell where the browser was', async () => {
    const listener = await listenerAt()
    const link = listener.begin(flow)
    const { origin } = new URL(link)
    for (const url of [
      link,
      link,
      `${origin}/x`,
      callbackAt(listener, 'error_description=<svg onload=alert(1)>'),
    ]) {
      const { headers, body } = await send(url)
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
      expect(body).not.toMatch(/<script|svg|src=|href=/)
    }
  })

  test('answers at both addresses of this machine, at the same port', async () => {
    const listener = await listenerAt()
    const { port } = new URL(listener.begin(flow))
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      expect((await send(`http://${host}:${port}/x`)).status).toBe(404)
    }
  })

  test('takes a registered address as it is written, and no port that somebody has', async () => {
    const first = await listenerAt()
    const { port } = new URL(first.redirectUri)
    await expect(listenerAt(`http://localhost:${port}/cb`)).rejects.toThrow(/cannot be listened on/)
    await first.close()
    const exact = `http://localhost:${port}`
    const listener = await listenerAt(exact)
    expect(listener.redirectUri).toBe(exact)
    expect(new URL(listener.begin(flow)).host).toBe(`localhost:${port}`)
    void sendCallback(listener)
    expect(await listener.arrival(LONG)).toMatchObject({ kind: 'callback' })
  })

  test('closes whatever a browser holds open', async () => {
    const listener = await listenerAt()
    const idle = connect(Number(new URL(listener.redirectUri).port), '127.0.0.1')
    idle.on('error', () => {})
    await once(idle, 'connect')
    const gone = once(idle, 'close')
    await listener.close()
    await gone
  })
})

describe('the place of the callback', () => {
  const placeAt = (redirectUri?: string, port?: string) => loopbackPlace({ redirectUri, port }, 'acme')

  test('is another for each provider, whatever its name', () => {
    expect(placeAt(undefined, '8765')).toMatchObject({
      port: 8765,
      pathname: '/callback/acme',
      redirectUri: null,
    })
    expect(loopbackPlace({ redirectUri: undefined, port: undefined }, 'a/b c?').pathname).toBe(
      '/callback/a%2Fb%20c%3F',
    )
  })

  test.each([
    'https://localhost/callback',
    'https://app.example/callback',
    'http://app.example/callback',
    'http://localhost.evil.example/callback',
    'http://127.0.0.2/callback',
    'http://0.0.0.0:8765/callback',
    'http://user:pw@localhost/callback',
    'http://localhost/callback#x',
    'http://localhost/a b',
    'localhost:8765',
    'ftp://localhost/',
    '',
  ])('is on this machine: %s is refused', redirectUri => {
    expect(() => placeAt(redirectUri)).toThrow(/--redirect-uri takes an http URL on this machine/)
  })

  test.each(['0', '65536', '-1', '8o80', '', '1e3'])('has a port: %s is refused', port => {
    expect(() => placeAt(undefined, port)).toThrow(/--port takes a number/)
  })

  test('is named once', () => {
    expect(() => placeAt('http://localhost:8765/cb', '8765')).toThrow(/does not go with/)
  })
})
