import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { EvergrantError } from 'evergrant'
import Libsql from 'libsql'
import pg from 'pg'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { startPostgres } from '../support/postgres-server.ts'
import { CREDENTIALS, serviceWorld } from '../support/services.ts'
import { ENCODINGS, makeCanary } from './canary.ts'
import {
  filesIn,
  fill,
  findInFiles,
  plantPlaintext,
  rotating,
  rowsAsText,
  TALKATIVE,
  withoutPageHeaders,
} from './copies.ts'
import { DATABASE_FAULTS } from './database-faults.ts'
import { sized } from './sizes.ts'
import { json, tokenEndpoint } from './token-endpoint.ts'

const world = await serviceWorld()
const endpoint = await tokenEndpoint()
const server = await startPostgres(TALKATIVE)
afterAll(() => server.stop())
const data = join(dirname(server.logFile), 'data')

test('T1: rows, data files, write-ahead log, server log and statements of PostgreSQL hold no token', async () => {
  const canary = makeCanary()
  endpoint.usually = rotating(canary)
  const profile = endpoint.profile('acme', { rotation: 'strict' })
  const tokens = await world.open(server.url(), { providers: { acme: { profile, ...CREDENTIALS } } })
  const connections = sized(100, 1_000)
  await fill(tokens, 'acme', canary, connections)
  expect(endpoint.asked).toHaveLength(2 * connections)
  expect(endpoint.asked.every(token => token.includes(canary.mark))).toBe(true)

  const planted = await plantPlaintext(server.url())
  const { rows, statements } = await rowsAsText(server.url())
  // Each in its row, and in the event that tells where that came from.
  expect(rows.match(/client-\d+/g)).toHaveLength(2 * connections)
  const places = (which: typeof canary) => ({
    rows: which.findIn(rows),
    statements: which.findIn(statements),
    dataFiles: findInFiles(which, data, 'base'),
    writeAheadLog: findInFiles(which, data, 'pg_wal'),
    serverLog: which.findIn(readFileSync(server.logFile)),
  })
  expect(places(planted)).toEqual(everywhere(ENCODINGS))
  expect(places(canary)).toEqual(everywhere([]))
})

test('T1: what goes on over the end of a page of the write-ahead log is put together', () => {
  const page = (flags: number, text: string, at: number): Buffer => {
    const bytes = Buffer.alloc(8_192, '.')
    bytes.writeUInt16LE(flags, 2)
    bytes.write(text, at)
    return bytes
  }
  const log = Buffer.concat([page(2, 'one to', 8_192 - 6), page(1, 'ken', 24), page(0, 'end', 24)])
  expect(log.includes('one token')).toBe(false)
  expect(withoutPageHeaders(log).includes('one token')).toBe(true)
  expect(withoutPageHeaders(log)).toHaveLength(3 * 8_192 - 40 - 24 - 24)
})

test('T1: a lifeboat, which keeps answers that cannot be stored yet, holds no token', async () => {
  const canary = makeCanary()
  const profile = endpoint.profile('acme', { rotation: 'strict' })
  const url = world.url('SQLite')
  const lifeboat = join(world.directory, 'lifeboat')
  const tokens = await world.open(url, {
    lifeboat,
    providers: { acme: { profile, ...CREDENTIALS } },
    policy: { storeTimeoutMs: 300 },
  })
  await tokens.storeTokens('client', 'acme', { accessToken: 'old', refreshToken: canary.secret('refresh') })
  // The answer comes while somebody else has the database.
  const other = new Libsql(url.slice('file:'.length))
  endpoint.usually = socket => {
    other.exec('begin immediate')
    socket.write(json({ access_token: canary.secret('access'), refresh_token: canary.secret('next') }))
  }
  expect((await tokens.refreshToken('client', 'acme')).accessToken).toContain(canary.mark)
  const kept = filesIn(lifeboat).filter(path => path.endsWith('.sealed'))
  expect(kept).toHaveLength(1)
  expect(findInFiles(canary, lifeboat)).toEqual([])
  other.exec('rollback')
  other.close()
})

test('T1: PostgreSQL without a key is refused, in every environment, and nothing is written', async () => {
  for (const NODE_ENV of ['production', 'development', 'test', undefined]) {
    vi.stubEnv('NODE_ENV', NODE_ENV)
    const opening = world.open(world.database.url, { encryptionKeys: undefined })
    await expect(opening).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('evergrant keys generate'),
    })
  }
  vi.unstubAllEnvs()
  expect(await world.database.query("select from pg_tables where schemaname = 'public'")).toEqual([])
})

const everywhere = <Found>(found: Found) => ({
  rows: found,
  statements: found,
  dataFiles: found,
  writeAheadLog: found,
  serverLog: found,
})

test('T1: the file of SQLite and its write-ahead log hold no token', async () => {
  const canary = makeCanary()
  endpoint.usually = rotating(canary)
  const profile = endpoint.profile('acme', { rotation: 'strict' })
  const url = world.url('SQLite')
  const tokens = await world.open(url, { providers: { acme: { profile, ...CREDENTIALS } } })
  await fill(tokens, 'acme', canary, sized(100, 1_000))
  await tokens.storeTokens(`client.${'named'}`, 'acme', {
    accessToken: 'a',
    metadata: { planted: 'in the open' },
  })
  const files = filesIn(world.directory).filter(path => path.startsWith(url.slice('file:'.length)))
  expect(files.some(path => path.endsWith('-wal'))).toBe(true)
  expect(files.flatMap(path => canary.findIn(readFileSync(path)))).toEqual([])
  expect(files.some(path => readFileSync(path).includes('in the open'))).toBe(true)
})

describe('T10: the server log of PostgreSQL, with all statements and parameters in it,', () => {
  const canary = makeCanary()
  const codes = new Set<string>()

  test.each(DATABASE_FAULTS)(
    'T10: holds no token after an error $code: $fault',
    async ({ code, statements }) => {
      endpoint.usually = rotating(canary)
      const profile = endpoint.profile('acme', { rotation: 'strict' })
      const schema = `fault_${code.toLowerCase()}`
      const tokens = await world.open(server.url(), {
        schema,
        cache: false,
        providers: { acme: { profile, ...CREDENTIALS } },
        // A conflict is tried again until the time is over.
        policy: { storeTimeoutMs: code === '40001' ? 1_500 : 10_000, closeTimeoutMs: 100 },
      })
      const stored = () => ({ accessToken: canary.secret('access'), refreshToken: canary.secret('refresh') })
      await tokens.storeTokens('client', 'acme', stored())
      const client = new pg.Client({ connectionString: server.url() })
      await client.connect()
      await client.query(`begin; set local search_path to ${schema}; ${statements.join('; ')}; commit`)
      await client.end()
      for (const call of [
        () => tokens.storeTokens('client', 'acme', stored()),
        () => tokens.storeTokens('another', 'acme', stored()),
        () => tokens.refreshToken('client', 'acme'),
        () => tokens.deleteToken('client', 'acme'),
      ]) {
        const error: unknown = await call().catch((reason: unknown) => reason)
        if (error instanceof EvergrantError) canary.expectAbsentFrom(error)
      }
      const log = readFileSync(server.logFile, 'utf8')
      expect(log).toContain(`ERROR:  ${code}: `)
      expect(canary.findIn(log)).toEqual([])
      codes.add(code)
    },
  )

  test('T10: was searched after 20 kinds of errors, and holds the parameters', () => {
    expect(codes.size).toBeGreaterThanOrEqual(20)
    const log = readFileSync(server.logFile, 'utf8')
    const texts = [/parameters: .*\$\d+ = 'eg1\./i, /DETAIL: .*Failing row contains/]
    expect(texts.map(text => text.test(log))).toEqual([true, true])
  })

  test('T10: has no constraint and no index of ours to name, that is on a column of secrets', async () => {
    await world.open(world.database.url)
    const on = (columns: readonly string[]) =>
      world.database.query(
        `select a.attname from pg_attribute a
           where a.attrelid = 'oauth_tokens'::regclass and a.attname = any($1) and (
             exists (select from pg_constraint c
               where c.conrelid = a.attrelid and a.attnum = any(c.conkey) and c.contype <> 'n')
             or exists (select from pg_index i where i.indrelid = a.attrelid and a.attnum = any(i.indkey)))`,
        [columns],
      )
    expect(await on(['access_token', 'refresh_token', 'metadata'])).toEqual([])
    expect(await on(['client_id'])).toHaveLength(1)
  })
})
