import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OAuthTokenService } from 'evergrant'
import Libsql from 'libsql'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hasEnvelopePrefix } from '../../src/sealing/envelope.ts'
import { commandLine } from '../support/command-line.ts'
import { type Ended, run as runProgram } from '../support/processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'evergrant-key-file-'))
const { run } = commandLine()
const CLIENT = 'smart-tax-nation'

const services: OAuthTokenService[] = []
const opened: InstanceType<typeof Libsql>[] = []
let files = 0
let path = ''
beforeEach(() => {
  files += 1
  path = join(folder, String(files), 'tokens.db')
  mkdirSync(join(folder, String(files)))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const tokens of services.splice(0)) await tokens.close()
  for (const database of opened.splice(0)) database.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

async function open(database: string | undefined = `file:${path}`): Promise<OAuthTokenService> {
  const tokens = await OAuthTokenService.open({ database })
  services.push(tokens)
  return tokens
}

/** A database with a sealed connection, and its key file gone. */
async function withoutItsKey(database?: string): Promise<void> {
  const tokens = await open(database)
  await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'access-1', refreshToken: 'refresh-1' })
  await tokens.close()
  rmSync(`${path}.key`)
}

function byHand(...statements: readonly string[]): InstanceType<typeof Libsql> {
  const database = new Libsql(path)
  opened.push(database)
  for (const statement of statements) database.exec(statement)
  return database
}

const failureOf = (database?: string): Promise<unknown> => open(database).catch((error: unknown) => error)

describe('a key file that is missing', () => {
  test('is not replaced while the database holds sealed tokens; the message says what to restore', async () => {
    await withoutItsKey()
    const error = await failureOf()
    expect(error).toMatchObject({ code: 'INVALID_INPUT', name: 'InvalidInputError' })
    const { message } = error as Error
    expect(message).toContain(
      `The key file ${path}.key is missing, and the database ${path} holds sealed tokens.`,
    )
    expect(message).toMatch(/Restore .*, or set EVERGRANT_ENCRYPTION_KEYS .*lost.*evergrant keys generate/)
    expect(readdirSync(join(path, '..')).filter(name => name.includes('.key'))).toEqual([])
  })

  test('of the embedded database is not replaced either, nor of a URL with escapes', async () => {
    path = join(folder, String(files), 'evergrant.db')
    vi.stubEnv('EVERGRANT_DATA_DIR', join(path, '..'))
    await withoutItsKey()
    expect(await failureOf()).toMatchObject({ message: expect.stringContaining(`${path}.key is missing`) })

    path = join(folder, String(files), 'a b.db')
    const url = `file:${path.replace(' ', '%20')}`
    await withoutItsKey(url)
    expect(await failureOf(url)).toMatchObject({ message: expect.stringContaining(`${path}.key is missing`) })
  })

  test('is asked for by the command too, in words for a terminal; status needs no key', async () => {
    await withoutItsKey()
    const env = { DATABASE_URL: `file:${path}` }
    const { code, stderr } = await run(['token', CLIENT, 'zoho_crm'], { env })
    expect([code, stderr]).toEqual([2, expect.stringContaining('EVERGRANT_ENCRYPTION_KEYS')])
    expect((await run(['status'], { env })).stdout).toContain(CLIENT)
    expect(existsSync(`${path}.key`)).toBe(false)
  })

  test('is made nowhere but beside the database: a directory that is not there stays so', async () => {
    path = join(folder, String(files), 'no/such.db')
    expect(await failureOf()).toMatchObject({ message: expect.stringContaining('Its directory must exist') })
    expect(readdirSync(join(folder, String(files)))).toEqual([])
  })

  test('that is lost is got over as the message says: a new key, and the accounts connected again', async () => {
    await withoutItsKey()
    vi.stubEnv('EVERGRANT_ENCRYPTION_KEYS', (await run(['keys', 'generate'])).stdout.trim())
    const refusal = await failureOf()
    expect(refusal).toMatchObject({ code: 'DECRYPTION_FAILED' })
    const lost = /keys forget (\S+)/.exec(String(refusal))?.[1] ?? ''
    const { stdout } = await run(['keys', 'forget', lost, '--lost'], {
      env: {
        DATABASE_URL: `file:${path}`,
        EVERGRANT_ENCRYPTION_KEYS: process.env.EVERGRANT_ENCRYPTION_KEYS ?? '',
      },
    })
    expect(stdout).toContain(`Services start without the key ${lost} now.`)
    const tokens = await open()
    await expect(tokens.getAccessToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({
      code: 'DECRYPTION_FAILED',
    })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'access-2', refreshToken: 'refresh-2' })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('access-2')
  })

  test('is not replaced for a sealed token that waits for its revocation, or that lies in the log alone', async () => {
    await withoutItsKey()
    byHand(
      `insert into oauth_token_revocations (id, client_id, provider, refresh_token, requested_at)
        select id, client_id, provider, refresh_token, 0 from oauth_tokens`,
      'delete from oauth_tokens',
    )
    expect(await failureOf()).toMatchObject({ code: 'INVALID_INPUT' })

    // Behind the back of the log's automatic checkpoints.
    const database = byHand('pragma wal_checkpoint(truncate)', 'pragma wal_autocheckpoint = 0')
    database.exec(
      `insert into oauth_tokens (id, client_id, provider, access_token, created_at, updated_at)
        select id, client_id, provider, refresh_token, 0, 0 from oauth_token_revocations`,
    )
    database.exec('delete from oauth_token_revocations')
    expect(await failureOf()).toMatchObject({ code: 'INVALID_INPUT' })
    expect(existsSync(`${path}.key`)).toBe(false)
  })
})

describe('a key file is made', () => {
  test('where the database is not there, is empty, or belongs to something else', async () => {
    writeFileSync(path, '')
    await open()
    expect(existsSync(`${path}.key`)).toBe(true)

    path = join(folder, String(files), 'other.db')
    byHand(
      'create table oauth_tokens_of_mine (access_token text)',
      `insert into oauth_tokens_of_mine values ('eg1.x')`,
    )
    await open()
    expect(existsSync(`${path}.key`)).toBe(true)
  })

  test('where everything was deleted again', async () => {
    await withoutItsKey()
    byHand('delete from oauth_tokens')
    await open()
    expect(existsSync(`${path}.key`)).toBe(true)
  })

  test.each(['1000.abc.def', 'eg1', 'eg.1', 'EG1.x', 'eg1x.y', 'xeg1.', 'eg1.AAAA', 'eg27.AAAA', ''])(
    'beside the stored text %j only when it is plaintext',
    async text => {
      await withoutItsKey()
      byHand('delete from oauth_tokens')
        .prepare(
          `insert into oauth_tokens (id, client_id, provider, refresh_token, created_at, updated_at)
            values ('1', 'a', 'zoho_crm', ?, 0, 0)`,
        )
        .run(text)
      await failureOf()
      expect(existsSync(`${path}.key`)).toBe(!hasEnvelopePrefix(text))
    },
  )

  test('once by eight processes that start together and write at once, and all open what all have stored', async () => {
    const program = `
      import { OAuthTokenService } from 'evergrant'
      const tokens = await OAuthTokenService.open({ policy: { storeTimeoutMs: 20000 } })
      await tokens.storeTokens(process.argv[1], 'zoho_crm', { accessToken: 'access', refreshToken: 'refresh' })
      const { connections } = await tokens.listTokens()
      for (const { clientId } of connections) await tokens.getTokenRecord(clientId, 'zoho_crm')
      await tokens.close()
    `
    const env = { EVERGRANT_DATA_DIR: join(folder, String(files), 'data') }
    const start = (name: string): Promise<Ended> =>
      runProgram(process.execPath, ['--input-type=module', '--eval', program, name], { env })
    const ended = await Promise.all(['1', '2', '3', '4', '5', '6', '7', '8'].map(start))
    expect(ended).toEqual(Array.from({ length: 8 }, () => ({ code: 0, stdout: '', stderr: '' })))
    const tokens = await open(`file:${env.EVERGRANT_DATA_DIR}/evergrant.db`)
    const { connections } = await tokens.listTokens()
    expect(connections).toHaveLength(8)
    for (const { clientId } of connections) {
      expect((await tokens.getTokenRecord(clientId, 'zoho_crm'))?.refreshToken?.reveal()).toBe('refresh')
    }
  })
})
