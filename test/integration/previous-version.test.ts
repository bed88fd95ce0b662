import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { OAuthTokenService } from 'evergrant'
import { genericProvider } from 'evergrant/providers'
import { forkLocalZoho, localZohoApp, seededRandomness } from 'evergrant/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { postgresMigrations } from '../../src/store/postgres/migrations/all.ts'
import { ForkedProcess } from '../conformance/forked-process.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { projectDirectory } from '../support/project.ts'
import { KEYS } from '../support/services.ts'

/*
 * The version before this one, as it was built: `.ci/pack-previous` packed it. No release has been made, so it is the
 * last commit before the newest migration. Its own packages are those of today.
 */
const packed = join(projectDirectory, 'test/support/previous-version.js.gz')
// Inside the project, so that it finds them.
const folder = join(projectDirectory, `node_modules/.cache/evergrant-previous-${process.pid}`)
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'index.js'), gunzipSync(readFileSync(packed)))
afterAll(() => rmSync(folder, { recursive: true }))

/** Where a process finds a version; null: it is this one. */
const modules = { previous: pathToFileURL(join(folder, 'index.js')).href, current: null }
type Version = keyof typeof modules
type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly given: number; readonly failures: readonly string[] }

const clients = Array.from({ length: 10 }, (_, index) => `client-${index}`)
const zoho = await forkLocalZoho({
  throttle: null,
  accessTokenLifetimeMs: 3_000,
  retryWindowMs: 600_000,
  refreshTokensPerUser: 1_000,
})
afterAll(() => zoho.close())

describe.each(['static', 'window'] as const)('a deploy, with refresh tokens that are %s', async rotation => {
  const database = await freshDatabase()
  const profile = {
    name: 'acme',
    tokenEndpoint: `${zoho.url}/oauth/v2/token`,
    lifetimeMs: 3_000,
    rotation,
  } as const
  const options = {
    database: database.url,
    encryptionKeys: KEYS,
    policy: {
      requestTimeoutMs: 3_000,
      leaseMs: 5_000,
      expiredWaitMs: 120_000,
      outageGraceMs: 500,
      storeTimeoutMs: PATIENT_MS,
    },
  }
  const migrations = async () =>
    (await database.query('select name from evergrant_migrations order by id')).map(({ name }) => name)
  const current = postgresMigrations.map(({ name }) => name)

  test('F42: processes of the version before and of this one, killed again and again, share their rows: no loss, no overlap', async () => {
    await zoho.configure({ rotation })
    await zoho.clearLedger()
    await zoho.fault({ kind: 'delay', ms: 50 }, { times: 'until_cleared' })
    const previous: { readonly OAuthTokenService: typeof OAuthTokenService } = await import(modules.previous)
    const before = await previous.OAuthTokenService.open({
      ...options,
      providers: { acme: { profile: genericProvider(profile) } },
    })
    for (const client of clients) await before.storeTokens(client, 'acme', await zoho.issueGrant())
    await before.close()
    const found = await migrations()
    expect(found).toEqual(current.slice(0, found.length))

    const { fraction } = seededRandomness(42)
    const start = async (version: Version): Promise<ForkedProcess<Message>> => {
      const order = { ...options, module: modules[version], profile, app: localZohoApp, clients }
      const worker = new ForkedProcess<Message>('../support/version-worker.js', order)
      await worker.hear('ready')
      return worker
    }
    const workers = [await start('previous'), await start('previous'), await start('current')]
    expect(await migrations()).toEqual(current)
    for (let kill = 0; kill < 10; kill += 1) {
      await pause(200 + fraction() * 800)
      const index = Math.floor(fraction() * workers.length)
      await workers[index]?.kill()
      workers[index] = await start(kill % 2 === 0 ? 'current' : 'previous')
    }
    for (const worker of workers) worker.say('stop')
    const results = await Promise.all(workers.map(worker => worker.hear('done')))
    expect(results.map(({ failures }) => failures)).toEqual([[], [], []])
    for (const { given } of results) expect(given).toBeGreaterThan(0)

    await zoho.clearFaults()
    for (const version of [previous.OAuthTokenService, OAuthTokenService]) {
      const tokens = await version.open({
        ...options,
        providers: { acme: { ...localZohoApp, profile: genericProvider(profile) } },
      })
      for (const client of clients)
        expect((await tokens.refreshToken(client, 'acme')).accessToken).toMatch(/^1000\./)
      await tokens.close()
    }
    const statuses = await database.query('select distinct status, attempt_id from oauth_tokens')
    expect(statuses).toEqual([{ status: 'active', attempt_id: null }])
    expect(await zoho.summary()).toMatchObject({ refused: 0, overlaps: 0 })
  })
})
