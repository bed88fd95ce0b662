import { expect, test } from 'vitest'
import { findDatabase } from './find-database.ts'

test.each([
  ['postgres://user:c4n4ry@db.internal:5432/app?sslmode=require', 'db.internal:5432/app'],
  ['postgresql://db.internal/app', 'db.internal/app'],
  ['postgres:///app?host=/var/run/postgresql', '/var/run/postgresql/app'],
  ['postgres://user:c4n4ry@/app', 'PostgreSQL'],
])('a PostgreSQL is named without its password: %s', (url, name) => {
  expect(findDatabase({ environment: { DATABASE_URL: url } })).toEqual({
    kind: 'postgres',
    name,
    exists: null,
    dataDirectory: '.evergrant',
  })
})

test('a URL that open() refuses is refused here, too, and never named in part', () => {
  for (const url of ['postgres://not a url c4n4ry', 'postgres://user:12#c4n4ry@db.internal/app']) {
    const find = () => findDatabase({ environment: { DATABASE_URL: url } })
    expect(find).toThrow(/^The database URL /)
    expect(find).not.toThrow(/c4n4ry/)
  }
})

test('without a variable it is the embedded one, there or not', () => {
  expect(findDatabase({ environment: {} })).toMatchObject({ kind: 'sqlite', name: '.evergrant/evergrant.db' })
  expect(findDatabase({ environment: { EVERGRANT_DATA_DIR: '/no/such' } })).toEqual({
    kind: 'sqlite',
    name: '/no/such/evergrant.db',
    exists: false,
    dataDirectory: '/no/such',
  })
})

test('a database that is handed in wins over the environment', () => {
  const environment = { DATABASE_URL: 'postgres://db.internal/app' }
  expect(findDatabase({ database: 'file:/tmp/x.db', environment })).toMatchObject({ name: '/tmp/x.db' })
  expect(findDatabase({ database: 'memory:', environment })).toMatchObject({ kind: 'memory' })
})

test('it refuses what open would refuse', () => {
  expect(() => findDatabase({ environment: { NODE_ENV: 'production' } })).toThrow(/DATABASE_URL/)
  expect(() => findDatabase({ environment: { DATABASE_URL: 'mysql://c4n4ry@x' } })).toThrow(
    expect.not.stringContaining('c4n4ry'),
  )
})
