import {
  InvalidInputError,
  ProviderRateLimitedError,
  ReauthorizationRequiredError,
  StoreUnavailableError,
  TokenNotFoundError,
} from 'evergrant'
import { describe, expect, test } from 'vitest'
import { captureOutput } from '../../test/support/captured-output.ts'
import { failureOf, printFailure, UsageError } from './failure.ts'

const subject = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }

describe('exit codes', () => {
  test.each([
    ['a usage error', new UsageError('No.'), 2],
    ['a wrong argument or setting', new InvalidInputError('No.'), 2],
    ['an account to connect again', new ReauthorizationRequiredError('No.', 'refused', subject), 3],
    ['a token that is not there', new TokenNotFoundError('No.', subject), 1],
    ['a database that does not answer', new StoreUnavailableError('No.', 'ECONNREFUSED'), 1],
    ['anything else', new TypeError('x is not a function'), 1],
    ['what is no error at all', 'no', 1],
  ])('%s ends with its own', (_, error, exitCode) => {
    expect(failureOf(error).exitCode).toBe(exitCode)
  })
})

describe('the text', () => {
  test('says what happened, with the code, and on a second line what to do', () => {
    const { output, stderr, stdout } = captureOutput()
    printFailure(
      output,
      failureOf(new TokenNotFoundError('No token is stored. Connect the account. Now.', subject)),
    )
    expect(stderr()).toBe('error [TOKEN_NOT_FOUND] No token is stored.\n      Connect the account. Now.\n')
    expect(stdout()).toBe('')
  })

  test('has its control characters escaped', () => {
    const { output, stderr } = captureOutput()
    printFailure(output, failureOf(new InvalidInputError('A name\u001b[2J\nwith lines.')))
    expect(stderr()).toBe('error [INVALID_INPUT] A name\\u001b[2J\\u000awith lines.\n')
  })

  test('of an unforeseen error is its kind: its message may hold anything, and a stack helps nobody', () => {
    const { output, stderr } = captureOutput()
    printFailure(output, failureOf(new RangeError('refresh_token=1000.c4n4ry')))
    expect(stderr()).toContain('[INTERNAL] Something unforeseen happened (RangeError).')
    expect(stderr()).not.toContain('c4n4ry')
    expect(stderr()).not.toContain(' at ')
  })
})

test('with --json the error is the one document, on standard output', () => {
  const { output, stdout, stderr } = captureOutput({ json: true })
  const retryAt = new Date('2026-11-23T10:00:00Z')
  printFailure(output, failureOf(new ProviderRateLimitedError('Throttled.', retryAt, subject)))
  expect(JSON.parse(stdout())).toEqual({
    error: {
      code: 'PROVIDER_RATE_LIMITED',
      message: 'Throttled.',
      retryable: true,
      clientId: 'smart-tax-nation',
      provider: 'zoho_crm',
      retryAt: '2026-11-23T10:00:00.000Z',
    },
  })
  expect(stderr()).toBe('')
})
