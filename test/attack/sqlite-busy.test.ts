import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import {
  configure,
  openConnection,
  openToRead,
  type SqliteConnection,
} from '../../src/store/sqlite/connection.ts'

// SQLite leaves a prepared statement that fails with SQLITE_BUSY where it waited (docs/decisions/0082).
const folder = mkdtempSync(join(tmpdir(), 'evergrant-sqlite-busy-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const opened: { close(): unknown }[] = []
afterEach(() => {
  for (const database of opened.splice(0)) database.close()
})

let files = 0
const READ = 'select value from things where id = 2'
const WRITE = 'update things set value = ? where id = 1 returning value'

/** A file with two rows, and another process's connection to it. */
function fileWithRows(journal: 'wal' | 'delete'): { path: string; other: InstanceType<typeof Libsql> } {
  files += 1
  const path = join(folder, `things-${files}.db`)
  const other = new Libsql(path)
  opened.push(other)
  for (const text of [
    'pragma busy_timeout = 0',
    `pragma journal_mode = ${journal}`,
    'create table things (id integer primary key, value integer)',
    'insert into things values (1, 1), (2, 1)',
  ]) {
    other.exec(text)
  }
  return { path, other }
}

async function ours(path: string): Promise<SqliteConnection> {
  const connection = await openConnection(path)
  opened.push(connection)
  return connection
}

const BUSY = expect.objectContaining({ code: 'SQLITE_BUSY' })

describe('after SQLITE_BUSY, a SQLite connection', () => {
  test('whose write had to wait commits other transactions, and writes it when it is asked again', async () => {
    const { path, other } = fileWithRows('wal')
    const connection = await ours(path)
    configure(connection)
    connection.rows(READ)
    other.exec('begin immediate; update things set value = 2 where id = 2')
    expect(() => connection.rows(WRITE, [5])).toThrow(BUSY)
    other.exec('commit')

    connection.exec('begin immediate')
    connection.rows('update things set value = 3 where id = 2 returning value')
    connection.exec('commit')
    other.exec('update things set value = 4 where id = 2')
    expect(connection.rows(READ)).toEqual([[4]])
    expect(connection.rows('select value from things where id = 1')).toEqual([[1]])
    expect(connection.rows(WRITE, [5])).toEqual([[5]])
  })

  test('whose writes all had to wait is not left with a snapshot of the past', async () => {
    const { path, other } = fileWithRows('wal')
    const connection = await ours(path)
    configure(connection)
    const writes = [1, 2, 3].map(id => `update things set value = ? where id = ${id} returning value`)
    for (let round = 1; round <= 5; round += 1) {
      other.exec(`begin immediate; update things set value = ${round * 10} where id = 2`)
      for (const text of writes) expect(() => connection.rows(text, [0])).toThrow(BUSY)
      other.exec('commit')
      expect(connection.rows(READ)).toEqual([[round * 10]])
      expect(connection.rows(WRITE, [round])).toEqual([[round]])
    }
  })

  test.each(['a transaction', 'a write', 'another read'])(
    'whose read had to wait holds no lock after %s',
    async next => {
      const { path, other } = fileWithRows('delete')
      const connection = await ours(path)
      connection.exec('pragma busy_timeout = 0')
      connection.rows(READ)
      other.exec('begin exclusive; update things set value = 2 where id = 2')
      expect(() => connection.rows(READ)).toThrow(BUSY)
      expect(() => connection.exec('begin immediate')).toThrow(BUSY)
      expect(() => connection.rows('select 1 from things')).toThrow(BUSY)
      other.exec('commit')

      if (next === 'a transaction') {
        connection.exec('begin immediate')
        connection.rows(WRITE, [5])
        connection.exec('commit')
      } else if (next === 'a write') {
        connection.rows(WRITE, [5])
      } else {
        connection.rows('select count(*) from things')
      }
      // In this journal mode a writer needs the file to itself, so a read that still stands would be in its way.
      other.exec('update things set value = 6 where id = 2')
      expect(connection.rows(READ)).toEqual([[6]])
    },
  )

  test('that only reads is in nobody’s way afterwards', async () => {
    const { path, other } = fileWithRows('delete')
    const reader = await openToRead(path)
    opened.push(reader)
    reader.rows(READ)
    other.exec('begin exclusive; update things set value = 2 where id = 2')
    expect(() => reader.rows(READ)).toThrow(BUSY)
    other.exec('commit')
    reader.rows('select count(*) from things')
    other.exec('update things set value = 6 where id = 2')
    expect(reader.rows(READ)).toEqual([[6]])
  })

  test('whose write fails for another reason is out of its transaction', async () => {
    const { path, other } = fileWithRows('wal')
    const connection = await ours(path)
    configure(connection)
    expect(() => connection.rows('insert into things values (1, 1) returning id')).toThrow(/UNIQUE/)
    expect(connection.inTransaction).toBe(false)
    other.exec('update things set value = 7 where id = 2')
    expect(connection.rows(READ)).toEqual([[7]])
  })
})
