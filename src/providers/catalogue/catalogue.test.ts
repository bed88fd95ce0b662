import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { playProfile, playRevocation, sampleMetadata } from '../../../test/support/played-provider.ts'
import type { PlayedAnswer } from '../../../test/support/recording-transport.ts'
import { isAllowedHost } from '../allowed-hosts.ts'
import type { AnswerPattern, AnswerRules, ErrorRule } from '../answer-rules.ts'
import { catalogueProfile } from '../catalogue-profiles.ts'
import { placeholdersIn, resolveEndpoint, withAppId } from '../endpoints.ts'
import type { ProviderProfile } from '../profile.ts'
import { catalogueNames } from './index.ts'

const HOUR_MS = 3_600_000

/** The lifetime of the access token, as this provider would tell it. */
function lifetimeMembers({ expiresAt }: AnswerRules, now: number): Record<string, unknown> {
  switch (expiresAt?.format) {
    case undefined:
      return { expires_in: 3600 }
    case 'iso8601':
      return { [expiresAt.member]: new Date(now + HOUR_MS).toISOString() }
    case 'epoch_seconds':
      return { [expiresAt.member]: (now + HOUR_MS) / 1_000 }
  }
}

function successOf({ answers }: ProviderProfile): PlayedAnswer {
  const now = Date.parse('2026-11-28T10:00:00Z')
  const tokens = {
    access_token: 'next-access',
    refresh_token: 'next-refresh',
    token_type: answers.tokenTypes[0] ?? 'Bearer',
    ...lifetimeMembers(answers, now),
  }
  const body = answers.within === null ? tokens : { ok: true, [answers.within]: tokens }
  return { body, headers: { date: new Date(now).toUTCString() } }
}

/** An answer that a rule is about. */
function answerFor({ status = 400, members }: ErrorRule): PlayedAnswer {
  return { status, body: bodyFor(members) }
}

function bodyFor(members: AnswerPattern['members'] = {}): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const [path, wanted] of Object.entries(members)) {
    const text = typeof wanted === 'string' ? wanted : `so: ${wanted.contains}.`
    const [first = '', ...rest] = path.split('.')
    body[first] = rest.reduceRight<unknown>((value, name) => ({ [name]: value }), text)
  }
  return body
}

function endpointsOf(profile: ProviderProfile) {
  return [
    profile.tokenEndpoint,
    profile.refreshEndpoint,
    typeof profile.revocationEndpoint === 'string'
      ? withAppId(profile.revocationEndpoint, 'app')
      : profile.revocationEndpoint,
    profile.authorizationEndpoint,
    profile.discovery,
  ].filter(endpoint => endpoint !== null)
}

test('the catalogue has every entry once, and says where each is from', () => {
  expect(catalogueNames.length).toBeGreaterThanOrEqual(80)
  expect([...new Set(catalogueNames)]).toEqual(catalogueNames)
  for (const name of catalogueNames) expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
  const files = readdirSync(import.meta.dirname).filter(
    file => !/^(index|names|durations|others)\.|\.test\./.test(file),
  )
  expect(files.length).toBeGreaterThanOrEqual(20)
  for (const file of files) {
    const text = readFileSync(`${import.meta.dirname}/${file}`, 'utf8')
    expect(text, file).toMatch(/\* @see https:\/\/\S+\n \*\/\nexport const \w+: CatalogueEntry = \{/)
  }
})

describe.each(catalogueNames)('the provider %s', name => {
  test('has URLs that are https, on hosts that it allows, with placeholders that it declares', async () => {
    const profile = await catalogueProfile(name)
    const metadata = sampleMetadata(profile)
    const own = Object.values(profile.placeholders).some(({ kind }) => kind === 'host' || kind === 'base')
    const hosts = Object.values(metadata).map(value => value.replace('https://', ''))
    const rules = { ...profile, endpointHosts: [...profile.endpointHosts, ...(own ? hosts : [])] }
    const used = new Set<string>([
      ...placeholdersIn(profile.issuer ?? ''),
      ...profile.apiHosts.flatMap(placeholdersIn),
    ])
    for (const endpoint of endpointsOf(profile)) {
      if (typeof endpoint !== 'string') continue
      const url = resolveEndpoint(endpoint, metadata, rules)
      expect(url.protocol).toBe('https:')
      expect(isAllowedHost(url.host, rules.endpointHosts)).toBe(true)
      expect(url.href).not.toMatch(/%7b|[{}]/i)
      for (const placeholder of placeholdersIn(endpoint)) used.add(placeholder)
    }
    expect([...used].toSorted()).toEqual(Object.keys(profile.placeholders).toSorted())
  })

  test('is asked at its endpoint, in its format, with the secret where it belongs', async () => {
    const profile = await catalogueProfile(name)
    const { transport, provider } = await playProfile(profile, successOf(profile))
    const { url, headers, body, method } = transport.last
    expect(url.origin).toBe(provider.endpointOf(sampleMetadata(profile)).origin)
    if (profile.refresh.token === 'access_token') {
      expect([method, body]).toEqual(['GET', ''])
      return
    }
    expect(url.href).not.toMatch(/sent|secret/)
    expect(transport.fields).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'sent' })
    const { clientAuthentication: authentication } = profile
    expect(new Headers(headers).has('authorization')).toBe(authentication === 'client_secret_basic')
    expect(transport.fields.client_secret).toBe(
      authentication === 'client_secret_post' ? 'secret' : undefined,
    )
    expect(body.startsWith('{')).toBe(profile.requestFormat === 'json')
  })

  test('is understood when it issues tokens', async () => {
    const profile = await catalogueProfile(name)
    const { answer, verdict, successor } = await playProfile(profile, successOf(profile))
    expect(verdict).toBe('issued')
    expect(answer).toMatchObject({ tokens: { expiresInMs: HOUR_MS, warnings: [] } })
    expect(successor).toBe(profile.answers.successor === 'access_token' ? 'next-access' : 'next-refresh')
  })

  test('is understood when it refuses, by every code and rule', async () => {
    const profile = await catalogueProfile(name)
    const { errors, errorRules } = profile.answers
    expect(errors.refused).toContain('invalid_grant')
    for (const error of errors.refused) {
      expect((await playProfile(profile, { status: 400, body: { error } })).verdict).toBe('refused')
      expect((await playProfile(profile, { status: 200, body: { ok: false, error } })).verdict).toBe(
        'refused',
      )
    }
    for (const rule of errorRules) {
      const kinds = { refused: 'refused', too_early: 'throttled' }
      const { verdict } = await playProfile(profile, answerFor(rule))
      expect(verdict).toBe(rule.means === 'refused' ? kinds.refused : kinds.too_early)
    }
  })

  test('is understood when it is misconfigured, throttles, stumbles, or says what nobody knows', async () => {
    const profile = await catalogueProfile(name)
    const verdict = async (status: number, body: string | object): Promise<string> =>
      (await playProfile(profile, { status, body })).verdict
    for (const error of profile.answers.errors.misconfigured) {
      expect(await verdict(401, { error })).toBe('misconfigured')
    }
    expect(await verdict(429, '')).toBe('throttled')
    expect(await verdict(400, { error: 'slow_down' })).toBe('throttled')
    expect(await verdict(503, '<html>')).toBe('PROVIDER_UNAVAILABLE')
    expect(await verdict(400, { error: 'something_new' })).toBe('failed')
    expect(await verdict(200, '<html>')).toBe('PROVIDER_RESPONSE')
  })

  test('is asked to revoke by the token that it wants, and understood', async () => {
    const profile = await catalogueProfile(name)
    const { confirmed, gone, goneStatuses, token } = profile.revocation
    if (profile.revocationEndpoint === null) return
    const done = { status: confirmed.status ?? 200, body: bodyFor(confirmed.members) }
    expect(await playRevocation(profile, token, done)).toMatchObject({
      answer: { kind: 'revoked' },
      transport: { last: { method: profile.revocation.method, url: { protocol: 'https:' } } },
    })
    const gones = [...gone, ...goneStatuses.map(status => ({ status, members: {} }))]
    for (const { status = 200, members } of gones) {
      const { answer } = await playRevocation(profile, token, { status, body: bodyFor(members) })
      expect(answer).toEqual({ kind: token === 'access_token' ? 'ended' : 'revoked' })
    }
    for (const status of [302, 401, 403, 429, 500, 503]) {
      const headers = { 'retry-after': '90' }
      const { answer } = await playRevocation(profile, token, { status, headers, body: '<html>' })
      expect(answer).toEqual({ kind: 'failed', detail: `HTTP ${status}`, retryAfterMs: 90_000 })
    }
    const { transport } = await playRevocation(profile, token, done)
    expect(transport.last.url.href).not.toMatch(/sent|secret/)
    expect(JSON.stringify([transport.last.headers, transport.last.body])).toContain('sent')
  })

  test('lives as its facts say: what is not known is careful', async () => {
    const { refreshTokens, traits, apiHosts, answers } = await catalogueProfile(name)
    if (refreshTokens.rotates === 'never') expect(traits.rotation).toBe('static')
    if (refreshTokens.rotates === null) expect(traits.rotation).toBe('strict')
    const window = refreshTokens.retryWindowMs ?? 0
    if (refreshTokens.rotates !== 'never')
      expect(traits.rotation).toBe(window >= 30_000 ? 'window' : 'strict')
    expect(traits.refreshEarliestMs).toBeLessThan(traits.lifetimeMs ?? Infinity)
    for (const host of apiHosts) expect(host).not.toContain('*')
    for (const rule of answers.metadata.values()) expect(typeof rule).toBe('object')
  })
})
