import { InvalidInputError } from 'evergrant'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTokenRecords } from './token-records.ts'

const CANARY = '1000.c4n4ry'
const record = { clientId: 'smart-tax-nation', provider: 'zoho_crm', refreshToken: CANARY }

function refusalOf(text: string): string {
  try {
    parseTokenRecords(text)
    return 'taken'
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError)
    const message = error instanceof Error ? error.message : ''
    expect(message).not.toContain('c4n4ry')
    return message
  }
}

const refusalOfRecords = (...records: readonly unknown[]): string => refusalOf(JSON.stringify(records))

describe('a document', () => {
  test.each([
    ['an array', JSON.stringify([record, { ...record, clientId: 'b' }])],
    ['objects one a line', `${JSON.stringify(record)}\n\n${JSON.stringify({ ...record, clientId: 'b' })}\n`],
  ])('may be %s', (_, text) => {
    expect(parseTokenRecords(text).map(({ clientId, position }) => [clientId, position])).toEqual([
      ['smart-tax-nation', 1],
      ['b', 2],
    ])
  })

  test('may be a single object', () => {
    expect(parseTokenRecords(JSON.stringify(record, null, 2))).toHaveLength(1)
  })

  test('that is empty or no JSON is refused, and not quoted', () => {
    expect(refusalOf(' \n')).toContain('There are no records.')
    expect(refusalOf(`[{"refreshToken":"${CANARY}"`)).toContain('The array of records is not valid JSON.')
    expect(refusalOf(`${JSON.stringify(record)}\n{"refreshToken":"${CANARY}`)).toContain(
      'Record 2 is not valid JSON.',
    )
  })

  test('with two records for one connection is refused', () => {
    expect(refusalOfRecords(record, { ...record, clientId: 'b' }, record)).toContain(
      'Record 3 is for the same client and provider as record 1.',
    )
  })
})

describe('a record', () => {
  test('is taken with all its fields, its tokens as secrets', () => {
    const [parsed] = parseTokenRecords(
      JSON.stringify({
        ...record,
        accessToken: 'access',
        expiresAt: '2026-11-23T10:00:00+01:00',
        scopes: 'ZohoCRM.modules.ALL,ZohoCRM.users.READ',
        metadata: { location: 'eu' },
      }),
    )
    expect(parsed).toMatchObject({
      clientId: 'smart-tax-nation',
      provider: 'zoho_crm',
      expiry: { kind: 'at', at: Date.UTC(2026, 10, 23, 9) },
      scopes: ['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ'],
      metadata: { location: 'eu' },
    })
    expect(parsed?.accessToken?.reveal()).toBe('access')
    expect(JSON.stringify(parsed)).not.toContain('c4n4ry')
  })

  test.each([
    ['no object', CANARY, 'must be an object'],
    ['no client', { ...record, clientId: undefined }, 'clientId must be'],
    ['a provider of the wrong type', { ...record, provider: [CANARY] }, 'provider must be'],
    ['no token', { ...record, refreshToken: null }, 'holds no token'],
    ['an empty token', { ...record, refreshToken: '' }, 'refreshToken must be'],
    ['a token with a line end', { ...record, refreshToken: `${CANARY}\n` }, 'refreshToken must be'],
    ['a token that is a number', { ...record, accessToken: 4711 }, 'accessToken must be'],
    ['a field of another convention', { ...record, access_token: CANARY }, 'not known: access_token'],
    ['a value in the place of a name', { ...record, [CANARY]: 1 }, 'not known: (no name)'],
    ['a lifetime that is no number', { ...record, expiresIn: '3600' }, 'expiresIn must be'],
    ['a negative lifetime', { ...record, expiresIn: -1 }, 'expiresIn must be'],
    ['an instant without a zone', { ...record, expiresAt: '2026-11-23T10:00:00' }, 'expiresAt must be'],
    ['an instant as a number', { ...record, expiresAt: 1_795_428_000 }, 'expiresAt must be'],
    ['both expiries', { ...record, expiresIn: 1, expiresAt: '2026-11-23T10:00:00Z' }, 'Give one of them'],
    ['scopes that are no list', { ...record, scopes: { a: CANARY } }, 'scopes must be'],
    ['metadata that is no object', { ...record, metadata: [CANARY] }, 'metadata must be'],
  ])('with %s is refused, by its position', (_, wrong, complaint) => {
    const message = refusalOfRecords({ ...record, clientId: 'fine' }, wrong)
    expect(message).toContain('Record 2 ')
    expect(message).toContain(complaint)
  })

  test('whatever its fields hold, a refusal never quotes it', () => {
    const fields = Object.keys({
      ...record,
      accessToken: 0,
      expiresIn: 0,
      expiresAt: 0,
      scopes: 0,
      metadata: 0,
    })
    const secret = fc.string({ unit: 'binary', maxLength: 5 }).map(text => CANARY + text)
    const value = fc.oneof(secret, fc.array(secret), fc.dictionary(secret, secret), fc.integer())
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...fields), value), wrong => {
        refusalOfRecords({ ...record, ...wrong })
      }),
    )
  })
})
