import { Buffer } from 'node:buffer'
import type { OAuthTokenService } from 'evergrant'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'
import { answer, json, type Reply, tokenEndpoint } from './token-endpoint.ts'

/*
 * What a token endpoint may answer, and what must become of the stored grant. Through the whole service: the bytes
 * come over a socket, and what is looked at is the row.
 */
const world = await serviceWorld()
const endpoint = await tokenEndpoint()

async function service(rotation: 'static' | 'strict' = 'static'): Promise<OAuthTokenService> {
  const profile = endpoint.profile('acme', { rotation })
  const policy = { backoffFirstMs: 1, backoffInWindowMs: 1, backoffLongestMs: 1 }
  const tokens = await world.open('memory:', { policy, providers: { acme: { profile, ...CREDENTIALS } } })
  await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'old', refreshToken: 'stored', expiresIn: 3_600 })
  return tokens
}

async function stored(tokens: OAuthTokenService) {
  const record = await tokens.getTokenRecord(CLIENT, 'acme')
  return {
    accessToken: record?.accessToken?.reveal(),
    refreshToken: record?.refreshToken?.reveal(),
    status: record?.status,
  }
}

/** Refreshes once against the reply: the code of the failure, or `ok`, and what is stored then. */
async function after(reply: Reply, rotation: 'static' | 'strict' = 'static') {
  const tokens = await service(rotation)
  // Replayed at once where the answer was none; the same again, so that the row shows what it does.
  endpoint.usually = reply
  const outcome = await tokens.refreshToken(CLIENT, 'acme').then(
    () => 'ok',
    (error: { code?: unknown }) => error.code,
  )
  const row = await stored(tokens)
  await tokens.close()
  return { outcome, ...row, asked: [...endpoint.asked] }
}

const good = { access_token: 'fresh', token_type: 'Bearer', expires_in: 3_600, refresh_token: 'next' }
const FAILED = { outcome: 'PROVIDER_RESPONSE', accessToken: 'old', status: 'active' }

test.each([
  ['NUL', 'fre\0sh'],
  ['a line break', 'fre\r\nsh'],
  ['half of a surrogate pair', 'fre\ud800sh'],
  ['a character that is not ASCII', 'ｆｒｅｓｈ'],
])(
  'nasty input 1: an access token with %s is refused, and the refresh token beside it is kept',
  async (_, text) => {
    expect(await after(json({ ...good, access_token: text }))).toMatchObject({
      ...FAILED,
      refreshToken: 'next',
    })
  },
)

test.each([
  ['NUL', 'ne\0xt'],
  ['a line break', 'ne\r\nxt'],
  ['half of a surrogate pair', 'ne\ud800xt'],
  ['a pair', 'ne\u{1F511}xt'],
  ['30,000 characters', 'n'.repeat(30_000)],
])('nasty input 1: a refresh token with %s is kept as it came', async (_, text) => {
  expect(await after(json({ ...good, refresh_token: text }))).toMatchObject({
    outcome: 'ok',
    accessToken: 'fresh',
    refreshToken: text,
  })
})

test.each([
  'missing',
  '"3600s"',
  '-5',
  '0',
  '1e309',
  '1e16',
  'true',
  '[3600]',
  '"0x10"',
  'null',
  '"3600"',
  '3600000',
  '{}',
])('nasty input 3: expires_in is %s: the tokens are kept, and no date is nonsense', async text => {
  const { expires_in: _, ...others } = good
  const member = text === 'missing' ? '' : `"expires_in":${text},`
  const reply = answer(200, `{${member}${JSON.stringify(others).slice(1)}`)
  expect(await after(reply)).toMatchObject({ outcome: 'ok', accessToken: 'fresh', refreshToken: 'next' })
  const tokens = await service()
  endpoint.replies.push(reply)
  const { expiresAt } = await tokens.refreshToken(CLIENT, 'acme')
  if (expiresAt !== null) {
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 3_500_000)
    expect(expiresAt.getTime()).toBeLessThan(Date.now() + 10 * 366 * 86_400_000)
  }
})

test.each([
  ['200 with an error', json({ error: 'invalid_code' })],
  ['400 with an error in another language', json({ error: '拒绝访问' }, 400)],
  ['200 with "ok": false', json({ ok: false })],
])('nasty input 9: %s changes nothing that is stored', async (_, reply) => {
  const found = await after(reply)
  expect(found.outcome).not.toBe('ok')
  expect(found).toMatchObject({ accessToken: 'old', refreshToken: 'stored', status: 'active' })
})

test('nasty input 9: an error beside tokens is a failure, and the refresh token is kept', async () => {
  const found = await after(json({ ...good, error: 'temporarily_unavailable' }))
  expect(found.outcome).not.toBe('ok')
  expect(found).toMatchObject({ accessToken: 'old', refreshToken: 'next' })
})

const text = JSON.stringify(good)
test.each([
  ['labelled as plain text', answer(200, text, { 'content-type': 'text/plain' })],
  ['labelled as HTML', answer(200, text, { 'content-type': 'text/html' })],
  ['not labelled', answer(200, text, {})],
  ['behind a byte order mark', answer(200, `\ufeff${text}`)],
  ['in UTF-16', answer(200, Buffer.from(`\ufeff${text}`, 'utf16le'))],
])('nasty input 10: JSON %s is read by its content', async (_, reply) => {
  expect(await after(reply)).toMatchObject({ outcome: 'ok', accessToken: 'fresh', refreshToken: 'next' })
})

test.each([
  ['a login page', answer(200, '<!doctype html><title>Log in</title>', { 'content-type': 'text/html' })],
  ['an empty 200', answer(200, '')],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['a text', answer(200, '"fresh"')],
  ['a number', answer(200, '1')],
  ['a list', answer(200, '["fresh"]')],
  ['null', answer(200, 'null')],
])('nasty input 10: %s overwrites nothing', async (_, reply) => {
  const found = await after(reply)
  expect(found).toMatchObject({ accessToken: 'old', refreshToken: 'stored', status: 'active' })
  expect(found.outcome).toMatch(/^PROVIDER_(RESPONSE|UNAVAILABLE)$/)
})

test('nasty input 10: a form where JSON is expected is no success, and its refresh token is kept', async () => {
  const form = 'access_token=fresh&token_type=Bearer&refresh_token=next'
  const found = await after(answer(200, form, { 'content-type': 'application/x-www-form-urlencoded' }))
  expect(found).toMatchObject({ ...FAILED, refreshToken: 'next' })
})

describe('nasty input 13: an answer that is cut', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n'

  test('nasty input 13: behind the refresh token keeps it', async () => {
    const reply: Reply = socket => socket.end(`${head}{"access_token":"fresh","refresh_token":"next","ex`)
    expect(await after(reply)).toMatchObject({ accessToken: 'old', refreshToken: 'next' })
  })

  test.each([
    ['within it', `${head}{"access_token":"fresh","refresh_token":"ne`],
    ['behind the headers', head],
    ['within the headers', 'HTTP/1.1 200 OK\r\nconte'],
  ])('nasty input 13: %s is none: the same token is sent again', async (_, bytes) => {
    const tokens = await service()
    endpoint.replies.push(socket => {
      socket.write(bytes)
      setImmediate(() => socket.resetAndDestroy())
    })
    expect((await tokens.refreshToken(CLIENT, 'acme')).accessToken).toBe('fresh')
    expect(endpoint.asked).toEqual(['stored', 'stored'])
  })

  test('nasty input 13: of a strictly rotating provider is not asked again while the old token lives', async () => {
    const tokens = await service('strict')
    endpoint.replies.push(socket => void socket.end(head))
    const failure = { code: expect.stringMatching(/^PROVIDER_/) }
    await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject(failure)
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('old')
    expect(endpoint.asked).toEqual(['stored'])
  })
})

test.each([
  ['access tokens', `{"access_token":"a","access_token":"b","token_type":"Bearer"}`, 'stored'],
  [
    'refresh tokens',
    `{"access_token":"a","token_type":"Bearer","refresh_token":"x","refresh_token":"y"}`,
    null,
  ],
])('nasty input 14: two different %s are not taken for one', async (_, body, refreshToken) => {
  const found = await after(answer(200, body))
  expect(found).toMatchObject(FAILED)
  if (refreshToken !== null) expect(found.refreshToken).toBe(refreshToken)
})

test('nasty input 14: names that differ in case are other names', async () => {
  const found = await after(json({ Access_Token: 'fresh', REFRESH_TOKEN: 'next', token_type: 'Bearer' }))
  expect(found).toMatchObject({ ...FAILED, refreshToken: 'stored' })
})

test('nasty input 14: members of a prototype change nobody, and give nothing', async () => {
  const body = `{"__proto__":{"access_token":"evil","polluted":true},"constructor":{"prototype":{"polluted":true}}}`
  expect(await after(answer(200, body))).toMatchObject({ ...FAILED, refreshToken: 'stored' })
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test('nasty input 14: 30,000 levels of lists end as a failure, not as a crash', async () => {
  const deep = `{"access_token":"fresh","token_type":"Bearer","x":${'['.repeat(30_000)}${']'.repeat(30_000)}}`
  const found = await after(answer(200, deep))
  expect(found).toMatchObject({ refreshToken: 'stored', status: 'active' })
})

test.each(['mac', 'DPoP', 'N_A', 7])(
  'nasty input 15: token_type %j is not understood: no token is used, the refresh token is kept',
  async token_type => {
    expect(await after(json({ ...good, token_type }))).toMatchObject({ ...FAILED, refreshToken: 'next' })
  },
)

test.each(['BEARER', 'bearer', undefined])('nasty input 15: token_type %j is Bearer', async token_type => {
  expect(await after(json({ ...good, token_type }))).toMatchObject({ outcome: 'ok', refreshToken: 'next' })
})

test.each([
  ['a list', ['b', 'a'], ['a', 'b']],
  ['wider than before', 'a b c d', ['a', 'b', 'c', 'd']],
])('nasty input 15: scope as %s is what was granted', async (_, scope, expected) => {
  const tokens = await service()
  endpoint.replies.push(json({ ...good, scope }))
  expect([...(await tokens.refreshToken(CLIENT, 'acme')).scopes].sort()).toEqual(expected)
})

test.each([
  ['the one that was sent', 'stored', 'stored'],
  ['empty', '', 'stored'],
  ['null', null, 'stored'],
  ['left out', undefined, 'stored'],
])('nasty input 16: a refresh token that is %s keeps the stored one', async (_, refresh_token, kept) => {
  const found = await after(json({ ...good, refresh_token }))
  expect(found).toMatchObject({ outcome: 'ok', accessToken: 'fresh', refreshToken: kept })
})

test('nasty input 16: one of an earlier generation is kept as it was returned', async () => {
  const tokens = await service()
  for (const refresh_token of ['next', 'third', 'stored'])
    endpoint.replies.push(json({ ...good, refresh_token }))
  for (let refreshes = 0; refreshes < 3; refreshes += 1) await tokens.refreshToken(CLIENT, 'acme')
  expect(endpoint.asked).toEqual(['stored', 'next', 'third'])
  expect(await stored(tokens)).toMatchObject({ refreshToken: 'stored' })
})

test('F26: whatever JSON comes with it, and whatever status: a refresh token that was present is stored', async () => {
  const members = fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        'access_token',
        'expires_in',
        'token_type',
        'scope',
        'error',
        'error_description',
        'data',
      ),
      fc.string({ maxLength: 12 }),
    ),
    fc.jsonValue({ maxDepth: 3 }),
    { maxKeys: 8 },
  )
  const status = fc.constantFrom(200, 201, 400, 401, 403, 429, 500, 503)
  const token = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(members, status, token, async (others, code, refresh_token) => {
      const found = await after(answer(code, JSON.stringify({ ...others, refresh_token })))
      expect(found.refreshToken).toBe(refresh_token)
    }),
    { numRuns: 300 },
  )
})
