import { describe, expect, test } from 'vitest'
import { type AnsweredDuration, accessTokenLifetime, refreshTokenLifetime } from './lifetime.ts'
import { standardAnswers } from './standard-answers.ts'

const NOW = Date.parse('2026-11-28T10:00:00Z')

function lifetimeIn(members: object, rules: Partial<typeof standardAnswers> = {}): AnsweredDuration {
  return accessTokenLifetime(new Map(Object.entries(members)), { ...standardAnswers, ...rules }, NOW)
}

function refreshLifetimeIn(members: object, rules: Partial<typeof standardAnswers> = {}): AnsweredDuration {
  return refreshTokenLifetime(new Map(Object.entries(members)), { ...standardAnswers, ...rules }, NOW)
}

const TEN_YEARS = 315_360_000

describe('expires_in', () => {
  test.each([
    [3600, 3_600_000],
    ['3600', 3_600_000],
    [1, 1_000],
    [1e3, 1_000_000],
    [TEN_YEARS, TEN_YEARS * 1_000],
  ])('of %j seconds is understood', (value, ms) => {
    expect(lifetimeIn({ expires_in: value })).toEqual({ ms, strange: false })
  })

  test.each([
    '3600s',
    '',
    ' 3600',
    '3600.0',
    '+3600',
    '-5',
    '1e3',
    '0x10',
    '9'.repeat(40),
    -5,
    0,
    '0',
    0.5,
    1e16,
    Number.POSITIVE_INFINITY,
    TEN_YEARS + 1,
    true,
    false,
    [3600],
    {},
    '٣٦٠٠',
  ])('of %j is strange and means nothing', value => {
    const strange = { ms: null, strange: true }
    expect(lifetimeIn({ expires_in: value })).toEqual(strange)
    expect(refreshLifetimeIn({ refresh_token_expires_in: value })).toEqual(strange)
  })

  test.each([undefined, null])('of %j was not said', value => {
    const unsaid = { ms: null, strange: false }
    expect(lifetimeIn({ expires_in: value })).toEqual(unsaid)
    expect(refreshLifetimeIn({})).toEqual(unsaid)
  })

  test.each([
    [{ expires_in: 3600 }, 3_600_000],
    [{ expires_in: 3_600_000 }, 3_600_000],
    [{ expires_in: '3600000' }, 3_600_000],
    [{ expires_in: 86_400 }, 86_400_000],
    [{ expires_in: 86_401 }, 86_401],
    [{ expires_in: 3_600_000, expires_in_sec: 3600 }, 3_600_000],
    [{ expires_in: 60_000, expires_in_sec: 60 }, 60_000],
    [{ expires_in: 60_000, expires_in_sec: '60s' }, 60_000],
    [{ expires_in: 3600, expires_in_sec: null }, 3_600_000],
    [{ expires_in_sec: 3600 }, 3_600_000],
  ])("beside Zoho's other unit, %j, is %i ms", (members, ms) => {
    expect(lifetimeIn(members, { expiresInUnit: 'seconds_or_milliseconds' })).toEqual({
      ms,
      strange: false,
    })
  })
})

describe('an instant in place of a lifetime', () => {
  const iso = { expiresAt: { member: 'expires_at', format: 'iso8601' } } as const
  const epoch = { expiresAt: { member: 'expires_at', format: 'epoch_seconds' } } as const

  test.each([
    [iso, '2026-11-28T11:00:00Z'],
    [iso, '2026-11-28T13:00:00.000+02:00'],
    [epoch, NOW / 1_000 + 3_600],
    [epoch, String(NOW / 1_000 + 3_600)],
  ])('counts from the time of the answer: %j, %j', (rules, value) => {
    expect(lifetimeIn({ expires_at: value }, rules)).toEqual({ ms: 3_600_000, strange: false })
  })

  test.each([
    [iso, '2026-11-28T11:00:00'],
    [iso, '2026-11-28'],
    [iso, '2026-13-45T99:00:00Z'],
    [iso, '2026-11-28T09:00:00Z'],
    [iso, NOW],
    [epoch, NOW / 1_000],
    [epoch, NOW],
    [epoch, '2026-11-28T11:00:00Z'],
  ])('is strange and means nothing when it is past, far away or no instant: %j, %j', (rules, value) => {
    expect(lifetimeIn({ expires_at: value }, rules)).toEqual({ ms: null, strange: true })
  })

  test('is not read beside a lifetime', () => {
    const both = { expires_in: 60, expires_at: NOW / 1_000 + 3_600 }
    expect(lifetimeIn(both, epoch)).toEqual({ ms: 60_000, strange: false })
    expect(lifetimeIn({ expires_at: null }, epoch)).toEqual({ ms: null, strange: false })
  })

  test('may stand in expires_in itself', () => {
    const rules = { expiresInUnit: 'epoch_seconds' } as const
    expect(lifetimeIn({ expires_in: NOW / 1_000 + 60 }, rules)).toEqual({ ms: 60_000, strange: false })
    expect(lifetimeIn({ expires_in: 3_600 }, rules)).toEqual({ ms: null, strange: true })
  })

  test('is known of refresh tokens, too, under the names of the profile', () => {
    const names = { refreshTokenExpiresIn: ['x_refresh_token_expires_in', 'refresh_expires_in'] }
    expect(refreshLifetimeIn({ refresh_expires_in: 60 }, names)).toEqual({ ms: 60_000, strange: false })
    expect(refreshLifetimeIn({ refresh_token_expires_in: 60 }, names)).toEqual({ ms: null, strange: false })
    const instant = {
      refreshTokenExpiresAt: { member: 'refresh_token_expires_at', format: 'iso8601' },
    } as const
    expect(refreshLifetimeIn({ refresh_token_expires_at: '2026-11-28T10:01:00Z' }, instant).ms).toBe(60_000)
  })
})
