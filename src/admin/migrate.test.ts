import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { freshDatabase } from '../../test/support/postgres.ts'
import { migrate } from './migrate.ts'

const directory = mkdtempSync(join(tmpdir(), 'evergrant-migrate-'))
const database = await freshDatabase()
afterAll(() => rmSync(directory, { recursive: true }))

test('on SQLite it makes the file, says what it applied, and does nothing the second time', async () => {
  const url = `file:${join(directory, 'tokens.db')}`
  const first = await migrate({ database: url })
  expect(first.applied).toContain('create-tables')
  expect(first.database).toMatchObject({ kind: 'sqlite', name: join(directory, 'tokens.db') })
  expect((await migrate({ database: url })).applied).toEqual([])
})

test('on PostgreSQL it does so in the schema that is named, and nowhere else', async () => {
  const first = await migrate({ database: database.url, schema: 'auth' })
  expect(first.applied).toContain('create-tables')
  expect((await migrate({ database: database.url, schema: 'auth' })).applied).toEqual([])
  const tables = await database.query(
    `select schemaname from pg_tables where tablename = 'oauth_tokens' order by 1`,
  )
  expect(tables).toEqual([{ schemaname: 'auth' }])
})

test('on SQLite a schema is refused before anything is made: it has none', async () => {
  const path = join(directory, 'no-schema.db')
  await expect(migrate({ database: `file:${path}`, schema: 'auth' })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/SQLite.*--schema/),
  })
  expect(existsSync(path)).toBe(false)
})

test('of processes that start at once, one applies and says so', async () => {
  const reports = await Promise.all(
    Array.from({ length: 5 }, () => migrate({ database: database.url, schema: 'at_once' })),
  )
  expect(reports.filter(({ applied }) => applied.length > 0)).toHaveLength(1)
})

test('the embedded database gets its private directory', async () => {
  process.env.EVERGRANT_DATA_DIR = join(directory, 'data')
  try {
    await migrate()
    expect(statSync(join(directory, 'data')).mode & 0o777).toBe(0o700)
  } finally {
    delete process.env.EVERGRANT_DATA_DIR
  }
})

test('a database in memory has nothing to migrate, and says so', async () => {
  await expect(migrate({ database: 'memory:' })).rejects.toThrow(/has no tables/)
})

test('an option that does not exist is refused, and no database is touched by a default', async () => {
  await expect(migrate({ databse: database.url } as never)).rejects.toThrow(
    'migrate() has no option "databse". Did you mean "database"? There are: database, schema.',
  )
})
