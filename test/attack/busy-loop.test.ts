import { OAuthTokenService } from 'evergrant'
import { genericProvider } from 'evergrant/providers'
import { forkLocalZoho, localZohoApp } from 'evergrant/testing'
import { afterAll, expect, test } from 'vitest'
import { ForkedProcess } from '../conformance/forked-process.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { KEYS } from '../support/services.ts'

type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly blocks: number; readonly failures: readonly string[] }

const database = await freshDatabase()
const zoho = await forkLocalZoho({
  throttle: null,
  rotation: 'strict',
  accessTokenLifetimeMs: 4_000,
  refreshTokensPerUser: 1_000,
})
afterAll(() => zoho.close())

const profile = {
  name: 'acme',
  tokenEndpoint: `${zoho.url}/oauth/v2/token`,
  rotation: 'strict',
  lifetimeMs: 4_000,
} as const
const options = {
  database: database.url,
  encryptionKeys: KEYS,
  // A lease outlives its request by 5 s, as it does by default; a loop that stands still outlives the request.
  policy: { requestTimeoutMs: 1_000, leaseMs: 6_000, expiredWaitMs: 60_000, storeTimeoutMs: PATIENT_MS },
}

test('F40: event loops that stand still for 3 s, at any moment of a refresh: no request overlaps, no grant is lost', async () => {
  const clients = Array.from({ length: 6 }, (_, index) => `client-${index}`)
  const tokens = await OAuthTokenService.open({
    ...options,
    providers: { acme: { profile: genericProvider(profile) } },
  })
  for (const client of clients) await tokens.storeTokens(client, 'acme', await zoho.issueGrant())
  await tokens.close()
  await zoho.fault({ kind: 'delay', ms: 100 }, { times: 'until_cleared' })

  const order = { ...options, profile, app: localZohoApp, clients, blockMs: 3_000 }
  const workers = Array.from(
    { length: 3 },
    () => new ForkedProcess<Message>('../support/busy-worker.js', order),
  )
  await Promise.all(workers.map(one => one.hear('ready')))
  for (const one of workers) one.say('begin')
  await expect.poll(async () => (await zoho.summary()).requests, { timeout: 120_000 }).toBeGreaterThan(30)
  for (const one of workers) one.say('stop')
  const results = await Promise.all(workers.map(one => one.hear('done')))

  for (const { blocks, failures } of results) {
    expect(blocks).toBeGreaterThan(1)
    // A request whose time was over before it left: typed, and made again.
    expect(failures.filter(code => code !== 'PROVIDER_UNAVAILABLE')).toEqual([])
  }
  const { requests, issued, refused, overlaps } = await zoho.summary()
  expect({ issued, refused, overlaps }).toEqual({ issued: requests, refused: 0, overlaps: 0 })
})
