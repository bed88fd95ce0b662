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
])('%s is refused in both spellings, and the message says what to use: %s', (option, instead) => {
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
])('a URL with a password is refused wherever it stands: %s', argument => {
  const message = refusalOf('status', argument)
  expect(message).toContain('DATABASE_URL')
  expect(message).not.toContain('c4n4ry')
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

test('behind -- there are no options', () => {
  expect(refusalOf('token', '--', '--token', 'zoho_crm')).toBe('taken')
})
