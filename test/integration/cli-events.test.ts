import { join } from 'node:path'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { commandLine, unwrapped } from '../support/command-line.ts'
import type { Ended } from '../support/processes.ts'

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
  dataDir = join(directory, `events-${databases}`)
})

const evergrant = (args: readonly string[], input?: string): Promise<Ended> =>
  run([...args, '--data-dir', dataDir], { env, ...(input === undefined ? {} : { input }) })

async function connect(clientId: string): Promise<void> {
  const { refreshToken } = await zoho.issueGrant()
  await evergrant(['import'], JSON.stringify({ clientId, provider: 'zoho_crm', refreshToken }))
}

describe('events', () => {
  test('says kindly that there is no database yet, and makes none', async () => {
    const { code, stdout } = await evergrant(['events'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('There is no database yet')])
    const { events, hasOlder } = JSON.parse((await evergrant(['events', '--json'])).stdout)
    expect([events, hasOlder]).toEqual([[], false])
  })

  test('tells the newest first, of a connection that is gone as well', async () => {
    await connect('first')
    await connect('second')
    await evergrant(['delete', 'first', 'zoho_crm', '--revoke'])
    const { code, stdout } = await evergrant(['events'])
    expect(code).toBe(0)
    const cells = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.split(/ {2,}/).slice(1))
    expect(cells).toEqual([
      ['CLIENT', 'PROVIDER', 'EVENT', 'REASON'],
      ['first', 'zoho_crm', 'revoked', '-'],
      ['first', 'zoho_crm', 'deleted', 'revoke'],
      ['second', 'zoho_crm', 'connected', 'imported'],
      ['first', 'zoho_crm', 'connected', 'imported'],
    ])
    const typesOf = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await evergrant(['events', ...args, '--json'])).stdout).events.map(
        ({ type }: { type: string }) => type,
      )
    expect(await typesOf('second')).toEqual(['connected'])
    expect(await typesOf('--type', 'deleted')).toEqual(['deleted'])
    expect(await typesOf('--provider', 'other')).toEqual([])
    expect(await typesOf('--since', '2100-01-01')).toEqual([])
    expect(await typesOf('first', '--limit', '1')).toEqual(['revoked'])
    expect(JSON.parse((await evergrant(['events', '--limit', '2', '--json'])).stdout).hasOlder).toBe(true)
  })

  test.each([
    [['--type', 'refreshed'], '--type takes one of connected, seeded'],
    [['--since', 'yesterday'], '--since takes an instant with its zone'],
    [['--limit', '0'], '--limit takes a number from 1 to 1000.'],
    [['--limit', '1e3'], '--limit takes a number from 1 to 1000.'],
  ])('refuses %j', async (args, complaint) => {
    const { code, stderr } = await evergrant(['events', ...args])
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringContaining(complaint)])
  })
})
