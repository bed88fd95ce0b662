import { join } from 'node:path'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import Libsql from 'libsql'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { commandLine, unwrapped } from '../support/command-line.ts'
import type { Ended } from '../support/processes.ts'

const CLIENT = 'smart-tax-nation'
const zoho = await startLocalZoho({ throttle: null })
afterAll(() => zoho.close())
const { run, directory } = commandLine()
const env = {
  ZOHO_ACCOUNTS_SERVER: zoho.url,
  ZOHO_CLIENT_ID: localZohoApp.clientId,
  ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
}

let databases = 0
let dataDir = ''
beforeEach(() => {
  databases += 1
  dataDir = join(directory, `data-${databases}`)
})

const evergrant = (args: readonly string[]): Promise<Ended> => run([...args, '--data-dir', dataDir], { env })

async function connect(): Promise<void> {
  const { refreshToken } = await zoho.issueGrant()
  const input = JSON.stringify({ clientId: CLIENT, provider: 'zoho_crm', refreshToken })
  await run(['import', '--data-dir', dataDir], { env, input })
}

const keys = (id: string): string => `${id}:${Buffer.alloc(32, 7).toString('base64')}`
const dead = `update oauth_tokens set status = 'reauthorization_required', status_reason = 'refused'`

test.each<[string, RegExp, () => Promise<Ended>]>([
  [
    'no token',
    /ZOHO_CRM_REFRESH_TOKEN.*`evergrant import`.*storeTokens/,
    () => evergrant(['token', CLIENT, 'zoho_crm']),
  ],
  [
    'no app credentials',
    /ZOHO_CLIENT_ID and ZOHO_CLIENT_SECRET.*open\(/,
    async () => {
      await connect()
      return run(['refresh', CLIENT, 'zoho_crm', '--data-dir', dataDir])
    },
  ],
  [
    'a grant that is dead',
    /`evergrant import --overwrite`.*storeTokens/,
    async () => {
      await connect()
      const database = new Libsql(join(dataDir, 'evergrant.db'))
      database.exec(dead)
      database.close()
      return evergrant(['token', CLIENT, 'zoho_crm'])
    },
  ],
  [
    'a key that is not in the ring',
    /key "k1".*EVERGRANT_ENCRYPTION_KEYS.*Put that key back, behind the first one.*keys forget k1/,
    async () => {
      const input = JSON.stringify({ clientId: CLIENT, provider: 'zoho_crm', refreshToken: 'r' })
      const sealedWith = (id: string) => ({ ...env, EVERGRANT_ENCRYPTION_KEYS: keys(id) })
      await run(['import', '--data-dir', dataDir], { env: sealedWith('k1'), input })
      return run(['token', CLIENT, 'zoho_crm', '--data-dir', dataDir], { env: sealedWith('k2') })
    },
  ],
  [
    'a revocation that is not confirmed',
    /`evergrant delete --revoke`.*deleteToken/,
    async () => {
      await connect()
      await zoho.fault({ kind: 'server_error' }, { endpoint: 'revoke' })
      return evergrant(['delete', CLIENT, 'zoho_crm', '--revoke'])
    },
  ],
  [
    'a schema that cannot be',
    /--schema.*option schema/,
    () => run(['migrate', '--schema', '1st'], { env: { DATABASE_URL: 'postgres://127.0.0.1:1/app' } }),
  ],
  [
    'a database that cannot be',
    /^error \[INVALID_INPUT\] DATABASE_URL must begin with/,
    () => run(['migrate'], { env: { DATABASE_URL: 'mysql://127.0.0.1/app' } }),
  ],
  [
    'no database in production',
    /DATABASE_URL.*EVERGRANT_DATA_DIR/,
    () => run(['status'], { env: { NODE_ENV: 'production' } }),
  ],
  [
    'a data centre that is none',
    /ZOHO_LOCATION/,
    async () => {
      await connect()
      const { ZOHO_ACCOUNTS_SERVER: _, ...app } = env
      const nowhere = { env: { ...app, ZOHO_LOCATION: 'mars' } }
      return run(['refresh', CLIENT, 'zoho_crm', '--data-dir', dataDir], nowhere)
    },
  ],
])('what to do is told for a terminal first, then for a program: %s', async (_, remedy, fail) => {
  const { code, stderr } = await fail()
  expect(code).not.toBe(0)
  expect(unwrapped(stderr)).toMatch(remedy)
})
