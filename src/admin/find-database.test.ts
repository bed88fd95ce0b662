import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compileSource } from '../../test/support/compiled-source.ts'
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

test('a database that cannot be looked at is not taken for one that is not there', () => {
  const directory = mkdtempSync(join(tmpdir(), 'evergrant-find-'))
  try {
    symlinkSync('loop', join(directory, 'loop'))
    const looped = `${directory}/loop/evergrant.db`
    expect(() => findDatabase({ database: `file:${looped}` })).toThrow(/cannot be reached \(ELOOP\)/)
    expect(() => findDatabase({ environment: { EVERGRANT_DATA_DIR: join(directory, 'loop') } })).toThrow(
      /cannot be reached \(ELOOP\).*EVERGRANT_DATA_DIR/,
    )
    expect(() => findDatabase({ database: `file:${directory}/no/x.db` })).toThrow(
      `The directory ${directory}/no of the database file does not exist.`,
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
})

// Root may look everywhere, so this is tried by a process of another user.
test('a directory of another user is none that is not there', () => {
  const compiled = compileSource()
  const directory = mkdtempSync(join(tmpdir(), 'evergrant-locked-'))
  try {
    mkdirSync(join(directory, 'locked'), { mode: 0o000 })
    chmodSync(directory, 0o755)
    const script = `
      import { findDatabase } from './admin/find-database.js'
      try { console.log(findDatabase({ environment: { EVERGRANT_DATA_DIR: process.argv[1] } })) }
      catch ({ code, message }) { console.log(code, message) }
    `
    const args = ['--input-type=module', '--eval', script, join(directory, 'locked')]
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    const { stdout, stderr } = spawnSync(process.execPath, args, { ...user, cwd: compiled, encoding: 'utf8' })
    expect([stderr, stdout]).toEqual([
      '',
      expect.stringMatching(/^INVALID_INPUT .*EACCES.*EVERGRANT_DATA_DIR/),
    ])
  } finally {
    for (const path of [compiled, directory]) rmSync(path, { recursive: true })
  }
})

test('it refuses what open would refuse', () => {
  expect(() => findDatabase({ environment: { NODE_ENV: 'production' } })).toThrow(/DATABASE_URL/)
  expect(() => findDatabase({ environment: { DATABASE_URL: 'mysql://c4n4ry@x' } })).toThrow(
    expect.not.stringContaining('c4n4ry'),
  )
})
