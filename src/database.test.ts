import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chooseDatabase, refuseSchema } from './database.ts'
import { readEnvironment } from './environment.ts'
import { InvalidInputError } from './errors.ts'

const bare = readEnvironment({})

describe('the database', () => {
  test('is a file in the data directory when nobody names one', () => {
    expect(chooseDatabase(undefined, bare)).toEqual({
      kind: 'sqlite',
      path: '.evergrant/evergrant.db',
      directory: '.evergrant',
    })
  })

  test.each([
    ['postgres://localhost/app', { kind: 'postgres', database: 'postgres://localhost/app' }],
    ['postgresql://localhost/app', { kind: 'postgres', database: 'postgresql://localhost/app' }],
    ['memory:', { kind: 'memory' }],
    ['file:data/vault.db', { kind: 'sqlite', path: resolve('data/vault.db'), directory: null }],
    ['file:/var/lib/vault.db', { kind: 'sqlite', path: '/var/lib/vault.db', directory: null }],
    ['file:///var/lib/my%20vault.db', { kind: 'sqlite', path: '/var/lib/my vault.db', directory: null }],
  ])('is what its URL says: %s', (url, choice) => {
    expect(chooseDatabase(url, bare)).toEqual(choice)
    expect(chooseDatabase(undefined, readEnvironment({ DATABASE_URL: url }))).toEqual(choice)
  })

  test('is refused in production when nobody names one: grants do not belong into a throw-away layer', () => {
    expect(() => chooseDatabase(undefined, readEnvironment({ NODE_ENV: 'production' }))).toThrow(
      /DATABASE_URL/,
    )
    const named = readEnvironment({ NODE_ENV: 'production', EVERGRANT_DATA_DIR: '/data' })
    expect(chooseDatabase(undefined, named)).toMatchObject({ path: '/data/evergrant.db' })
  })

  test('takes a schema on PostgreSQL, lets it be in memory, and refuses it on SQLite', () => {
    for (const url of ['postgres://localhost/app', 'memory:']) {
      expect(() => refuseSchema(chooseDatabase(url, bare), 'auth')).not.toThrow()
    }
    const file = chooseDatabase('file:/var/lib/vault.db', bare)
    expect(() => refuseSchema(file, undefined)).not.toThrow()
    expect(() => refuseSchema(file, 'public')).toThrow(
      /SQLite file \/var\/lib\/vault\.db\. Leave out --schema/,
    )
  })

  test.each([
    ['mysql://user:canary@host/db'],
    ['canary'],
    ['file:'],
    ['file:data/'],
    ['file:x.db?mode=ro'],
    ['file://host/canary.db'],
    ['file:%zz'],
    [''],
    [7],
    [{}],
    [[]],
  ])('is not %o, and the message quotes nothing of it', database => {
    expect(() => chooseDatabase(database, bare)).toThrow(InvalidInputError)
    expect(() => chooseDatabase(database, bare)).not.toThrow(/canary/)
  })
})
