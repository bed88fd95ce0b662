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
    ['"postgres://u:canary@h/d"', 'The option database is in quotes, which have become part of its value. '],
    ["'file:canary.db'", 'The option database is in quotes, '],
    [
      'postgres://u:canary@h/d,',
      'The option database ends with a comma, which is no part of it. Take it away.',
    ],
    ['postgres://u:can#ary@h/d', 'The database URL has a # in it'],
    ['postgres:canary', 'The database URL lacks the // after its scheme.'],
    ['jdbc:postgresql://h/canary', 'The option database is one for Java. Take "jdbc:" away'],
    [
      'postgresql+asyncpg://u:canary@h/d',
      'The option database names a driver of Python. It must begin with postgresql://.',
    ],
    ['sqlite:///canary.db', 'The option database must begin with file: for SQLite, like file:tokens.db.'],
    ['sqlite:canary.db', 'The option database must begin with file: for SQLite'],
    [
      'host=h password=canary',
      'The option database must be a URL, like postgres://user:password@host:5432/name.',
    ],
    ['u:canary@h/d', 'The option database must begin with postgres:, postgresql:, file: or memory:.'],
    ['mysql://u:canary@h/d', 'The option database must begin with postgres:, postgresql:, file: or memory:.'],
  ])('that is written otherwise is told how: %s', (database, message) => {
    expect(() => chooseDatabase(database, bare)).toThrow(InvalidInputError)
    expect(() => chooseDatabase(database, bare)).toThrow(message)
    expect(() => chooseDatabase(database, bare)).not.toThrow(/canary/)
    const environment = readEnvironment({ DATABASE_URL: database })
    const ofVariable = message.replace('The option database', 'DATABASE_URL')
    expect(() => chooseDatabase(undefined, environment)).toThrow(ofVariable)
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
