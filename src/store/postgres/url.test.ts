import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../errors.ts'
import { checkPostgresUrl } from './url.ts'

function messageOf(url: string): string {
  try {
    checkPostgresUrl(url)
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message
    throw error
  }
  return 'accepted'
}

describe('a URL of PostgreSQL', () => {
  test.each([
    'postgres://localhost/app',
    'postgresql://user:password@localhost:5432/app',
    'POSTGRES://user@localhost',
    'postgres://user:p%23a%2Fs%3Fs%40w%25@host/app',
    'postgres://user:p@ss,word@host/app',
    'postgres://user:100%@host/app',
    'postgres://user:a b@host/app',
    'postgres://user@/app',
    'postgres:///app?host=/var/run/postgresql',
    'postgres://user@%2Fvar%2Frun%2Fpostgresql/app',
    'postgres://[::1]:5432/app',
    'postgres://host/app?user=me@server&password=a/b',
    'postgres://user:password@host/app?options=-c%20search_path%3Da',
    'postgres://host/app?sslmode=disable',
    'postgres://host/app?sslmode=prefer',
    'postgres://host/app?sslmode=require',
    'postgres://host/app?sslmode=verify-ca',
    'postgres://host/app?sslmode=verify-full&sslrootcert=/ca.pem',
    'postgres://host/app?sslmode=no-verify',
    'postgres://host/app?sslmode=verify-ca&sslrootcert=/ca.pem&uselibpqcompat=true',
    'postgres://host/app?sslnegotiation=direct&sslmode=require',
  ])('may be %s', url => {
    expect(messageOf(url)).toBe('accepted')
  })

  test.each([
    'postgres://user:can#ary@host/app',
    'postgres://user:12#canary@host/app',
    'postgres://user:#canary@host/app',
    'postgres://can#ary:password@host/app',
    'postgres://user:password@host/app#canary',
  ])('with a # is told to write it as %%23: %s', url => {
    expect(messageOf(url)).toBe(
      'The database URL has a # in it, and what follows would be cut off. In a user name or password write it as %23.',
    )
  })

  test.each([
    'postgres://user:can/ary@host/app',
    'postgres://user:12/canary@host/app',
    'postgres://user:12/canary@host',
    'postgres://user:/canary@host/app',
    'postgres://user:pass@can/ary@host/app',
    'postgres://user:can?ary@host/app',
    'postgres://user:12?canary@host/app',
    'postgres://user:?canary@host/app',
    'postgres://user:12?can=ary@host/app',
    'postgres://user:12/can?ary@host/app',
  ])('whose user name or password ends too early is told to encode it: %s', url => {
    expect(messageOf(url)).toBe(
      'The database URL has a / or ? in its user name or password, which ends there. Percent-encode it: / as %2F, ? as %3F.',
    )
  })

  test.each(['postgres://user:canary@host:54x32/app', 'postgres://user:canary@host:99999/app'])(
    'that cannot be read is told what it looks like: %s',
    url => {
      expect(messageOf(url)).toBe(
        'The database URL cannot be read. It looks like postgres://user:password@host:5432/name, ' +
          'with special characters of the password percent-encoded: # as %23, / as %2F, ? as %3F, @ as %40, % as %25.',
      )
    },
  )

  test('names one host', () => {
    for (const url of ['postgres://one,canary:5432/app', 'postgres://u:p@one:5432,canary:5432/app']) {
      expect(messageOf(url)).toBe(
        'The database URL names several hosts, and pg takes one. Name the primary, or a pooler in front of them.',
      )
    }
  })

  test('needs its two slashes', () => {
    for (const url of ['postgres:user:canary@host/app', 'postgres:/canary', 'postgres:app']) {
      expect(messageOf(url)).toBe(
        'The database URL lacks the // after its scheme. It looks like postgres://user:password@host:5432/name.',
      )
    }
  })

  test('names a mode of TLS that pg knows', () => {
    for (const mode of ['required', 'verify_full', 'allow', 'disabled', 'canary', '']) {
      expect(messageOf(`postgres://host/app?sslmode=${mode}`)).toBe(
        'The database URL has an sslmode that pg does not know. ' +
          'There are: disable, prefer, require, verify-ca, verify-full, no-verify.',
      )
    }
    expect(messageOf('postgres://host/app?sslnegotiation=canary')).toBe(
      'The database URL has an sslnegotiation that pg does not know. There are: postgres, direct.',
    )
    expect(messageOf('postgres://host/app?sslmode=verify-ca&uselibpqcompat=true')).toBe(
      'The database URL has sslmode=verify-ca without a CA to verify by. Add sslrootcert=/path/to/ca.pem, or write verify-full.',
    )
  })

  test('is never quoted', () => {
    for (const url of ['postgres://canary', 'postgres://canary:canary@canary/canary?canary=canary#canary']) {
      expect(messageOf(url)).not.toContain('canary')
    }
  })
})
