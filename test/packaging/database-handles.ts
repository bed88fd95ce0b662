/*
 * Compiled, never run: what `database` and `tx` take, and what they refuse. `npm run types` compiles it against the
 * source, `npm run test:packaging` against the package.
 */
import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzleLibsql } from 'drizzle-orm/libsql'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres'
import { pgTable, text } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import { type DatabaseHandle, OAuthTokenService, type OpenOptions } from 'evergrant'
import { migrate } from 'evergrant/admin'
import { runMigrations } from 'evergrant/schema'
import pg from 'pg'
import postgres from 'postgres'

const pool = new pg.Pool()
const client = new pg.Client()
const sql = postgres()
const pglite = new PGlite()
const customers = pgTable('customers', { name: text().primaryKey() })
const schema = { customers }

const onPool = drizzlePg(pool)
const onUrl = drizzlePg('postgres://localhost/app', { schema })
const onPostgresJs = drizzlePostgresJs(sql, { schema })
const onPglite = drizzlePglite(pglite, { schema })

export const accepted: readonly OpenOptions[] = [
  {},
  { database: undefined },
  { database: process.env.DATABASE_URL },
  { database: 'memory:' },
  { database: pool },
  { database: onPool },
  { database: onUrl },
  { database: onPostgresJs },
  { database: onPglite },
]

export async function acceptedElsewhere(handle: DatabaseHandle): Promise<void> {
  await runMigrations(pool)
  await runMigrations(onPostgresJs, { schema: 'auth' })
  await runMigrations('postgres://localhost/app', { schema: undefined })
  await runMigrations(handle)
  await migrate({ database: onPglite })
  await migrate({ database: process.env.DATABASE_URL })
}

export async function acceptedTransactions(tokens: OAuthTokenService): Promise<void> {
  const input = { accessToken: 'a' }
  await onPool.transaction(async tx => {
    await tokens.storeTokens('client', 'zoho_crm', input, { tx })
    await tx.transaction(nested => tokens.deleteToken('client', 'zoho_crm', { tx: nested }))
  })
  await onUrl.transaction(tx => tokens.deleteToken('client', 'zoho_crm', { tx, revoke: false }))
  await onPostgresJs.transaction(tx => tokens.storeTokens('client', 'zoho_crm', input, { tx }))
  await onPglite.transaction(tx => tokens.storeTokens('client', 'zoho_crm', input, { tx }))
  await tokens.storeTokens('client', 'zoho_crm', input, { tx: undefined })

  // @ts-expect-error A database is no transaction: what is written would not be rolled back with it.
  await tokens.storeTokens('client', 'zoho_crm', input, { tx: onPool })
  // @ts-expect-error A connection is none either: Drizzle does not know what runs on it.
  await tokens.storeTokens('client', 'zoho_crm', input, { tx: client })
  // @ts-expect-error
  await tokens.storeTokens('client', 'zoho_crm', input, { tx: {} })
  // @ts-expect-error
  await tokens.deleteToken('client', 'zoho_crm', { tx: true })
}

export async function refused(): Promise<void> {
  // @ts-expect-error A number.
  await OAuthTokenService.open({ database: 5432 })
  // @ts-expect-error A plain object.
  await OAuthTokenService.open({ database: { host: 'localhost' } })
  // @ts-expect-error An empty object.
  await OAuthTokenService.open({ database: {} })
  // @ts-expect-error A single connection.
  await OAuthTokenService.open({ database: client })
  // @ts-expect-error null.
  await OAuthTokenService.open({ database: null })
  // @ts-expect-error postgres.js itself: Drizzle goes around it.
  await OAuthTokenService.open({ database: sql })
  // @ts-expect-error PGlite itself: Drizzle goes around it.
  await OAuthTokenService.open({ database: pglite })
  // @ts-expect-error Drizzle on SQLite.
  await OAuthTokenService.open({ database: drizzleLibsql(':memory:') })
  // @ts-expect-error Drizzle on MySQL.
  await OAuthTokenService.open({ database: drizzleMysql('mysql://localhost') })
  // @ts-expect-error A transaction ends, a service goes on.
  await onPool.transaction(tx => OAuthTokenService.open({ database: tx }))
  // @ts-expect-error
  await OAuthTokenService.open({ encryptionKey: 'k1:…' })
  // @ts-expect-error
  await runMigrations(client)
  // @ts-expect-error
  await runMigrations({})
  // @ts-expect-error
  await migrate({ database: client })
}
