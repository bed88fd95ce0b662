import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'

/** A database of one test file. */
export interface FreshDatabase {
  /** What the product is given: through the pooler where the tests run behind one. */
  readonly url: string
  /** Past a pooler: for what a test does to a session or to the server itself. */
  readonly directUrl: string
  /** Runs SQL as the owner, past the code under test and past a pooler. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  /** A URL on which sessions begin with these settings. By a role, because poolers take no `options`. */
  urlWith(settings: Readonly<Record<string, string>>): Promise<string>
}

/**
 * Makes an empty database on the PostgreSQL of this run and drops it when the test file (or the `describe`
 * that it is called in) is done. Call it outside of tests and hooks: `const database = await freshDatabase()`.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const server = inject('postgresUrl')
  const directUrl = inDatabase(server, name)
  const pool = new pg.Pool({ connectionString: directUrl, max: 4, allowExitOnIdle: true })
  pool.on('error', () => {})
  const roles: string[] = []
  afterAll(async () => {
    await pool.end()
    await runOnce(server, `drop database if exists ${name} with (force)`)
    for (const role of roles) await runOnce(server, `drop role ${role}`)
  })
  await runOnce(server, `create database ${name}`)
  const url = inDatabase(inject('productUrl'), name)
  return {
    url,
    directUrl,
    query: async (text, values) => (await pool.query(text, values)).rows,
    urlWith: async settings => {
      const role = `role_${randomUUID().replaceAll('-', '')}`
      roles.push(role)
      await pool.query(`create role ${role} superuser login password '${role}'`)
      for (const [setting, value] of Object.entries(settings)) {
        await pool.query(`alter role ${role} set ${setting} = ${value}`)
      }
      return Object.assign(new URL(url), { username: role, password: role }).href
    },
  }
}

function inDatabase(server: string, name: string): string {
  return Object.assign(new URL(server), { pathname: `/${name}` }).href
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
