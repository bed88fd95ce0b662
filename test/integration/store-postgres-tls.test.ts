import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { InvalidInputError, StoreUnavailableError } from '../../src/errors.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { serverUser } from '../support/postgres-binaries.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { run } from '../support/processes.ts'

const directory = mkdtempSync(join(tmpdir(), 'evergrant-tls-'))
const user = serverUser()
if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid)

/** A copy that PostgreSQL takes: it refuses a key that is not its own, or that others may read. */
function copyForServer(name: string): string {
  const copy = join(directory, name)
  copyFileSync(fileURLToPath(new URL(`../support/${name}`, import.meta.url)), copy)
  chmodSync(copy, 0o600)
  if (user.uid !== undefined && user.gid !== undefined) chownSync(copy, user.uid, user.gid)
  return copy
}

// For localhost and 127.0.0.1; 127.0.0.2 is this machine, too, and is not in it.
const certificate = copyForServer('self-signed.cert.pem')
const withTls = await startPostgres([
  'ssl=on',
  `ssl_cert_file=${certificate}`,
  `ssl_key_file=${copyForServer('self-signed.key.pem')}`,
  'listen_addresses=127.0.0.1,127.0.0.2',
])
const withoutTls = await startPostgres()
afterAll(async () => {
  await withTls.stop()
  await withoutTls.stop()
  rmSync(directory, { recursive: true })
})

// The driver's own TLS: without the pooler that other tests go through.
const secure = (parameters: string): string => `${withTls.directUrl()}?${parameters}`
const plain = (parameters: string): string => `${withoutTls.directUrl()}?${parameters}`
const elsewhere = (parameters: string): string => secure(parameters).replace('127.0.0.1', '127.0.0.2')
const CA = `sslrootcert=${certificate}`

async function failureOf(url: string): Promise<unknown> {
  try {
    const store = await openPostgresStore({ database: url })
    await store[Symbol.asyncDispose]()
  } catch (error) {
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('evergrant-tests')
    return error
  }
  return 'no failure'
}

describe('an sslmode does with pg what the guide says', () => {
  test.each<[string, string, boolean]>([
    ['none of it', secure(''), false],
    ['disable, with a server that has TLS', secure('sslmode=disable'), false],
    ['disable, with one that has none', plain('sslmode=disable'), false],
    ['no-verify', secure('sslmode=no-verify'), true],
    ['no-verify, under a name that is not in the certificate', elsewhere('sslmode=no-verify'), true],
    ['verify-full with the CA', secure(`sslmode=verify-full&${CA}`), true],
    ['require with the CA', secure(`sslmode=require&${CA}`), true],
    ['verify-ca with the CA', secure(`sslmode=verify-ca&${CA}`), true],
    ['require as libpq has it', secure('sslmode=require&uselibpqcompat=true'), true],
  ])('%s', async (_, url, encrypted) => {
    expect(await failureOf(url)).toBe('no failure')
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
    await client.end()
    expect(rows).toEqual([{ ssl: encrypted }])
  })
})

test('a CA in NODE_EXTRA_CA_CERTS is known to the driver', async () => {
  const program = `
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: process.argv[1] })
    await client.connect()
    await client.end()`
  const node = ['--input-type=module', '--eval', program, secure('sslmode=verify-full')]
  expect((await run(process.execPath, node)).stderr).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
  const env = { NODE_EXTRA_CA_CERTS: certificate }
  expect(await run(process.execPath, node, { env })).toMatchObject({ code: 0, stderr: '' })
})

describe('a failure of TLS says what to do', () => {
  const SELF_SIGNED =
    'The TLS certificate of PostgreSQL is self-signed. Name its CA by sslrootcert=/path/to/ca.pem in the database URL, or ' +
    'to Node by NODE_EXTRA_CA_CERTS. sslmode=require checks it, too; sslmode=no-verify encrypts without a check, and ' +
    'anybody on the way can pose as the server (DEPTH_ZERO_SELF_SIGNED_CERT).'
  const NO_TLS =
    'TLS is asked for, and this PostgreSQL server has none. Turn on ssl at the server, or write sslmode=disable into ' +
    'the database URL where the network is trusted (SSL_UNSUPPORTED).'
  const WRONG_NAME =
    'The TLS certificate of PostgreSQL is for another host than the one of the database URL. Use a name that the ' +
    'certificate holds, or have one made for this name (ERR_TLS_CERT_ALTNAME_INVALID).'

  test.each([
    ['sslmode=require, and the server has no TLS', plain('sslmode=require'), NO_TLS],
    ['sslmode=prefer, and the server has no TLS', plain('sslmode=prefer'), NO_TLS],
    ['sslmode=no-verify, and the server has no TLS', plain('sslmode=no-verify'), NO_TLS],
    ['sslmode=verify-full, and the server has no TLS', plain('sslmode=verify-full'), NO_TLS],
    ['ssl=true, and the server has no TLS', plain('ssl=true'), NO_TLS],
    ['sslmode=require, and nobody vouches for the server', secure('sslmode=require'), SELF_SIGNED],
    ['sslmode=prefer, and nobody vouches for the server', secure('sslmode=prefer'), SELF_SIGNED],
    ['sslmode=verify-full, and nobody vouches for the server', secure('sslmode=verify-full'), SELF_SIGNED],
    ['sslmode=verify-full, and the server is another', elsewhere(`sslmode=verify-full&${CA}`), WRONG_NAME],
    ['sslmode=require, and the server is another', elsewhere(`sslmode=require&${CA}`), WRONG_NAME],
  ])('%s', async (_, url, message) => {
    const error = await failureOf(url)
    expect(error).toBeInstanceOf(StoreUnavailableError)
    expect(error).toMatchObject({ message, retryable: false })
  })

  test('sslrootcert, and no such file', async () => {
    const error = await failureOf(secure(`sslmode=verify-full&sslrootcert=${directory}/missing.pem`))
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error).toMatchObject({
      message:
        'A file that the database URL names cannot be read: look at its sslrootcert, sslcert and sslkey. ' +
        'Each is the path of a PEM file on this machine.',
    })
  })

  test('a handed-in pool that fails by it', async () => {
    const pool = new pg.Pool({ connectionString: withTls.directUrl(), ssl: true })
    const error: unknown = await openPostgresStore({ database: pool }).catch((reason: unknown) => reason)
    await pool.end()
    expect(error).toMatchObject({ message: SELF_SIGNED, reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  })
})

describe('a login that fails says what to do', () => {
  const withUser = (userinfo: string): string =>
    withoutTls.directUrl().replace('evergrant:evergrant-tests', userinfo)

  test.each([
    [
      'without a password',
      withUser('evergrant'),
      'NO_PASSWORD',
      /: PostgreSQL asks for a password, and there is none\. /,
    ],
    [
      'with a wrong password',
      withUser('evergrant:p%2561'),
      '28P01',
      /special characters of a password are percent-encoded/,
    ],
  ])('%s', async (_, url, reason, message) => {
    const error = await failureOf(url)
    expect(error).toMatchObject({ reason, retryable: false })
    expect(String(error)).toMatch(message)
  })

  test('at a host that nobody knows', async () => {
    const error = await failureOf('postgres://u:evergrant-tests@nowhere.invalid/app')
    expect(error).toBeInstanceOf(StoreUnavailableError)
    expect(String(error)).toMatch(/The host of the database is not known\. Check the database URL/)
  })
})
