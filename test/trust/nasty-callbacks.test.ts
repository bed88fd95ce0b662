import { inspect } from 'node:util'
import type { AuthorizationStart, OAuthTokenService } from 'evergrant'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { by, CALLBACK_URL, CLIENT, ConnectingWorld, reasonOf } from '../support/connecting.ts'
import { socketsOpenedBy } from './outbound.ts'

let world: ConnectingWorld
let tokens: OAuthTokenService
let start: AuthorizationStart
beforeEach(async () => {
  world = await ConnectingWorld.start()
  tokens = await world.open()
  start = await tokens.authorizationUrl(CLIENT, 'acme')
})
afterEach(() => world.close())

const PLACE = `${CALLBACK_URL}/acme`
const stateOf = ({ url }: AuthorizationStart): string => new URL(url).searchParams.get('state') ?? ''

/** What of a callback makes no sense, with the state of the flow in place of STATE. */
const BEFORE_THE_FLOW: readonly (readonly [string, string])[] = [
  ['the state twice', '?state=STATE&state=b&code=c'],
  ['the same state twice', '?state=STATE&state=STATE&code=c'],
  ['the code twice', '?state=STATE&code=c&code=d'],
  ['the issuer twice', '?state=STATE&code=c&iss=a&iss=b'],
  ['a parameter of nobody’s twice', '?state=STATE&code=c&__proto__=a&__proto__=b'],
  ['a code and an error', '?state=STATE&code=c&error=access_denied'],
  ['no state', '?code=c'],
  ['an empty state', '?state=&code=c'],
  ['a state with a NUL in it', '?state=STATE%00&code=c'],
  ['a state of 100 KB', `?state=${'s'.repeat(100_000)}&code=c`],
  ['a state of 513 characters', `?state=${'s'.repeat(513)}&code=c`],
  ['more than 64 KiB beside its state', `?state=STATE&code=c&rest=${'x'.repeat(65_536)}`],
  ['nothing', ''],
]
const AFTER_THE_FLOW: readonly (readonly [string, string])[] = [
  ['a code of 8 KB', `?state=STATE&code=${'c'.repeat(8_192)}`],
  ['an empty code', '?state=STATE&code='],
  ['no code', '?state=STATE'],
  ['a code with a line break in it', '?state=STATE&code=c%0d%0ax'],
]

const ISS = () => `&iss=${encodeURIComponent(world.acme.url)}`

describe('a callback with', () => {
  test.each(BEFORE_THE_FLOW)(
    'nasty input 18, T34: %s is refused, nothing is exchanged, and the flow goes on',
    async (_, query) => {
      const opened = await socketsOpenedBy(async () => {
        const back = tokens.handleCallback(PLACE + query.replaceAll('STATE', stateOf(start)), by(start))
        expect(await reasonOf(back)).toBe('malformed')
      })
      expect(opened).toBe(0)
      expect((await world.finish(tokens, start)).kind).toBe('connected')
    },
  )

  test.each(AFTER_THE_FLOW)(
    'nasty input 18: %s is refused, nothing is exchanged, and the flow is over',
    async (_, query) => {
      const back = tokens.handleCallback(PLACE + query.replaceAll('STATE', stateOf(start)) + ISS(), by(start))
      expect(await reasonOf(back)).toBe('malformed')
      expect(await reasonOf(world.finish(tokens, start))).toBe('already_used')
      expect(world.acme.exchanges).toEqual([])
    },
  )

  test('nasty input 18: a form_post that comes without the cookie is refused; with it, it is taken', async () => {
    const post = (callback: URL): Request => {
      const { search, origin, pathname } = callback
      return new Request(origin + pathname, { method: 'POST', body: new URLSearchParams(search) })
    }
    const without = tokens.handleCallback(post(world.acme.agree(start.url)), { binding: undefined })
    expect(await reasonOf(without)).toBe('wrong_browser')
    const again = await tokens.authorizationUrl(CLIENT, 'acme')
    const done = await tokens.handleCallback(post(world.acme.agree(again.url)), by(again))
    expect(done.kind).toBe('connected')
  })

  test.each([
    ['JSON', { 'content-type': 'application/json' }, '{}'],
    [
      'a form without end',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'a='.padEnd(200_000, 'x'),
    ],
    ['text that is a form all the same', { 'content-type': 'text/plain' }, 'code=c'],
    ['a form of another name', { 'content-type': 'application/x-www-form-urlencoded-json' }, 'code=c'],
  ])('nasty input 18: a body that is %s is refused, and the flow goes on', async (_, headers, body) => {
    const request = new Request(`${PLACE}?state=${stateOf(start)}`, { method: 'POST', headers, body })
    expect(await reasonOf(tokens.handleCallback(request, by(start)))).toBe('malformed')
    expect((await world.finish(tokens, start)).kind).toBe('connected')
  })

  test('nasty input 18: a form that somebody has read before, or that stands in a GET, is refused', async () => {
    const { search } = world.acme.agree(start.url)
    const read = new Request(PLACE, { method: 'POST', body: new URLSearchParams(search) })
    await read.text()
    expect(await reasonOf(tokens.handleCallback(read, by(start)))).toBe('malformed')
    expect((await world.finish(tokens, start)).kind).toBe('connected')
  })

  test.each([
    'not a url',
    '//evil.example/oauth/callback/acme?state=a&code=b',
    '/\\evil.example',
    'https://',
  ])('nasty input 18: %j in place of its URL is refused', async callback => {
    expect(await reasonOf(tokens.handleCallback(callback, by(start)))).toBe('malformed')
  })

  test('T34: names of the prototype as parameters change nothing', async () => {
    const callback = world.acme.agree(start.url)
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      callback.searchParams.set(name, 'x')
    }
    expect((await tokens.handleCallback(callback, by(start))).kind).toBe('connected')
    expect(({} as Record<string, unknown>).x).toBe(undefined)
  })
})

describe('a call', () => {
  test.each([null, undefined, 7, {}, []])(
    'nasty input 18: with %j for a callback or a confirmation is refused',
    async value => {
      expect(await reasonOf(tokens.handleCallback(value as never, by(start)))).toBe('malformed')
      expect(await reasonOf(tokens.confirmAccountChange(value as never, by(start)))).toBe('unknown_state')
    },
  )

  test('nasty input 18: without options says so, and uses nothing up', async () => {
    const callback = world.acme.agree(start.url)
    const bare = tokens.handleCallback(callback, undefined as never)
    await expect(bare).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    const confirmed = tokens.confirmAccountChange('x', undefined as never)
    await expect(confirmed).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect((await tokens.handleCallback(callback, by(start))).kind).toBe('connected')
  })
})

describe('a link', () => {
  test('nasty input 19: of an attacker’s, which the victim opens, connects nothing to either', async () => {
    const attacker = await tokens.authorizationUrl('mallory', 'acme', { user: 'mallory' })
    const victim = tokens.handleCallback(world.acme.agree(attacker.url, 'account-of-mallory'), {
      binding: start.binding,
      user: 'ada',
    })
    expect(await reasonOf(victim)).toBe('wrong_browser')
    expect(world.acme.exchanges).toEqual([])
  })

  test('nasty input 19: that is fetched in advance, opened twice, and gone back to, is exchanged once', async () => {
    const callback = world.acme.agree(start.url)
    const [first, second] = await Promise.allSettled([
      tokens.handleCallback(callback, by(start)),
      tokens.handleCallback(callback, by(start)),
    ])
    expect([first.status, second.status].toSorted()).toEqual(['fulfilled', 'rejected'])
    await expect(tokens.handleCallback(callback, by(start))).rejects.toMatchObject({ outcome: 'connected' })
    expect(world.acme.exchanges).toHaveLength(1)
  })
})

/** What a provider, or whoever made the link, may write beside an error. */
const WRITTEN = [
  '<svg onload=alert(1)>',
  '"><script>alert(1)</script>',
  'javascript:alert(1)',
  '\r\nSet-Cookie: a=b',
  '\u2028\u202e\u0000',
  '{{7*7}}<%= 7*7 %>',
]

describe('what a provider writes', () => {
  test.each(WRITTEN)(
    'T22, nasty input 20: %j in error, error_description and error_uri is in no message and no field',
    async text => {
      const mark = `mark${text}`
      for (const error of ['access_denied', 'invalid_scope', mark]) {
        const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme')
        const callback = world.acme.callback(url, {
          error,
          error_description: mark,
          error_uri: mark,
          scope: mark,
        })
        const refusal: unknown = await tokens.handleCallback(callback, { binding }).catch(reason => reason)
        expect(refusal).toMatchObject({ reason: error === 'access_denied' ? 'denied' : 'refused' })
        expect(inspect(refusal, { showHidden: true }) + JSON.stringify(world.events)).not.toContain('mark')
      }
      expect(world.acme.exchanges).toEqual([])
    },
  )

  test('T24: codes, states, bindings and verifiers are in no error and no event', async () => {
    const seen: unknown[] = [world.events]
    const callback = world.acme.agree(start.url)
    seen.push(await tokens.handleCallback(callback, by(start)))
    for (const binding of [start.binding, 'another']) {
      seen.push(await tokens.handleCallback(callback, { binding }).catch(reason => reason))
    }
    const bare = world.acme.bareCode()
    seen.push(
      await tokens
        .exchangeCode(CLIENT, 'acme', bare, { codeVerifier: 'x'.repeat(43) })
        .catch(reason => reason),
    )
    const [exchange] = world.acme.exchanges
    const secrets = [
      callback.searchParams.get('code'),
      stateOf(start),
      start.binding,
      exchange?.parameters.get('code_verifier'),
      bare,
    ]
    for (const secret of secrets) expect(inspect(seen, { depth: 9, showHidden: true })).not.toContain(secret)
  })
})
