import { describe, expect, test } from 'vitest'
import { InvalidInputError } from './errors.ts'
import { nearestName, refuseUnknownNames } from './known-names.ts'

const KNOWN = ['minValidMs', 'requireScopes', 'signal']
const getToken = { owner: 'getToken()', noun: 'option' } as const

describe('the nearest known name', () => {
  test.each([
    ['minValidMS', 'minValidMs'],
    ['min_valid_ms', 'minValidMs'],
    ['minValid', 'minValidMs'],
    ['requiredScopes', 'requireScopes'],
    ['requireScope', 'requireScopes'],
    ['sginal', 'signal'],
    ['signals', 'signal'],
  ])('of %s is %s', (name, nearest) => {
    expect(nearestName(name, KNOWN)).toBe(nearest)
  })

  test.each(['timeout', 'scopes', 'ms', '', 'x'.repeat(10_000)])('of %s is none', name => {
    expect(nearestName(name, KNOWN)).toBeNull()
  })
})

describe('unknown names', () => {
  test('are refused, for the connection that the call speaks of', () => {
    const subject = { clientId: 'client', provider: 'zoho_crm' }
    const refuse = (): void =>
      refuseUnknownNames({ minValidMS: 1 }, KNOWN, getToken, { subject, hint: 'Look.' })
    expect(refuse).toThrow(InvalidInputError)
    expect(refuse).toThrow(
      'getToken() has no option "minValidMS". Did you mean "minValidMs"? ' +
        'There are: minValidMs, requireScopes, signal. Look.',
    )
    expect(refuse).toThrow(expect.objectContaining(subject))
  })

  test('are refused whatever their value, also when it is undefined', () => {
    expect(() => refuseUnknownNames({ force: undefined }, ['signal'], getToken)).toThrow(
      'getToken() has no option "force". There is: signal.',
    )
  })

  test('that may be values in the wrong place are not printed', () => {
    for (const name of ['1000.canary.canary', `canary${'x'.repeat(40)}`, 'ca nary', '']) {
      expect(() => refuseUnknownNames({ [name]: 1 }, KNOWN, getToken)).toThrow(
        `has no option (a name of ${name.length} characters).`,
      )
    }
  })

  test('are none among the known ones, nor where nothing is given', () => {
    refuseUnknownNames({ signal: undefined, minValidMs: 1 }, KNOWN, getToken)
    refuseUnknownNames({}, KNOWN, getToken)
  })

  test('include those that every object inherits', () => {
    expect(() => refuseUnknownNames({ constructor: 1, toString: 2 }, KNOWN, getToken)).toThrow(
      'getToken() has no options "constructor" and "toString". There are:',
    )
    expect(() => refuseUnknownNames(JSON.parse('{ "__proto__": 1 }'), KNOWN, getToken)).toThrow(/"__proto__"/)
  })
})
