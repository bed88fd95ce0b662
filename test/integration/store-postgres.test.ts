import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import pg from 'pg'
import postgres from 'postgres'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { postgresHarness } from '../support/sql-harness.ts'
import { vanishedRowsContract } from '../support/store-contract/seeds.ts'
import { storeContract } from '../support/store-contract.ts'

const byUrl = await freshDatabase()
const byPool = await freshDatabase()
const byNodePostgres = await freshDatabase()
const byPostgresJs = await freshDatabase()

storeContract(
  'PostgreSQL by URL',
  async () => {
    const open = (): ReturnType<typeof openPostgresStore> =>
      openPostgresStore({ timeoutMs: PATIENT_MS, database: byUrl.url })
    return postgresHarness(byUrl.query, await open(), await open())
  },
  vanishedRowsContract,
)

storeContract(
  'a pg.Pool that was handed in',
  async () => {
    const pool = new pg.Pool({ connectionString: byPool.url })
    const open = (): ReturnType<typeof openPostgresStore> =>
      openPostgresStore({ timeoutMs: PATIENT_MS, database: pool })
    return postgresHarness(byPool.query, await open(), await open(), () => pool.end())
  },
  vanishedRowsContract,
)

storeContract(
  'Drizzle on node-postgres',
  async () => {
    const db = drizzleNodePostgres(byNodePostgres.url)
    const open = (): ReturnType<typeof openPostgresStore> =>
      openPostgresStore({ timeoutMs: PATIENT_MS, database: db })
    return postgresHarness(byNodePostgres.query, await open(), await open(), () => db.$client.end())
  },
  vanishedRowsContract,
)

storeContract(
  'Drizzle on postgres.js',
  async () => {
    const sql = postgres(byPostgresJs.url, { max: 10, onnotice: () => {} })
    const open = (): ReturnType<typeof openPostgresStore> =>
      openPostgresStore({ timeoutMs: PATIENT_MS, database: drizzlePostgresJs(sql) })
    return postgresHarness(byPostgresJs.query, await open(), await open(), () => sql.end())
  },
  vanishedRowsContract,
)

storeContract(
  'Drizzle on PGlite',
  async () => {
    const client = new PGlite()
    const store = await openPostgresStore({ timeoutMs: PATIENT_MS, database: drizzlePglite(client) })
    const query = (text: string, values: unknown[] = []): Promise<unknown> => client.query(text, values)
    return postgresHarness(query, store, null, () => client.close())
  },
  vanishedRowsContract,
)
