import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OAuthTokenService } from 'evergrant'
import { forkLocalZoho, localZohoApp } from 'evergrant/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'

const worker = fileURLToPath(new URL('../support/herd-worker.js', import.meta.url))
const encryptionKeys = `test:${Buffer.alloc(32, 7).toString('base64')}`
const directory = mkdtempSync(join(tmpdir(), 'evergrant-herd-'))
const database = await freshDatabase()
const zoho = await forkLocalZoho({ throttle: null })
afterAll(async () => {
  await zoho.close()
  rmSync(directory, { recursive: true })
})

interface Done {
  readonly kind: 'done'
  readonly tokens: readonly string[]
  readonly answered: number
  readonly failures: readonly string[]
}

async function herd(options: object, processes: number): Promise<readonly Done[]> {
  const children = Array.from({ length: processes }, () => fork(worker, [JSON.stringify(options)]))
  try {
    await Promise.all(children.map(child => messageOf(child)))
    const done = children.map(child => messageOf(child))
    for (const child of children) child.send('go')
    return (await Promise.all(done)) as Done[]
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill()
  }
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => [
      { kind: 'done', failures: [`exit code ${code}`], tokens: [], answered: 0 },
    ]),
  ])
  return message
}

describe.each([
  ['PostgreSQL', () => database.url],
  ['one SQLite file', () => `file:${join(directory, 'herd.db')}`],
])('4 processes × 250 callers on an expired connection, on %s', (_, url) => {
  test.each(['static', 'strict'] as const)(
    'make one request, and all have the same new token (%s)',
    async rotation => {
      await zoho.configure({ rotation })
      await zoho.clearLedger()
      const grant = await zoho.issueGrant()
      const provider = 'zoho_crm'
      const opened = await OAuthTokenService.open({ database: url(), encryptionKeys })
      await opened.storeTokens('smart-tax-nation', provider, grant)
      await opened.reportRejected('smart-tax-nation', provider, grant.accessToken)
      await opened.close()

      await zoho.fault({ kind: 'delay', ms: 200 })
      const options = {
        database: url(),
        encryptionKeys,
        provider,
        accountsServer: zoho.url,
        app: localZohoApp,
        callers: 250,
      }
      const done = await herd(options, 4)
      expect(done.flatMap(({ failures }) => failures)).toEqual([])
      expect(done.map(({ answered }) => answered)).toEqual([250, 250, 250, 250])
      const tokens = new Set(done.flatMap(one => one.tokens))
      expect(tokens.size).toBe(1)
      expect(tokens.has(grant.accessToken)).toBe(false)
      expect(await zoho.summary()).toMatchObject({ requests: 1, issued: 1, overlaps: 0 })
    },
  )
})
