import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL of the PostgreSQL that all tests share. */
    postgresUrl: string
    /** How the product reaches it: the same, or through a pooler. */
    productUrl: string
  }
}

let server: PostgresServer | undefined

/** Starts one PostgreSQL for the whole run. Fails the run when there is none: a skipped test proves nothing. */
export async function setup(project: TestProject): Promise<void> {
  server = await startPostgres()
  project.provide('postgresUrl', server.directUrl())
  project.provide('productUrl', server.url())
}

export async function teardown(): Promise<void> {
  await server?.stop()
}
