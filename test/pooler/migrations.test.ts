import { expect, test } from 'vitest'
import { postgresMigrations } from '../../src/store/postgres/migrations/all.ts'
import { commandLine } from '../support/command-line.ts'
import { freshDatabase } from '../support/postgres.ts'

const database = await freshDatabase()
const { run } = commandLine()
const names = postgresMigrations.map(({ name }) => name)

test('ten processes that migrate at once through a pooler all succeed, and one of them does it', async () => {
  const migrations = Array.from({ length: 10 }, () =>
    run(['migrate', '--json'], { env: { DATABASE_URL: database.url } }),
  )
  const ended = await Promise.all(migrations)
  expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
    Array.from({ length: 10 }, () => ({ code: 0, stderr: '' })),
  )
  const applied = ended.map(({ stdout }) => JSON.parse(stdout).applied)
  expect(applied.filter(some => some.length > 0)).toEqual([names])
  expect(await database.query('select name from evergrant_migrations')).toEqual(names.map(name => ({ name })))
})
