import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'

/** A database of one test file. */
export interface FreshDatabase {
  readonly url: string
  /** Runs SQL as the owner, past the code under test. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>
}

/**
 * Makes an empty database on the PostgreSQL of this run and drops it when the test file (or the `describe`
 * that it is called in) is done. Call it outside of tests and hooks: `const database = await freshDatabase()`.
 */
export function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const server = inject('postgresUrl')
  const url = new URL(server)
  url.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: url.href, max: 4, allowExitOnIdle: true })
  pool.on('error', () => {})
  afterAll(async () => {
    await pool.end()
    await runOnce(server, `drop database if exists ${name} with (force)`)
  })
  return runOnce(server, `create database ${name}`).then(() => ({
    url: url.href,
    query: async (text, values) => (await pool.query(text, values)).rows,
  }))
}

async function runOnce(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
