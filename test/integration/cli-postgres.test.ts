import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { freshDatabase } from '../support/postgres.ts'
import { KEYS } from '../support/services.ts'

const database = await freshDatabase()
const { run, directory } = commandLine()
const env = { DATABASE_URL: database.url }
const password = new URL(database.url).password
const record = JSON.stringify({ clientId: 'smart-tax-nation', provider: 'zoho_crm', refreshToken: 'r' })

test('before there are tables, status says how to make them', async () => {
  const { code, stderr } = await run(['status'], { env })
  expect(code).toBe(2)
  expect(stderr).toContain('evergrant migrate')
})

test('migrate makes the tables in the schema, names the place without its password, and can be repeated', async () => {
  const first = await run(['migrate', '--schema', 'auth'], { env })
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(/^Migrated 127\.0\.0\.1:\d+\/test_\w+, schema auth: create-tables/)
  const second = await run(['migrate', '--schema', 'auth', '--json'], { env })
  expect(JSON.parse(second.stdout)).toMatchObject({ applied: [], schema: 'auth' })
  for (const text of [first.stdout, second.stdout]) expect(text).not.toContain(password)
  const schemas = await database.query(`select schemaname from pg_tables where tablename = 'oauth_tokens'`)
  expect(schemas).toEqual([{ schemaname: 'auth' }])
})

test('a command that seals asks for a key; status needs none', async () => {
  const args = ['--schema', 'auth']
  const without = await run(['import', ...args], { env, input: record })
  expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('EVERGRANT_ENCRYPTION_KEYS') })
  const withKey = { env: { ...env, EVERGRANT_ENCRYPTION_KEYS: KEYS }, input: record }
  expect(await run(['import', ...args], withKey)).toMatchObject({ code: 0 })
  expect((await run(['status', ...args], { env })).stdout).toContain('smart-tax-nation  zoho_crm  active')
})

test('--data-dir wins over DATABASE_URL', async () => {
  const { stdout } = await run(['status', '--data-dir', join(directory, 'data')], { env })
  expect(stdout).toContain('There is no database yet')
})

test('a database that does not answer ends with 1', async () => {
  const away = { DATABASE_URL: `postgres://u:${password}@127.0.0.1:1/app` }
  const { code, stderr } = await run(['status'], { env: away })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^error \[STORE_UNAVAILABLE\]/)
  expect(stderr).not.toContain(password)
})
