import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { getTableConfig } from 'drizzle-orm/sqlite-core'
import Libsql from 'libsql'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { InvalidInputError, StoreUnavailableError } from '../../src/errors.ts'
import { configure, openConnection } from '../../src/store/sqlite/connection.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { sqliteTables } from '../../src/store/sqlite/schema.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { sqliteHarness } from '../support/sql-harness.ts'
import {
  claimOf,
  commitOf,
  firstPut,
  freshKey,
  PASSING,
  rowOf,
  storedRow,
} from '../support/store-contract/harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'evergrant-sqlite-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function freshPath(): string {
  files += 1
  return join(folder, `tokens-${files}.db`)
}

const opened: { close(): unknown }[] = []
afterEach(() => {
  for (const database of opened.splice(0)) database.close()
})

function byHand(path: string, ...statements: string[]): InstanceType<typeof Libsql> {
  const database = new Libsql(path)
  opened.push(database)
  database.exec('pragma busy_timeout = 5000')
  for (const text of statements) database.exec(text)
  return database
}

async function failureOf(call: Promise<unknown>): Promise<Error> {
  const error: unknown = await call.then(
    () => new TypeError('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof Error) return error
  throw new TypeError('no error')
}

describe('the file', () => {
  test('and its log are readable by their owner only', async () => {
    const path = freshPath()
    const store = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
    await storedRow(store)
    const names = readdirSync(folder).filter(name => path.endsWith(name.replace(/-(wal|shm)$/, '')))
    expect(names).toHaveLength(3)
    for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    await store[Symbol.asyncDispose]()
  })

  test('is written through to the disk at each commit, with a write-ahead log', async () => {
    const connection = await openConnection(freshPath())
    configure(connection)
    expect(connection.rows('pragma journal_mode')).toEqual([['wal']])
    const full = 2
    expect(connection.rows('pragma synchronous')).toEqual([[full]])
    connection.close()
  })

  test('holds everything after closing, without its log', async () => {
    const path = freshPath()
    const store = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
    const row = await storedRow(store)
    await store[Symbol.asyncDispose]()
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
    const again = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path, migrate: false })
    expect((await rowOf(again, row)).id).toBe(row.id)
    await again[Symbol.asyncDispose]()
  })

  test('of the version before is brought up to date, and keeps its rows', async () => {
    const path = freshPath()
    const before = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
    const row = await storedRow(before)
    await before.delete({ ...(await storedRow(before)), revoke: true, seed: null })
    await before[Symbol.asyncDispose]()
    const hand = new Libsql(path)
    const schema = () => hand.prepare('select sql from sqlite_master order by name').all([])
    const current = schema()
    hand.exec('drop table oauth_flows; delete from evergrant_migrations where id = 5')
    hand.exec('alter table oauth_tokens drop column account_digest')
    for (const column of ['access_token', 'attempts', 'next_attempt_at', 'last_error']) {
      hand.exec(`alter table oauth_token_revocations drop column ${column}`)
    }
    expect(schema()).not.toEqual(current)
    const after = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
    expect(schema()).toEqual(current)
    hand.close()
    expect(await rowOf(after, row)).toMatchObject({ id: row.id, accountDigest: null })
    expect(await after.revocations.connections({})).toHaveLength(1)
    await after[Symbol.asyncDispose]()
  })

  test('keeps the mode that its owner gave it', async () => {
    const path = freshPath()
    writeFileSync(path, '')
    chmodSync(path, 0o660)
    const store = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
    expect(statSync(path).mode & 0o777).toBe(0o660)
    await store[Symbol.asyncDispose]()
  })

  test('has the tables that Drizzle knows', async () => {
    const path = freshPath()
    const store = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
    const database = byHand(path)
    for (const table of Object.values(sqliteTables)) {
      const { name, columns } = getTableConfig(table)
      const found = database
        .prepare(`select name, lower(type), "notnull", pk from pragma_table_info('${name}')`)
        .raw()
        .all()
      expect(found).toEqual(
        columns.map((column, index) => {
          const primary = column.primary ? 1 : name === 'oauth_seed_uses' && index < 2 ? index + 1 : 0
          const required = column.notNull && !column.primary ? 1 : 0
          return [column.name, column.getSQLType(), required, primary]
        }),
      )
    }
    await store[Symbol.asyncDispose]()
  })
})

describe('the URL', () => {
  test('may be a path, relative or absolute, or a file URL with escapes', async () => {
    const path = join(folder, 'a b%é#.db')
    const first = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
    const row = await storedRow(first)
    const urls = [
      relative(process.cwd(), path),
      pathToFileURL(path).href,
      `file:${path.replace('%', '%25').replace('#', '%23')}`,
      `file:${relative(process.cwd(), path).replace('%', '%25').replace('#', '%23')}`,
      `file://localhost${pathToFileURL(path).pathname}`,
    ]
    for (const url of urls) {
      const store = await openSqliteStore({ timeoutMs: PATIENT_MS, url, migrate: false })
      expect((await rowOf(store, row)).id).toBe(row.id)
      await store[Symbol.asyncDispose]()
    }
    await first[Symbol.asyncDispose]()
  })

  test.each([
    '',
    'file:',
    'file:///',
    'file://host/x.db',
    'file:x.db?mode=memory',
    'file:%zz',
    ':memory:',
    'a\0b',
    'dir/',
  ])('%j is refused', async url => {
    await expect(openSqliteStore({ timeoutMs: PATIENT_MS, url })).rejects.toThrow(InvalidInputError)
  })
})

describe('a file that cannot be used', () => {
  test('is refused when it is no database', async () => {
    const path = freshPath()
    writeFileSync(path, 'no database, whatever its name says. '.repeat(500))
    expect(await failureOf(openSqliteStore({ timeoutMs: PATIENT_MS, url: path }))).toBeInstanceOf(
      InvalidInputError,
    )
    expect((await failureOf(openSqliteStore({ timeoutMs: PATIENT_MS, url: path }))).message).toMatch(
      /no SQLite database/,
    )
  })

  test('is refused when it is a directory, or its directory does not exist', async () => {
    for (const path of [folder, join(folder, 'missing', 'x.db')]) {
      expect((await failureOf(openSqliteStore({ timeoutMs: PATIENT_MS, url: path }))).message).toMatch(
        /cannot be opened for writing/,
      )
    }
    expect(existsSync(join(folder, 'missing'))).toBe(false)
  })

  test('is not made where nothing may be written', async () => {
    const path = freshPath()
    expect(
      (await failureOf(openSqliteStore({ timeoutMs: PATIENT_MS, url: path, migrate: false }))).message,
    ).toMatch(/evergrant migrate/)
    expect(existsSync(path)).toBe(false)
  })

  test('is refused when it is not current and may not be written', async () => {
    const path = freshPath()
    byHand(path, 'create table mine (a)')
    const failure = await failureOf(openSqliteStore({ timeoutMs: PATIENT_MS, url: path, migrate: false }))
    expect(failure).toBeInstanceOf(InvalidInputError)
    expect(failure.message).toMatch(/evergrant migrate/)
  })

  test('is refused when its oauth_tokens is somebody else’s, and nothing is changed', async () => {
    const path = freshPath()
    const database = byHand(path, 'create table oauth_tokens (id text, client_id text, provider text)')
    const schema = (): unknown => database.prepare('select sql from sqlite_master').raw().all()
    const before = schema()
    expect((await failureOf(openSqliteStore({ timeoutMs: PATIENT_MS, url: path }))).message).toMatch(
      /lacks the columns access_token, /,
    )
    expect(schema()).toEqual(before)
  })

  test('damaged later, gives the typed error', async () => {
    const path = freshPath()
    const store = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
    const row = await storedRow(store)
    byHand(path, 'drop table oauth_tokens')
    expect(await failureOf(store.read(row))).toBeInstanceOf(StoreUnavailableError)
    await store[Symbol.asyncDispose]()
  })
})

describe('a lock of another process', () => {
  test('is waited for without stopping the event loop', async () => {
    const path = freshPath()
    const store = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
    const row = await storedRow(store)
    const other = byHand(path, 'begin immediate')
    let turns = 0
    const ticking = setInterval(() => {
      turns += 1
      if (turns === 5) other.exec('commit')
    }, 5)
    expect(await store.claim(claimOf(row))).toBe(true)
    clearInterval(ticking)
    expect(turns).toBeGreaterThanOrEqual(5)
    await store[Symbol.asyncDispose]()
  })

  test('that lasts too long gives the typed error, and does not stop reads', async () => {
    const path = freshPath()
    const store = await openSqliteStore({ url: path, timeoutMs: 100 })
    const row = await storedRow(store)
    const other = byHand(path, 'begin immediate')
    expect(await failureOf(store.claim(claimOf(row)))).toMatchObject({
      reason: 'SQLITE_BUSY',
      retryable: true,
    })
    expect(await failureOf(store.delete({ ...row, revoke: true, seed: null }))).toMatchObject({
      reason: 'SQLITE_BUSY',
    })
    expect((await rowOf(store, row)).leaseId).toBeNull()
    other.exec('rollback')
    expect(await store.claim(claimOf(row))).toBe(true)
    await store[Symbol.asyncDispose]()
  })

  test('while a file is opened is waited for', async () => {
    const path = freshPath()
    const other = byHand(path, 'pragma journal_mode = wal', 'begin immediate', 'create table mine (a)')
    const opening = openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
    setTimeout(() => other.exec('commit'), 50)
    await (await opening)[Symbol.asyncDispose]()
  })
})

describe('statements and transactions at the same time', () => {
  test('a transaction that is rolled back takes no other write with it', async () => {
    const harness = await sqliteHarness()
    const { store } = harness
    const rows = await Promise.all(Array.from({ length: 20 }, () => storedRow(store)))
    const seed = { variable: 'SEED', digest: 'digest' }
    const outcomes = await Promise.all(
      rows.flatMap(row => [
        // A row exists, so this one is rolled back.
        store.plant({ ...row, seed, named: true, refreshToken: 'r', replaces: null }),
        store.commit(commitOf(row)),
        store.put(firstPut(freshKey())),
      ]),
    )
    expect(outcomes).toEqual(rows.flatMap(() => ['exists', true, true]))
    for (const row of rows) expect((await rowOf(store, row)).generation).toBe(row.generation + 1)
    expect((await store.seedMemory(seed, 'zoho_crm')).owner).toBeNull()
    await harness.close()
  })
})

describe('a clock that jumped', () => {
  test('does not keep a lease for longer than any lease can be', async () => {
    const { store, advance, close } = await sqliteHarness()
    const row = await storedRow(store)
    await store.claim(claimOf(row, { leaseMs: 15_000 }))
    // The host's clock goes back by an hour: what is stored lies an hour further in the future.
    await advance(-3_600_000)
    expect(await store.claim(claimOf(await rowOf(store, row), { longestLeaseMs: 60_000 }))).toBe(true)
    await close()
  })

  test('does not keep a back-off for longer than any can be', async () => {
    const { store, advance, close } = await sqliteHarness()
    const provider = 'jumped'
    const row = await storedRow(store, { refreshInMs: -7_200_000 }, freshKey(provider))
    const claim = claimOf(row)
    await store.claim(claim)
    const { id, generation } = row
    await store.settle({ id, generation, leaseId: claim.leaseId, attemptId: null, failure: PASSING })
    const due = {
      provider,
      needsRefreshToken: true,
      longestLeaseMs: 60_000,
      longestGateMs: 600_000,
      limit: 1,
      after: null,
    }
    const failed = await rowOf(store, row)
    expect(await store.claim(claimOf(failed))).toBe(false)
    expect((await store.due(due)).rows).toEqual([])
    await advance(-3_600_000)
    expect((await store.due(due)).rows).toHaveLength(1)
    expect(await store.claim(claimOf(failed))).toBe(true)
    await close()
  })
})

test('a directory beside the file is left alone', async () => {
  const directory = join(folder, 'own')
  mkdirSync(directory, { mode: 0o750 })
  const store = await openSqliteStore({ timeoutMs: PATIENT_MS, url: join(directory, 'x.db') })
  expect(statSync(directory).mode & 0o777).toBe(0o750)
  await store[Symbol.asyncDispose]()
})
