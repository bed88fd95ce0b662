import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import type { TokenStore } from '../../src/ports/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { PATIENT_MS } from './patience.ts'
import type { SharedStoreHarness } from './store-contract/harness.ts'

const INSTANTS = {
  oauth_tokens: [
    'token_expiry',
    'created_at',
    'updated_at',
    'refresh_at',
    'lease_until',
    'next_attempt_at',
    'last_refreshed_at',
    'refresh_token_expiry',
    'budget_until',
    'rejected_at',
  ],
  oauth_token_revocations: ['requested_at', 'revoked_at', 'next_attempt_at'],
  oauth_token_events: ['occurred_at'],
  oauth_flows: ['created_at', 'expires_at', 'consumed_at'],
}

/** Statements that move all stored instants into the past: for what is stored, time goes by. */
function shifts(by: (column: string) => string): string[] {
  return Object.entries(INSTANTS).map(
    ([table, columns]) =>
      `update ${table} set ${columns.map(column => `${column} = ${by(column)}`).join(', ')}`,
  )
}

type RunSql = (text: string, values?: unknown[]) => Promise<unknown>

/** The hands around stores on PostgreSQL. */
export function postgresHarness(
  query: RunSql,
  store: TokenStore,
  second: TokenStore | null,
  close: () => Promise<void> = async () => {},
): SharedStoreHarness {
  return {
    store,
    second,
    advance: async ms => {
      for (const text of shifts(column => `${column} - interval '${ms / 1000} s'`)) await query(text)
    },
    removeRow: async ({ clientId, provider }) => {
      await query('delete from oauth_tokens where client_id = $1 and provider = $2', [clientId, provider])
    },
    close: async () => {
      await store[Symbol.asyncDispose]()
      await second?.[Symbol.asyncDispose]()
      await close()
    },
  }
}

/** Two stores on one new SQLite file. */
export async function sqliteHarness(): Promise<SharedStoreHarness & { readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-sqlite-'))
  const path = join(folder, 'tokens.db')
  const [store, second] = [
    await openSqliteStore({ timeoutMs: PATIENT_MS, url: `file:${path}` }),
    await openSqliteStore({ timeoutMs: PATIENT_MS, url: path }),
  ]
  const hand = new Libsql(path)
  hand.exec('pragma busy_timeout = 5000')
  return {
    path,
    store,
    second,
    advance: async ms => {
      for (const text of shifts(column => `${column} - ${ms}`)) hand.exec(text)
    },
    removeRow: async ({ clientId, provider }) => {
      hand.prepare('delete from oauth_tokens where client_id = ? and provider = ?').run([clientId, provider])
    },
    close: async () => {
      await store[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
      hand.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
