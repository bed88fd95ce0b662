import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EvergrantEvent, OAuthTokenService, type OpenOptions } from 'evergrant'
import { type LocalZoho, localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, afterEach, beforeEach } from 'vitest'
import { PATIENT_MS } from './patience.ts'
import { type FreshDatabase, freshDatabase } from './postgres.ts'

export const CLIENT = 'smart-tax-nation'
/** The app credentials that the local Zoho knows. */
export const CREDENTIALS = localZohoApp
/** Encryption keys for `open`. */
export const KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`
/** The databases that the service runs on, with the URL for the test that runs. */
export const DATABASES = ['memory', 'SQLite', 'PostgreSQL'] as const

const VARIABLES = [
  'ZOHO_REFRESH_TOKEN',
  'ZOHO_CRM_REFRESH_TOKEN',
  'EVERGRANT_ENV_CLIENT_ID',
  'ZOHO_ACCOUNTS_SERVER',
]

/** A local Zoho, a database of each kind, and services that are closed after each test. */
export interface ServiceWorld {
  readonly zoho: LocalZoho
  readonly database: FreshDatabase
  readonly directory: string
  readonly events: EvergrantEvent[]
  url(kind: (typeof DATABASES)[number]): string
  open(url: string, options?: OpenOptions): Promise<OAuthTokenService>
  /** Closes a service after the test that opened it otherwise. */
  adopt(tokens: OAuthTokenService): void
}

/** Call it outside of tests and hooks: `const world = await serviceWorld()`. */
export async function serviceWorld(): Promise<ServiceWorld> {
  const zoho = await startLocalZoho({ throttle: null, refreshTokensPerUser: 1_000 })
  const directory = mkdtempSync(join(tmpdir(), 'evergrant-service-'))
  const database = await freshDatabase()
  const open = new Set<OAuthTokenService>()
  const events: EvergrantEvent[] = []
  let files = 0

  beforeEach(async () => {
    files += 1
    events.length = 0
    await zoho.clearFaults()
    await zoho.clearLedger()
    await zoho.configure({ accessTokenLifetimeMs: 3_600_000, rotation: 'static' })
  })
  afterEach(async () => {
    await Promise.all([...open].map(tokens => tokens.close()))
    open.clear()
    for (const name of VARIABLES) delete process.env[name]
    // Each test finds an empty database.
    await database.query('drop schema public cascade; create schema public')
  })
  afterAll(async () => {
    await zoho.close()
    rmSync(directory, { recursive: true })
  })

  return {
    zoho,
    database,
    directory,
    events,
    url: kind => {
      if (kind === 'memory') return 'memory:'
      return kind === 'SQLite' ? `file:${join(directory, `service-${files}.db`)}` : database.url
    },
    open: async (url, options = {}) => {
      const accountsServer = zoho.url
      const tokens = await OAuthTokenService.open({
        database: url,
        encryptionKeys: KEYS,
        policy: { storeTimeoutMs: PATIENT_MS },
        providers: { zoho_crm: { accountsServer }, zoho_calendar: { accountsServer } },
        onEvent: event => void events.push(event),
        ...options,
      })
      open.add(tokens)
      return tokens
    },
    adopt: tokens => void open.add(tokens),
  }
}
