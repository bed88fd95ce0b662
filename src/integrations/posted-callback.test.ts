import { beforeEach, describe, expect, test } from 'vitest'
import { connectHandler } from './connect-routes.ts'

/*
 * What becomes of a callback that the page of a provider posts. The service beneath only counts; a real browser and a
 * real service are in test/browser/connect.test.ts.
 */
let asked = 0
const ask = async (): Promise<never> => {
  asked += 1
  throw new TypeError('nobody is asked')
}
const handle = connectHandler(
  { authorizationUrl: ask, handleCallback: ask, confirmAccountChange: ask },
  { providers: { apple: {} }, clientOf: ask, userOf: ask },
)
beforeEach(() => {
  asked = 0
})

const FORM = 'application/x-www-form-urlencoded'

/** As a browser sends it: from another site, without cookies. */
async function post(
  body: RequestInit['body'],
  query = '',
  headers: Record<string, string> = { 'content-type': FORM },
): Promise<Response> {
  const from = { origin: 'https://appleid.apple.com', 'sec-fetch-site': 'cross-site', host: 'app.example' }
  const init = {
    method: 'POST',
    headers: { ...from, ...headers },
    body: body ?? null,
    duplex: 'half' as const,
  }
  const response = await handle(new Request(`http://localhost/app/oauth/callback/apple${query}`, init), null)
  return response ?? new Response('not ours', { status: 418 })
}

const locationOf = async (body: string, query = ''): Promise<string | null> =>
  (await post(body, query)).headers.get('location')

describe('a callback by form_post', () => {
  test('comes again by GET at the same address, wherever that is, and nothing is used up', async () => {
    const response = await post('state=s1&code=a%26b%0d%0a&iss=https%3A%2F%2Fappleid.apple.com')
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '?state=s1&code=a%26b%0D%0A&iss=https%3A%2F%2Fappleid.apple.com',
    ])
    expect(response.headers.getSetCookie()).toEqual([])
    expect(asked).toBe(0)
  })

  test('T24: is not stored, and tells no other page its address', async () => {
    const { headers } = await post('state=s1&code=c')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  test('T24: brings into the address what ends the flow, and neither a name nor a token', async () => {
    const user = encodeURIComponent('{"name":{"firstName":"Ada"},"email":"ada@acme.example"}')
    const rest = `&user=${user}&id_token=ey.canary&access_token=canary&error_description=canary&__proto__=canary`
    expect(await locationOf(`state=s1&code=c${rest}`)).toBe('?state=s1&code=c')
    expect(await locationOf('state=s1&error=user_cancelled_authorize')).toBe(
      '?state=s1&error=user_cancelled_authorize',
    )
  })

  test('keeps a query that the redirect URI has', async () => {
    expect(await locationOf('state=s1&code=c', '?team=7')).toBe('?team=7&state=s1&code=c')
  })

  test.each([
    ['the state', 'state=s1&code=c&state=s1', ''],
    ['the code', 'state=s1&code=c&code=d', ''],
    ['what is not passed on', 'state=s1&code=c&user=a&user=b', ''],
    ['the state, once in the address', 'state=s1&code=c', '?state=s1'],
    ['something in the address', 'state=s1&code=c', '?a=b&a=b'],
  ])('nasty input 18, T34: with %s twice is refused', async (_, body, query) => {
    const response = await post(body, query)
    expect([response.status, response.headers.get('location'), asked]).toEqual([400, null, 0])
  })

  test.each(['', 'code=c', 'x'])('nasty input 18: without a state is refused: %j', async body => {
    expect((await post(body)).status).toBe(400)
  })

  test.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x', `x${FORM}`, ''])(
    'nasty input 18: as %j is refused',
    async type => {
      const headers: Record<string, string> = type === '' ? {} : { 'content-type': type }
      expect((await post(new TextEncoder().encode('state=s1&code=c'), '', headers)).status).toBe(415)
      expect(asked).toBe(0)
    },
  )

  test('is a form, however its type is written', async () => {
    for (const type of [`${FORM};charset=utf-8`, FORM.toUpperCase(), ` ${FORM} `]) {
      expect((await post('state=s1&code=c', '', { 'content-type': type })).status).toBe(303)
    }
  })

  test('nasty input 18: of more than 64 KiB is refused, and no more of it is read', async () => {
    const form = (length: number): string => 'state=s1&code=c&user='.padEnd(length, 'x')
    expect((await post(form(65_536))).status).toBe(303)
    expect((await post(form(65_537))).status).toBe(413)
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: controller => {
        sent += 1_024
        controller.enqueue(new Uint8Array(1_024).fill(97))
      },
    })
    expect((await post(endless)).status).toBe(413)
    expect(sent).toBeLessThan(80_000)
  })

  test('nasty input 18: that would make an address too long for a server is refused', async () => {
    expect((await post(`state=s1&code=${'c'.repeat(7_900)}`)).status).toBe(303)
    expect((await post(`state=s1&code=${'c'.repeat(8_100)}`)).status).toBe(413)
    expect((await post(`state=s1&code=${'ü'.repeat(2_000)}`)).status).toBe(413)
  })

  test('T21: leads nowhere else', async () => {
    for (const path of ['//evil.example/callback/apple', '/\\evil.example/callback/apple']) {
      const init = { method: 'POST', headers: { 'content-type': FORM }, body: 'state=s1&code=c' }
      expect(await handle(new Request(`http://localhost${path}`, init), null)).toBe(null)
    }
    expect(await locationOf('state=%2F%2Fevil.example%0d%0aset-cookie:a=b&code=//evil.example')).toBe(
      '?state=%2F%2Fevil.example%0D%0Aset-cookie%3Aa%3Db&code=%2F%2Fevil.example',
    )
  })
})
