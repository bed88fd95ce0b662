import { describe, expect, test } from 'vitest'
import { ReturnPaths } from './return-paths.ts'

const paths = new ReturnPaths(['/settings', '/team/*', '/'], '/home?tab=accounts')

describe('a place to come back to', () => {
  test.each([
    ['/settings', '/settings'],
    ['/settings?tab=google', '/settings?tab=google'],
    ['/settings#google', '/settings'],
    ['/other/../settings', '/settings'],
    ['/team/', '/team/'],
    ['/team/7/accounts?a=b', '/team/7/accounts?a=b'],
    ['/settings?name=ü', '/settings?name=%C3%BC'],
    ['/', '/'],
  ])('that was listed is allowed: %s', (given, allowed) => {
    expect(paths.of(given)).toBe(allowed)
  })

  test.each([
    '//e',
    '/\\e',
    '\\\\e',
    'https:e',
    'https://e',
    '/%09/e',
    '/..//e',
    '/team/..//e',
    '/team/../..//e',
    '/team/%2e%2e//e',
    '/team//e',
    '/team/%2fe',
    '/team/%5ce',
    '/team/\te',
    '/\t/e',
    '/team/%0d%0aSet-Cookie:a=b',
    '/settings\r\nSet-Cookie: a=b',
    'javascript:alert(1)',
    'settings',
    '/settings/',
    '/settings/x',
    '/settingsx',
    '/team',
    '/teams',
    '/x/team/7',
    ' /settings',
    '',
    null,
    undefined,
    ['/settings'],
  ])('T21: that was not listed, in whichever disguise, leads to the default: %j', given => {
    expect(paths.of(given)).toBe('/home?tab=accounts')
    expect(paths.allowed(given)).toBeNull()
  })

  test('that is longer than a header should be leads to the default', () => {
    expect(paths.allowed(`/team/${'a'.repeat(2_000)}`)).toBeNull()
    // Long as it is written, or long as it is sent.
    expect(paths.allowed(`/team/${'a/../'.repeat(500)}`)).toBeNull()
    expect(paths.allowed(`/team/${'ü'.repeat(700)}`)).toBeNull()
    expect(paths.allowed(`/team/${'a'.repeat(1_900)}`)).not.toBeNull()
  })

  test('gets the outcome added to whatever query it has', () => {
    expect(paths.withOutcome('/settings?a=b', 'connected', 'zoho_crm')).toBe(
      '/settings?a=b&connect=connected&provider=zoho_crm',
    )
    expect(paths.withOutcome('//e', 'denied', 'a&b=c')).toBe(
      '/home?tab=accounts&connect=denied&provider=a%26b%3Dc',
    )
    const elsewhere = new ReturnPaths([], 'https://app.example/done')
    expect(elsewhere.withOutcome(null, 'connected', 'google')).toBe(
      'https://app.example/done?connect=connected&provider=google',
    )
  })

  test.each(['settings', '//e', 'https://e', '/a/../b', '/a?b', '/a b', '/*/a', ''])(
    'is refused in code where it is no path: %j',
    path => {
      expect(() => new ReturnPaths([path], '/')).toThrow(/^connectRoutes\(\): returnTo must be paths/)
    },
  )

  test.each(['home', '//e', 'javascript:alert(1)', ''])(
    'is refused as the default where it is no address: %j',
    path => {
      expect(() => new ReturnPaths([], path)).toThrow(/^connectRoutes\(\): defaultReturnTo/)
    },
  )
})
