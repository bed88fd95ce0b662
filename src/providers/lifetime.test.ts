import { describe, expect, test } from 'vitest'
import { accessTokenLifetime, refreshTokenLifetime } from './lifetime.ts'

const TEN_YEARS = 315_360_000

describe('expires_in', () => {
  test.each([
    [3600, 3_600_000],
    ['3600', 3_600_000],
    [1, 1_000],
    [1e3, 1_000_000],
    [TEN_YEARS, TEN_YEARS * 1_000],
  ])('of %j seconds is understood', (value, ms) => {
    expect(accessTokenLifetime(new Map([['expires_in', value]]), 'seconds')).toEqual({ ms, strange: false })
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
    expect(accessTokenLifetime(new Map([['expires_in', value]]), 'seconds')).toEqual(strange)
    expect(refreshTokenLifetime(new Map([['refresh_token_expires_in', value]]))).toEqual(strange)
  })

  test.each([undefined, null])('of %j was not said', value => {
    const unsaid = { ms: null, strange: false }
    expect(accessTokenLifetime(new Map([['expires_in', value]]), 'seconds')).toEqual(unsaid)
    expect(refreshTokenLifetime(new Map())).toEqual(unsaid)
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
    expect(accessTokenLifetime(new Map(Object.entries(members)), 'seconds_or_milliseconds')).toEqual({
      ms,
      strange: false,
    })
  })
})
