import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { rawServer } from '../support/raw-server.ts'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'
import { makeCanary } from './canary.ts'
import { socketsOpenedBy } from './outbound.ts'
import { answer, type Reply, tokenEndpoint } from './token-endpoint.ts'

const { open } = await serviceWorld()
const canary = makeCanary()
const endpoint = await tokenEndpoint()
const hopTwo = await rawServer(() => {})
afterAll(() => hopTwo[Symbol.asyncDispose]())

const HTML = { 'content-type': 'text/html' }
const elsewhere = hopTwo.url.href
const body = JSON.stringify({ location: elsewhere, redirect: elsewhere })
const redirects: [string, Reply][] = [
  ...[300, 301, 302, 303, 305, 307, 308].map((status): [string, Reply] => [
    `status ${status}`,
    answer(status, '', { location: elsewhere }),
  ]),
  ['status 307 and a body', answer(307, body, { location: elsewhere })],
  ['a meta refresh', answer(200, `<meta http-equiv="refresh" content="0;url=${elsewhere}">`, HTML)],
  ['a Refresh header', answer(200, '{}', { refresh: `0;url=${elsewhere}` })],
  ['a script', answer(200, `<script>location='${elsewhere}'</script>`, HTML)],
  ['a Content-Location', answer(200, body, { 'content-location': elsewhere })],
  ['another service of the same name (Alt-Svc)', answer(200, '{}', { 'alt-svc': `h2="${hopTwo.url.host}"` })],
]

async function service() {
  const profile = endpoint.profile('acme', { rotation: 'strict' })
  const tokens = await open('memory:', { providers: { acme: { profile, ...CREDENTIALS } } })
  const stored = { accessToken: canary.secret('access'), refreshToken: canary.secret('refresh') }
  await tokens.storeTokens(CLIENT, 'acme', stored)
  return { tokens, stored }
}

let before = 0
beforeEach(() => {
  before = hopTwo.connections.length
})
const reached = (): number => hopTwo.connections.length - before

describe('a token endpoint that sends the request elsewhere', () => {
  test.each(redirects)('T12: by %s is not followed: hop two sees no connection', async (_, reply) => {
    const { tokens, stored } = await service()
    endpoint.replies.push(reply)
    const opened = await socketsOpenedBy(async () => {
      await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE' })
    })
    expect(endpoint.asked).toEqual([stored.refreshToken])
    expect(reached()).toBe(0)
    expect(opened).toBeLessThanOrEqual(1)
    const record = await tokens.getTokenRecord(CLIENT, 'acme')
    expect(record?.refreshToken?.reveal()).toBe(stored.refreshToken)
  })

  test('T12: and the listener at hop two does see who connects', async () => {
    const opened = await socketsOpenedBy(() =>
      fetch(elsewhere, { signal: AbortSignal.timeout(300) }).catch(() => {}),
    )
    expect(opened).toBe(1)
    expect(reached()).toBe(1)
  })

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://localhost:1/',
    '//evil.example/',
    'file:///etc/passwd',
  ])('nasty input 11: redirected to %s, sends no byte there', async location => {
    const { tokens } = await service()
    for (const status of [307, 302]) endpoint.replies.push(answer(status, '', { location }))
    const opened = await socketsOpenedBy(async () => {
      await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE' })
      await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({ retryable: true })
    })
    // At most one for each request; a redirect that is followed would open a third.
    expect(opened).toBeLessThanOrEqual(2)
  })
})

test.each([301, 302, 303, 307, 308])(
  'T12: fetch hands a %i back; the token goes to the first host only',
  async status => {
    const seen: (string | undefined)[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(status, { location: elsewhere }).end()
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const { tokens, stored } = await service()
    const init = { method: 'POST', body: 'x', allowHosts: [host, hopTwo.url.host] }
    const response = await tokens.fetch(CLIENT, 'acme', `http://${host}/`, init)
    server.closeAllConnections()
    server.close()
    expect(response.status).toBe(status)
    expect(seen).toEqual([`Bearer ${stored.accessToken}`])
    expect(reached()).toBe(0)
  },
)
