import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DumpRow, readMysqlDump } from './mysql-dump.ts'

/*
 * The files are what `mariadb-dump` 10.11 wrote of one database: values with every character that it escapes, a table
 * whose text looks like rows of ours, a routine and a trigger that insert into ours.
 */
const folder = join(import.meta.dirname, '../../../test/support/zoho-sdk')
const dumpOf = (name: string): string => readFileSync(join(folder, name), 'utf8')

async function* piecesOf(text: string, length = text.length): AsyncGenerator<string> {
  for (let start = 0; start < text.length; start += length) yield text.slice(start, start + length)
}
const rowsOf = (text: string, { table = 'oauthtoken', length = text.length } = {}) =>
  readMysqlDump(piecesOf(text, length), table)

const absent = {
  access_token: null,
  grant_token: null,
  expiry_time: null,
  redirect_url: null,
  api_domain: null,
}
const app = { client_id: '1000.APP', client_secret: 's3cr3t' }
const ROWS: readonly DumpRow[] = [
  {
    id: '1',
    user_name: 'anna@app.example',
    ...app,
    refresh_token: '1000.r1.x',
    access_token: '1000.a1.x',
    grant_token: null,
    expiry_time: '2114380800000',
    redirect_url: 'https://app.example/cb',
    api_domain: 'https://www.zohoapis.eu',
  },
  { id: '2', user_name: 'O\'Hara \\ "Q"; -- x', ...app, refresh_token: '1000.r2.x', ...absent },
  {
    id: '3',
    user_name: 'a),(b\n\r\0\u001a\t%_é',
    ...app,
    refresh_token: '1000.r3.x',
    ...absent,
    access_token: '',
    expiry_time: '0',
    api_domain: '',
  },
  { id: '4', user_name: null, ...app, refresh_token: '1000.r4.x', ...absent, grant_token: '1000.g.x' },
]

describe.each(['mariadb-dump.sql', 'mariadb-dump-complete-insert.sql', 'mariadb-dump-replace.sql'])(
  '%s',
  name => {
    test('gives the rows of its table, and of nothing else', async () => {
      expect(await rowsOf(dumpOf(name))).toEqual(ROWS)
    })

    test('in pieces of whatever length', async () => {
      for (const length of [1, 2, 3, 7, 64, 1_000])
        expect(await rowsOf(dumpOf(name), { length })).toEqual(ROWS)
    })
  },
)

const CREATE = 'create table t (a varchar(10), b text, primary key (a));'

test.each([
  ['MySQL 8, one row a statement', "INSERT INTO `t` VALUES ('1','x');\nINSERT INTO `t` VALUES ('2','y');"],
  ['a name with its database', "INSERT INTO `d`.`t` VALUES ('1','x'),('2','y');"],
  ['the same without quotes', "insert ignore into d.t values ('1','x'),('2','y');"],
  ['numbers', "INSERT INTO t VALUES (1,'x'),(2,'y');"],
  ['bytes in hex', "INSERT INTO t VALUES (0x31,x'78'),(_binary '2',_utf8mb4'y');"],
  ['other columns first', "INSERT INTO t (b, a) VALUES ('x','1'),('y','2');"],
  ['double quotes', 'INSERT INTO "t" VALUES ("1","x"),("2","y");'],
  [
    'a routine before it',
    "DELIMITER ;;\ncreate procedure p() begin set @a = 1; insert into t values ('0','z'); end ;;\nDELIMITER ;\n" +
      "INSERT INTO t VALUES ('1','x'),('2','y');",
  ],
  ['comments between', "INSERT INTO t /* ('0','z') */ VALUES -- ('0','z')\n('1','x'), # it's\n('2','y') ;"],
])('what MySQL reads, is read: %s', async (_, insert) => {
  expect(await rowsOf(`${CREATE}\n${insert}`, { table: 't' })).toEqual([
    { a: '1', b: 'x' },
    { a: '2', b: 'y' },
  ])
})

test.each([
  ['no such table', "insert into u values ('c4n4ry')", 'holds only u.'],
  ['nothing of a dump', 'c4n4ry', 'in the middle of a statement'],
  ['nothing', '', 'no table at all'],
  ['a text that does not end', "insert into t values ('1','c4n4ry", 'in the middle of a text'],
  [
    'a statement that does not end',
    `${CREATE} insert into t values ('1','c4n4ry')`,
    'in the middle of a statem',
  ],
  ['a comment that does not end', `${CREATE} /* c4n4ry`, 'in the middle of a text'],
  ['no names of columns', "insert into t values ('1','c4n4ry');", '--complete-insert'],
  ['too few values', `${CREATE} insert into t values ('c4n4ry');`, 'Row 1 of the table "t"'],
  ['an expression', `${CREATE} insert into t values ('1',concat('c4n4ry'));`, 'Row 1 of the table "t"'],
  ['a SELECT', `${CREATE} insert into t select 'c4n4ry' from u;`, 'Row 1 of the table "t"'],
  [
    'two databases',
    `use a; ${CREATE} insert into t values (1,'c4n4ry'); use b; ${CREATE} insert into t values (1,'x');`,
    'of several databases',
  ],
])('%s is refused, and no value is told', async (_, dump, message) => {
  const error: unknown = await rowsOf(
    dump.endsWith(';') || !dump.startsWith('insert into u') ? dump : `${dump};`,
    {
      table: 't',
    },
  ).catch(reason => reason)
  expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(message) })
  expect(error).not.toMatchObject({ message: expect.stringContaining('c4n4ry') })
})

test('whatever a value holds, escaped as MySQL does it, comes out as it went in', async () => {
  const escaped = (text: string): string =>
    `'${text
      .replaceAll('\\', '\\\\')
      .replaceAll("'", "\\'")
      .replaceAll('\0', '\\0')
      .replaceAll('\n', '\\n')
      .replaceAll('\u001a', '\\Z')}'`
  const nasty = fc.string({
    unit: fc.constantFrom(
      "'",
      '"',
      '`',
      '\\',
      ';',
      '-',
      '#',
      '/',
      '*',
      '\n',
      '\0',
      '\u001a',
      ',',
      '(',
      ')',
      'é',
      'n',
    ),
  })
  await fc.assert(
    fc.asyncProperty(nasty, nasty, fc.integer({ min: 1, max: 9 }), async (a, b, length) => {
      const dump = `${CREATE} insert into u values (${escaped(b)}); insert into t values (${escaped(a)},${escaped(b)});`
      expect(await rowsOf(dump, { table: 't', length })).toEqual([{ a, b }])
    }),
  )
})
