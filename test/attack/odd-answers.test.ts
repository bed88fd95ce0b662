import { Buffer } from 'node:buffer'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { OAuthTokenService } from 'evergrant'
import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'
import { answer, tokenEndpoint } from '../trust/token-endpoint.ts'

/* Answers that say nothing of use, and answers that ask for a pause: what they do to the row, and to whoever asks. */
const world = await serviceWorld()
const endpoint = await tokenEndpoint()
const { database } = world

async function service(throttleMs?: number): Promise<OAuthTokenService> {
  const policy = { backoffFirstMs: 1, backoffInWindowMs: 1, backoffLongestMs: 1 }
  const profile = { ...endpoint.profile('acme', { rotation: 'static' }) }
  if (throttleMs !== undefined) Object.assign(profile, { traits: { ...profile.traits, throttleMs } })
  const providers = { acme: { profile, ...CREDENTIALS } }
  const tokens = await world.open(world.url('PostgreSQL'), { policy, providers, cache: false })
  await tokens.storeTokens(CLIENT, 'acme', {
    accessToken: 'old',
    refreshToken: 'stored',
    expiresIn: 3_600,
    scopes: ['a', 'b'],
    metadata: { location: 'eu' },
  })
  return tokens
}

const html = '<!doctype html><title>canary</title><form action="/login">canary</form>'
const whole = '{"access_token":"canary","token_type":"Bearer","expires_in":3600'
const wide = (text: string, big: boolean): Buffer => {
  const bytes = Buffer.from(text, 'utf16le')
  return big ? bytes.swap16() : bytes
}
const labelled = (type: string) => ({ 'content-type': type })

/** Bodies that no token can be had from: how they come, as status, bytes and headers. */
const bodies: readonly (readonly [number, string | Uint8Array, Readonly<Record<string, string>>?])[] = [
  // Pages for people.
  [200, html, labelled('text/html')],
  [200, html],
  [200, `\ufeff${html}`],
  [400, html, labelled('text/html')],
  [404, html, labelled('text/html; charset=iso-8859-1')],
  [403, html, labelled('text/html')],
  [200, '<?xml version="1.0"?><error>canary</error>', labelled('application/xml')],
  [200, 'canary', labelled('text/plain')],
  [200, 'OK'],
  [200, 'window.canary = {"access_token":"canary"}', labelled('application/javascript')],
  [200, `)]}'\n{"access_token":"canary"}`],
  [200, `callback({"access_token":"canary","token_type":"Bearer"})`],
  // Nothing.
  [200, ''],
  [200, '', {}],
  [400, ''],
  [200, ' \r\n\t '],
  [200, '\ufeff'],
  [200, '\0'],
  // JSON that was cut, or is none.
  [200, whole],
  [200, whole.slice(0, 17)],
  [200, whole.slice(0, 25)],
  [200, '{'],
  [200, `${whole},}`],
  [200, `${whole}}}`],
  [200, `${whole}}{}`],
  [200, whole.replaceAll('"', "'").concat('}')],
  [200, `${whole},"note":"\u0001"}`],
  [200, `${whole},"n":01}`],
  [200, `${whole},"n":NaN}`],
  // JSON of another kind.
  [200, 'null'],
  [200, 'true'],
  [200, '"canary"'],
  [200, '1e309'],
  [200, '[{"access_token":"canary","token_type":"Bearer"}]'],
  [200, '{}'],
  [200, '{"data":{"access_token":"canary"}}'],
  [200, '{"access_token":""}'],
  [200, '{"access_token":["canary"],"token_type":"Bearer"}'],
  // Bytes that are no text, or another one than they say.
  [200, Buffer.from([0xff, 0xfe, 0x00])],
  [200, Buffer.from([0x80, 0x81, 0xfe])],
  [200, Buffer.concat([Buffer.from('{"access_token":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])],
  [200, wide(whole, true)],
  [200, gzipSync(`${whole}}`)],
  [200, 'canary', { 'content-encoding': 'gzip' }],
  [200, gzipSync(`${whole}}`), { 'content-encoding': 'br' }],
]

describe('a body that no token can be had from', () => {
  test('F25: of each kind is typed, worth a retry, told without a word of it, and changes no stored byte', async () => {
    expect(bodies.length).toBeGreaterThanOrEqual(40)
    const tokens = await service()
    const stored = async () =>
      (
        await database.query(
          `select id, client_id, provider, access_token, refresh_token, token_expiry::text, scopes, metadata::text,
             created_at::text, status, status_reason, generation::text, lifetime_ms::text, refresh_at::text, app_id,
             last_refreshed_at::text, refresh_token_expiry::text, lease_id from oauth_tokens`,
        )
      )[0]
    const before = await stored()
    expect(before).toMatchObject({ access_token: expect.stringMatching(/^eg1\./), generation: '1' })
    for (const [index, [status, body, headers]] of bodies.entries()) {
      const name = `${index}: ${status} ${inspect(body).slice(0, 60)}`
      // Replayed at once where the first was none: the same twice.
      endpoint.usually = answer(status, body, headers)
      const error: unknown = await tokens.refreshToken(CLIENT, 'acme').then(
        token => token,
        (reason: unknown) => reason,
      )
      expect([name, error]).toEqual([
        name,
        expect.objectContaining({
          code: expect.stringMatching(/^PROVIDER_(RESPONSE|UNAVAILABLE)$/),
          retryable: true,
        }),
      ])
      expect([name, inspect(error, { showHidden: true, depth: 9 }).includes('canary')]).toEqual([name, false])
      expect([name, await stored()]).toEqual([name, before])
      expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('old')
      await database.query('update oauth_tokens set next_attempt_at = null, failure_count = 0')
    }
    expect(JSON.stringify(world.events)).not.toContain('canary')
    expect(new Set(endpoint.asked)).toEqual(new Set(['stored']))
  })
})

describe('a throttle', () => {
  const MINUTE = 60_000
  const usualMs = 2 * MINUTE

  test.each([
    ['-1', usualMs],
    ['1e9', usualMs],
    ['soon', usualMs],
    ['', usualMs],
    ['0x10', usualMs],
    ['Wed, 99 Oct 2026 07:28:30 GMT', usualMs],
    ['0', 1_000],
    ['7', 7_000],
    ['1000000000', 15 * MINUTE],
    ['9'.repeat(40), 15 * MINUTE],
    ['Wed, 21 Oct 2099 07:28:00 GMT', 15 * MINUTE],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 1_000],
  ])('F22: that says Retry-After %j lasts %i ms, for every process', async (value, pauseMs) => {
    const [tokens, other] = [await service(usualMs), await service(usualMs)]
    await database.query('update oauth_tokens set token_expiry = now(), refresh_at = now()')
    endpoint.usually = answer(429, '{"error":"slow_down"}', { 'retry-after': value })
    for (const one of [tokens, other, tokens]) {
      await expect(one.getAccessToken(CLIENT, 'acme')).rejects.toMatchObject({
        code: 'PROVIDER_RATE_LIMITED',
        retryAt: expect.any(Date),
      })
    }
    expect(endpoint.asked).toHaveLength(1)
    const pause = 'round(extract(epoch from next_attempt_at - updated_at) * 1000)::int as ms'
    expect(await database.query(`select ${pause} from oauth_tokens`)).toEqual([{ ms: pauseMs }])
  })
})
