import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OAuthTokenService } from 'evergrant'
import { importFrom, type ZohoSdkSource } from 'evergrant/admin'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commandLine, unwrapped } from '../support/command-line.ts'
import { fatesOf } from '../support/moving-in.ts'
import { projectDirectory } from '../support/project.ts'

/*
 * Stores of Zoho's SDKs: files that `FileStore` of both of them wrote, and dumps that `mariadb-dump` wrote of the table
 * of `DBStore`.
 */
const FILES = join(projectDirectory, 'test/support/zoho-sdk')
const AHEAD = 2_114_380_800_000
const HEADING =
  'id,user_name,client_id,client_secret,refresh_token,access_token,grant_token,expiry_time,redirect_url,api_domain'

const { run } = commandLine()
const directory = mkdtempSync(join(tmpdir(), 'evergrant-zoho-'))
afterAll(() => rmSync(directory, { recursive: true }))
let tokens: OAuthTokenService
beforeEach(async () => {
  tokens = await OAuthTokenService.open({
    database: 'memory:',
    providers: { zoho_crm: { clientId: '1000.APP', clientSecret: 's' } },
  })
})
afterEach(() => tokens.close())

async function* inPieces(text: string): AsyncGenerator<string> {
  for (const piece of text.match(/[\s\S]{1,50}/g) ?? []) yield piece
}
const move = (input: ZohoSdkSource['input'], options: Partial<ZohoSdkSource> = {}) =>
  importFrom(tokens, { from: 'zoho-sdk', input, ...options }, { dryRun: false })
const csv = (...lines: readonly string[]) => move(inPieces([HEADING, ...lines].join('\n')))
/** A line of the store. */
function line(fields: Readonly<Record<string, string>>): string {
  const usual = { id: '1', user_name: 'anna', client_id: '1000.APP', client_secret: 's3cr3t' }
  const all: Readonly<Record<string, string>> = { ...usual, refresh_token: '1000.c4n4ry.r', ...fields }
  return HEADING.split(',')
    .map(name => all[name] ?? '')
    .join(',')
}

describe('the file of FileStore', () => {
  test.each(['nodejs-file-store.csv', 'typescript-file-store.csv'])(
    'as %s has it: users become clients, and their data centre is kept',
    async name => {
      const report = await move(join(FILES, name))
      expect(fatesOf(report, 'line')).toEqual([
        ['imported', 'complete', ['abc@zoho.com']],
        ['refused', 'invalid', ['3']],
      ])
      expect(report.fates[1]?.explanation).toContain('names no user: --client id')
      const record = await tokens.getTokenRecord('abc@zoho.com', 'zoho_crm')
      expect([record?.accessToken?.reveal(), record?.refreshToken?.reveal()]).toEqual([
        '1000.a1.x',
        '1000.r1.x',
      ])
      expect(record?.metadata).toEqual({ api_domain: 'https://www.zohoapis.eu' })
      expect(Math.abs(Number(record?.expiresAt?.getTime()) - AHEAD)).toBeLessThan(5_000)
      // Nothing of the OAuth app has come along.
      expect(JSON.stringify(record)).not.toContain('s3cr3t')
    },
  )

  test('by the ids of its rows, for another product', async () => {
    const store = join(FILES, 'nodejs-file-store.csv')
    const report = await move(store, { client: 'id', provider: 'zoho_calendar' })
    expect(fatesOf(report)).toEqual([
      ['imported', 'complete', ['1']],
      ['imported', 'without_access_token', ['2']],
    ])
    expect(await tokens.hasToken('2', 'zoho_calendar')).toBe(true)
  })

  test('from before api_domain, with breaks of Windows, a mark of the byte order and an empty end', async () => {
    const text = `\uFEFFid,user_mail,client_id,client_secret,refresh_token,access_token,grant_token,expiry_time,redirect_url\r\n1,anna,1000.APP,s,1000.r,1000.a,,${AHEAD},u\r\n\r\n`
    expect(fatesOf(await move(inPieces(text)))).toEqual([['imported', 'complete', ['anna']]])
  })

  test('with what nobody should take, takes nothing of it and tells no token', async () => {
    const report = await csv(
      line({ user_name: 'good' }),
      line({ user_name: 'Smith, John', refresh_token: '1000.c4n4ry.s' }),
      line({ user_name: 'quoted', refresh_token: '"1000.c4n4ry.q"' }),
      line({ user_name: 'formula', access_token: '=c4n4ry()' }),
      line({ user_name: '\u001b[31mred' }),
      line({ user_name: 'other app', client_id: '1000.OTHER' }),
      line({ user_name: 'elsewhere', api_domain: 'https://zoho.example' }),
      line({ user_name: 'plain http', api_domain: 'http://www.zohoapis.eu' }),
      line({ user_name: 'grant only', refresh_token: '', grant_token: '1000.c4n4ry.g' }),
      line({ user_name: 'twice', refresh_token: '1000.c4n4ry.1' }),
      line({ user_name: 'twice', refresh_token: '1000.c4n4ry.2' }),
      'c4n4ry',
    )
    expect(fatesOf(report, 'user')).toEqual([
      ['imported', 'without_access_token', ['good']],
      ['left', 'no_token', ['grant only']],
      ['refused', 'malformed', [null, null]],
      ['refused', 'invalid', ['quoted', 'formula']],
      ['refused', 'invalid', ['\u001b[31mred']],
      ['refused', 'another_app', ['other app']],
      ['refused', 'invalid', ['elsewhere', 'plain http']],
      ['refused', 'duplicate', ['twice', 'twice']],
    ])
    expect(JSON.stringify(report)).not.toMatch(/c4n4ry|s3cr3t/)
    expect((await tokens.listTokens()).connections).toHaveLength(1)
  })

  test('without its heading is refused, and its first row is not told', async () => {
    const row = '1,anna,1000.APP,c4n4ry,1000.c4n4ry.r,1000.c4n4ry.a,,0,u,'
    const error: unknown = await move(inPieces(`${row}\n${row}`)).catch(reason => reason)
    expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('first line') })
    expect(error).not.toMatchObject({ message: expect.stringContaining('c4n4ry') })
  })
})

describe('a dump of the table of DBStore', () => {
  test.each(['mariadb-dump.sql', 'mariadb-dump-complete-insert.sql', 'mariadb-dump-replace.sql'])(
    'as %s has it: its rows, and none that a text or a routine only looks like',
    async name => {
      const report = await move(createReadStream(join(FILES, name), { highWaterMark: 100 }))
      expect(fatesOf(report, 'id')).toEqual([
        ['imported', 'complete', ['anna@app.example']],
        ['imported', 'without_access_token', ['O\'Hara \\ "Q"; -- x']],
        ['refused', 'invalid', ['3']],
        ['refused', 'invalid', ['4']],
      ])
      expect((await tokens.getTokenRecord('anna@app.example', 'zoho_crm'))?.metadata).toEqual({
        api_domain: 'https://www.zohoapis.eu',
      })
      expect(JSON.stringify(report)).not.toContain('1000.r')
    },
  )

  test('that broke off stores nothing', async () => {
    const text = readFileSync(join(FILES, 'mariadb-dump.sql'), 'utf8')
    const cut = text.slice(0, text.indexOf("('4',NULL"))
    await expect(move(inPieces(cut))).rejects.toThrow('ends in the middle of a statement')
    expect((await tokens.listTokens()).connections).toEqual([])
  })

  test('with characters that are cut between two pieces of bytes', async () => {
    const bytes = readFileSync(join(FILES, 'mariadb-dump.sql'))
    async function* bytewise(): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < bytes.length; start += 1) yield bytes.subarray(start, start + 1)
    }
    const report = await move(bytewise())
    expect(report.fates.flatMap(({ rows }) => rows.map(({ source }) => source.user))).toContain(
      'a),(b\n\r\0\u001a\t%_é',
    )
  })

  test('under another name', async () => {
    const text = readFileSync(join(FILES, 'mariadb-dump.sql'), 'utf8').replaceAll('oauthtoken', 'tokens')
    await expect(move(inPieces(text))).rejects.toThrow('it holds only audit, tokens.')
    expect(await move(inPieces(text), { table: 'tokens' })).toMatchObject({ imported: 2, refused: 2 })
  })
})

test.each([
  ['nothing', { input: inPieces('') }, 'no table at all'],
  ['no file', { input: join(directory, 'none') }, 'cannot be read (ENOENT)'],
  ['a folder', { input: directory }, 'cannot be read (EISDIR)'],
  ['no input', { input: undefined as never }, 'input must be the path of a file'],
  ['an unknown client', { input: inPieces(HEADING), client: 'account' as never }, '"user" or "id"'],
  ['a field that nobody reads', { input: inPieces(HEADING), file: 'x' } as object, 'has no field "file"'],
])('%s is no store', async (_, source, message) => {
  await expect(importFrom(tokens, { from: 'zoho-sdk', ...source } as ZohoSdkSource)).rejects.toThrow(message)
})

describe('the command', () => {
  const env = { ZOHO_CLIENT_ID: '1000.APP', ZOHO_CLIENT_SECRET: 's' }
  const command = ['import', '--from', 'zoho-sdk']

  test('reads a file, or standard input', async () => {
    const store = join(FILES, 'nodejs-file-store.csv')
    const named = await run([...command, '--source', store], { env })
    expect(named.stdout.split('\n')).toEqual([
      `2 rows in ${store}`,
      'to import  1',
      '           abc@zoho.com  zoho_crm',
      'refused    1  names no user: --client id (in code: client) takes the id of the row instead',
      '           line=3  id=2',
      '1 to import, 0 kept, 0 left, 1 refused',
      'Nothing was written: add --apply to do it.',
      '',
    ])
    const input = readFileSync(store, 'utf8')
    const sent = await run([...command, '--client', 'id', '--apply'], { env, input })
    expect([sent.code, sent.stdout]).toEqual([0, expect.stringContaining('2 imported (1 without')])
    expect((await run(['status'], { env })).stdout).toMatch(/^1 +zoho_crm +active/m)
  })

  test('shows what would move a cursor as what it is', async () => {
    const file = join(directory, 'evil.csv')
    writeFileSync(file, [HEADING, line({ id: '\u001b[2J\u202e', user_name: 'x\u0007' })].join('\n'))
    const { code, stdout } = await run([...command, '--source', file], { env })
    expect(code).toBe(1)
    expect(stdout).toContain('id=\\u001b[2J\\u202e  user=x\\u0007')
    for (const hidden of ['\u001b', '\u202e', '\u0007', 'c4n4ry']) expect(stdout).not.toContain(hidden)
  })

  test.each([
    [['--map', 'a=b'], '--map does not go with --from zoho-sdk'],
    [['--client', 'account'], '--client takes user or id'],
  ])('%s is no command line', async (args, complaint) => {
    const { code, stderr } = await run([...command, ...args], { env })
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringContaining(complaint)])
  })
})
