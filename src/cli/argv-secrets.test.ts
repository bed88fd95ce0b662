import { generateKey } from 'evergrant/admin'
import { expect, test } from 'vitest'
import { refuseSecretsIn } from './argv-secrets.ts'
import { UsageError } from './failure.ts'

const CANARY = '1000.c4n4ry.c4n4ry'

function refusalOf(...args: readonly string[]): string {
  try {
    refuseSecretsIn(args)
    return 'taken'
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return error instanceof Error ? error.message : ''
  }
}

test.each([
  ['--token', 'evergrant import'],
  ['--access-token', 'evergrant import'],
  ['--refresh-token', 'evergrant import'],
  ['--refreshToken', 'evergrant import'],
  ['--refresh_token', 'evergrant import'],
  ['-token', 'evergrant import'],
  ['--client-secret', 'ZOHO_CLIENT_SECRET'],
  ['--secret', 'ZOHO_CLIENT_SECRET'],
  ['--encryption-keys', 'EVERGRANT_ENCRYPTION_KEYS'],
  ['--key', 'EVERGRANT_ENCRYPTION_KEYS'],
  ['--database', 'DATABASE_URL'],
  ['--database-url', 'DATABASE_URL'],
  ['--db', 'DATABASE_URL'],
  ['--password', 'DATABASE_URL'],
])('T32: %s is refused in both spellings, and the message says what to use: %s', (option, instead) => {
  for (const args of [[`${option}=${CANARY}`], [option, CANARY]]) {
    const message = refusalOf('token', 'smart-tax-nation', 'zoho_crm', ...args)
    expect(message).toContain(instead)
    expect(message).not.toContain(CANARY)
  }
})

test.each([
  'postgres://user:c4n4ry@host/app',
  '--data-dir=postgres://user:c4n4ry@host/app',
  '--schema=https://:c4n4ry@host',
  '--source=postgres://host/app?user=u&password=c4n4ry',
  'host=db.internal password=c4n4ry',
  "host=db.internal password = 'c4n4ry'",
])('T32: a URL with a password is refused wherever it stands: %s', argument => {
  const message = refusalOf('status', argument)
  expect(message).toContain('DATABASE_URL')
  expect(message).not.toContain('c4n4ry')
})

test.each([generateKey({ id: 'k1' }), `--id=${generateKey()}`, `${generateKey()},${generateKey()}`])(
  'T32: a key is refused where its id is asked for: %s',
  argument => {
    const message = refusalOf('keys', 'forget', argument)
    expect(message).toMatch(/EVERGRANT_ENCRYPTION_KEYS.* id .*before the colon/)
    expect(message).not.toContain(argument.slice(-20))
  },
)

test.each(['', '--provider=', '--env='])(
  'T32: a token of Zoho is refused wherever it stands: %s…',
  before => {
    const token = `1000.${'0123456789abcdef'.repeat(2)}.${'fedcba9876543210'.repeat(2)}`
    const message = refusalOf('token', `${before}${token}`, 'zoho_crm')
    expect(message).toMatch(/^A token or a code of Zoho is not taken.*evergrant import/)
    expect(message).not.toContain('fedcba')
  },
)

test('T32: the value of --code is refused, and what asks for it is taken', () => {
  const message = refusalOf('connect', 'smart-tax-nation', 'zoho_crm', `--code=${CANARY}`)
  expect(message).toMatch(/^The value of --code is not taken.*standard input/)
  expect(message).not.toContain(CANARY)
  expect(refusalOf('connect', 'smart-tax-nation', 'zoho_crm', '--code')).toBe('taken')
})

test('ordinary command lines are taken', () => {
  expect(refusalOf('token', 'smart-tax-nation', 'zoho_crm', '--json', '--data-dir', './data')).toBe('taken')
  expect(refusalOf('keys', 'generate', '--id', 'k1')).toBe('taken')
  expect(refusalOf('import', '--env', 'smart-tax-nation', '--dry-run', '--overwrite')).toBe('taken')
  expect(refusalOf('status', '--provider', 'zoho_crm', '--status', 'active', '--schema', 'auth')).toBe(
    'taken',
  )
  expect(refusalOf('delete', 'a client with spaces', 'zoho_crm', '--revoke')).toBe('taken')
})

test('T32: what only looks a little like a secret is taken', () => {
  for (const argument of [
    'mailto:somebody@example.com',
    'https://example.com/~a:b',
    'tenant:4711',
    'a:b',
    'urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e',
    'password',
    'change-password-now',
    '1000.1.2',
  ]) {
    expect(refusalOf('token', argument, 'zoho_crm')).toBe('taken')
  }
})

test('behind -- there are no options', () => {
  expect(refusalOf('token', '--', '--token', 'zoho_crm')).toBe('taken')
})
