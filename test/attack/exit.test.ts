import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forkLocalZoho, localZohoApp } from 'evergrant/testing'
import { afterAll, expect, test } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'
import { run } from '../support/processes.ts'

const encryptionKeys = `test:${Buffer.alloc(32, 7).toString('base64')}`
const directory = mkdtempSync(join(tmpdir(), 'evergrant-exit-'))
const database = await freshDatabase()
const zoho = await forkLocalZoho({ throttle: null })
afterAll(async () => {
  await zoho.close()
  rmSync(directory, { recursive: true })
})

/** A program that opens a service and never closes it. */
function program(
  url: string,
  body: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const options = {
    database: url,
    encryptionKeys,
    providers: { zoho_crm: { ...localZohoApp, accountsServer: zoho.url } },
  }
  const text = `
    import { OAuthTokenService } from 'evergrant'
    const tokens = await OAuthTokenService.open(${JSON.stringify(options)})
    ${body}`
  return run(process.execPath, ['--input-type=module', '-e', text], { timeoutMs: 20_000 })
}

const urls = [
  ['PostgreSQL', () => database.url],
  ['SQLite', () => `file:${join(directory, 'exit.db')}`],
  ['memory', () => 'memory:'],
] as const

test.each(urls)('a service that nobody closes does not keep its process alive (%s)', async (_, url) => {
  const ended = await program(
    url(),
    `await tokens.storeTokens('c', 'zoho_crm', ${JSON.stringify(await zoho.issueGrant())})
     await tokens.refreshToken('c', 'zoho_crm')
     console.log('got it')`,
  )
  expect(ended).toEqual({ code: 0, stdout: 'got it\n', stderr: '' })
})

test.each(urls)('a process does not end while a caller waits for a slow provider (%s)', async (_, url) => {
  await zoho.fault({ kind: 'delay', ms: 700 })
  const ended = await program(
    url(),
    `await tokens.storeTokens('d', 'zoho_crm', ${JSON.stringify(await zoho.issueGrant())})
     await tokens.refreshToken('d', 'zoho_crm')
     console.log('got it')`,
  )
  expect(ended).toEqual({ code: 0, stdout: 'got it\n', stderr: '' })
})
