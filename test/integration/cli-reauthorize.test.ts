import { join } from 'node:path'
import { type LocalZoho, localZohoApp, startLocalZoho } from 'evergrant/testing'
import Database from 'libsql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { scriptedBrowser } from '../support/browser-log.ts'
import { commandLine, unwrapped } from '../support/command-line.ts'
import type { Ended } from '../support/processes.ts'

const { run, directory } = commandLine()
let zoho: LocalZoho
beforeAll(async () => {
  zoho = await startLocalZoho({ throttle: null })
})
afterAll(() => zoho.close())

let place = 0
beforeEach(() => {
  place += 1
})

function evergrant(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<Ended> {
  return run([...args, '--data-dir', `data-${place}`], {
    env: {
      ...scriptedBrowser(directory).env,
      ZOHO_CLIENT_ID: localZohoApp.clientId,
      ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
      ZOHO_ACCOUNTS_SERVER: zoho.url,
      ...env,
    },
    input,
  })
}

/** Connections of which some are dead. */
async function store(clients: readonly string[], dead: readonly string[]): Promise<void> {
  const records = await Promise.all(
    clients.map(async clientId => ({ clientId, provider: 'zoho_crm', ...(await zoho.issueGrant()) })),
  )
  expect(await evergrant(['import'], {}, JSON.stringify(records))).toMatchObject({ code: 0 })
  const database = new Database(join(directory, `data-${place}`, 'evergrant.db'))
  database
    .prepare(
      `update oauth_tokens set status = 'reauthorization_required', status_reason = 'refused'
       where client_id in (select value from json_each(?))`,
    )
    .run(JSON.stringify(dead))
  database.close()
}

async function stillDead(): Promise<readonly string[]> {
  const { stdout } = await evergrant(['status', '--status', 'reconnect', '--json'])
  const { connections } = JSON.parse(stdout)
  return connections.map(({ clientId }: { clientId: string }) => clientId)
}

describe('evergrant reauthorize', () => {
  test('names what needs it, and connects one after the other', async () => {
    await store(['a', 'b', 'c'], ['a', 'c'])
    const { code, stdout, stderr } = await evergrant(['reauthorize'])
    expect(stderr).toMatch(/^2 connections need it:\n {2}a {2}zoho_crm\n {2}c {2}zoho_crm\n/)
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^Connected zoho_crm of a\.$.*^Connected zoho_crm of c\.$.*^2 connected, 0 not$/ms,
      ),
    ])
    expect(await stillDead()).toEqual([])
    expect(await evergrant(['reauthorize'])).toMatchObject({ code: 0, stdout: 'No connection needs it.\n' })
  })

  test('keeps to a client, or to one connection, whatever its state', async () => {
    await store(['a', 'b'], ['a', 'b'])
    expect(await evergrant(['reauthorize', 'b'])).toMatchObject({ code: 0 })
    expect(await stillDead()).toEqual(['a'])
    expect(await evergrant(['reauthorize', 'b', 'zoho_crm'])).toMatchObject({ code: 0 })
    expect(await stillDead()).toEqual(['a'])
  })

  test('one that fails stops no other, and the exit code says that one is left', async () => {
    await store(['a', 'b'], ['a', 'b'])
    await zoho.fault({ kind: 'error', error: 'invalid_code' }, { endpoint: 'token' })
    const { code, stdout } = await evergrant(['reauthorize', '--json'])
    expect([code, JSON.parse(stdout)]).toEqual([
      3,
      {
        connections: [
          { outcome: 'failed', clientId: 'a', provider: 'zoho_crm', error: expect.any(Object) },
          expect.objectContaining({ outcome: 'connected', clientId: 'b', scopes: ['ZohoCRM.modules.ALL'] }),
        ],
      },
    ])
    expect(await stillDead()).toEqual(['a'])
  })

  test('what is not there is told, and how to connect it', async () => {
    await store(['a'], [])
    const { code, stderr } = await evergrant(['reauthorize', 'nobody', 'zoho_crm'])
    expect([code, unwrapped(stderr)]).toEqual([
      2,
      expect.stringContaining('`evergrant connect nobody zoho_crm`'),
    ])
    const codes = await evergrant(['reauthorize', 'a', '--code'])
    expect([codes.code, unwrapped(codes.stderr)]).toEqual([2, expect.stringContaining('for one connection')])
  })
})
