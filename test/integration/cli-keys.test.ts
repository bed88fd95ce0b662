import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { OAuthTokenService } from 'evergrant'
import { generateKey } from 'evergrant/admin'
import { beforeEach, describe, expect, test } from 'vitest'
import { commandLine, unwrapped } from '../support/command-line.ts'
import { freshDatabase } from '../support/postgres.ts'

const OLD = generateKey({ id: 'old' })
const NEW = generateKey({ id: 'new' })
const database = await freshDatabase()
const { run, start } = commandLine()

const evergrant = (keys: string, ...args: readonly string[]) =>
  run(args, { env: { DATABASE_URL: database.url, EVERGRANT_ENCRYPTION_KEYS: keys } })

beforeEach(async () => {
  await database.query('drop schema public cascade; create schema public')
  await using tokens = await OAuthTokenService.open({ database: database.url, encryptionKeys: OLD })
  for (const client of ['a', 'b', 'c']) {
    await tokens.storeTokens(client, 'zoho_crm', { accessToken: 'at', refreshToken: 'rt' })
  }
  await database.query("update oauth_tokens set refresh_token = 'plain' where client_id = 'c'")
})

describe('keys list', () => {
  test('counts the values of each key, and plaintext', async () => {
    expect(await evergrant(`${NEW},${OLD}`, 'keys', 'list')).toEqual({
      code: 0,
      stdout: [
        'KEY   VALUES',
        'new   0       seals what is written',
        'old   5',
        'none  1       plaintext; evergrant keys seal',
        '',
      ].join('\n'),
      stderr: '',
    })
  })

  test('shows what the ring lacks, where no service starts, and ends with 1', async () => {
    const { code, stdout } = await evergrant(NEW, 'keys', 'list', '--json')
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      { keys: [{ id: 'new', values: 0, seals: true }], unknown: [{ id: 'old', values: 5 }], plaintext: 1 },
    ])
  })

  test('makes no database and no key file where there is none', async () => {
    const { code, stdout } = await run(['keys', 'list', '--data-dir', 'nowhere'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('There is no database yet')])
    expect((await run(['keys', 'list', '--data-dir', 'nowhere'])).stdout).toContain(
      'There is no database yet',
    )
  })
})

describe('keys rotate', () => {
  test('says first what it would do, then does it, and proves it', async () => {
    const planned = await evergrant(`${NEW},${OLD}`, 'keys', 'rotate', '--dry-run')
    expect([planned.code, planned.stdout]).toEqual([0, expect.stringMatching(/^6 to seal, 0 left/)])
    expect(await evergrant(`${NEW},${OLD}`, 'keys', 'rotate')).toEqual({
      code: 0,
      stdout: [
        '6 sealed, 0 left because they do not open',
        '',
        'KEY  VALUES',
        'new  6       seals what is written',
        'old  0',
        '',
        'The database does not need old any more.',
        '',
      ].join('\n'),
      stderr: '',
    })
    expect((await evergrant(NEW, 'keys', 'list')).code).toBe(0)
  })

  test('ends with 1 and names what does not open', async () => {
    await database.query("update oauth_tokens set client_id = 'moved' where client_id = 'a'")
    const { code, stdout } = await evergrant(`${NEW},${OLD}`, 'keys', 'rotate')
    expect(code).toBe(1)
    expect(stdout).toContain('left       moved  zoho_crm  access_token: ')
    expect(stdout).toContain('4 sealed, 2 left because they do not open')
    expect(stdout).not.toContain('any more')
  })
})

test('a rotation that is interrupted says how far it came, ends with 130, and goes on when it is run again', async () => {
  await database.query(
    `insert into oauth_tokens (client_id, provider, refresh_token)
      select 'client-' || n, 'zoho_crm', 'plain-' || n from generate_series(1, 20000) as n`,
  )
  const env = { DATABASE_URL: database.url, EVERGRANT_ENCRYPTION_KEYS: `${NEW},${OLD}` }
  const child = start(['keys', 'rotate'], { env })
  const ended = Promise.all([text(child.stderr), text(child.stdout), once(child, 'close')])
  const plain = async (): Promise<number> => {
    const [row] = await database.query(
      "select count(*)::int as count from oauth_tokens where refresh_token like 'plain-%'",
    )
    return Number(row?.count)
  }
  await expect.poll(plain).toBeLessThan(19_500)
  child.kill('SIGINT')
  const [stderr, stdout, [code]] = await ended
  expect([code, stdout]).toEqual([130, ''])
  expect(stderr).toMatch(/^Stopped: \d+ values were sealed\. Run it again: it goes on from there\.\n$/)
  const left = await plain()
  expect(left).toBeGreaterThan(0)
  const again = await evergrant(`${NEW},${OLD}`, 'keys', 'rotate')
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('new  20006 ')])
})

test('keys seal touches plaintext alone', async () => {
  const { code, stdout } = await evergrant(`${NEW},${OLD}`, 'keys', 'seal')
  expect([code, stdout]).toEqual([
    0,
    '1 sealed, 0 left because they do not open\n\nKEY  VALUES\nnew  1       seals what is written\nold  5\n',
  ])
})

describe('keys forget', () => {
  test('refuses a key that is needed: it may be found', async () => {
    const { code, stderr } = await evergrant(NEW, 'keys', 'forget', 'old')
    expect([code, unwrapped(stderr)]).toEqual([
      2,
      expect.stringContaining('needed by 5 stored values, of 3 connections'),
    ])
    expect((await evergrant(NEW, 'token', 'a', 'zoho_crm')).code).toBe(1)
  })

  test('refuses a key of the ring: it can be rotated away', async () => {
    const { stderr } = await evergrant(`${NEW},${OLD}`, 'keys', 'forget', 'old', '--lost')
    expect(unwrapped(stderr)).toContain('Seal them with the first key before: `evergrant keys rotate`')
    const first = await evergrant(NEW, 'keys', 'forget', 'new', '--lost')
    expect([first.code, unwrapped(first.stderr)]).toEqual([
      2,
      expect.stringContaining('Put another in front'),
    ])
  })

  test('of a lost key names the accounts to connect again; then services start, and its rows stay', async () => {
    const rows = await database.query('select * from oauth_tokens order by client_id')
    const planned = await evergrant(NEW, 'keys', 'forget', 'old', '--dry-run')
    expect(planned.stdout).toBe(
      [
        'reconnect  a  zoho_crm',
        'reconnect  b  zoho_crm',
        'reconnect  c  zoho_crm',
        'The database needs the key old; 5 values are sealed with it. Nothing was done.',
        '',
      ].join('\n'),
    )
    const done = await evergrant(NEW, 'keys', 'forget', 'old', '--lost')
    expect([done.code, done.stdout]).toEqual([
      0,
      expect.stringContaining('Services start without the key old now.'),
    ])
    expect(await database.query('select * from oauth_tokens order by client_id')).toEqual(rows)
    await using tokens = await OAuthTokenService.open({ database: database.url, encryptionKeys: NEW })
    const app = { clientId: 'x', clientSecret: 'y' }
    await expect(tokens.getAccessToken('a', 'zoho_crm', app)).rejects.toMatchObject({
      code: 'DECRYPTION_FAILED',
      message: expect.stringContaining('"old"'),
    })
    await tokens.storeTokens('a', 'zoho_crm', { accessToken: 'again', refreshToken: 'rt-2' })
    expect(await tokens.getAccessToken('a', 'zoho_crm', app)).toBe('again')
    // Found again: what was not stored anew opens.
    await tokens.close()
    await using found = await OAuthTokenService.open({
      database: database.url,
      encryptionKeys: `${NEW},${OLD}`,
    })
    expect(await found.getAccessToken('b', 'zoho_crm', app)).toBe('at')
  })
})
