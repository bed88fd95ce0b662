import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { KEYS } from '../support/services.ts'
import { apps, credentialsOf, profileAt } from './apps.ts'
import { type App, AuthorizationServer, digestOf } from './authorization-server.ts'
import { BackEnds } from './back-ends.ts'
import { ForkedProcess } from './forked-process.ts'
import { type Granted, isActive, login } from './login.ts'
import { historyOf } from './rotation-history.ts'

const PROCESSES = 4
const ROTATIONS = 50
const database = await freshDatabase()
const server = await AuthorizationServer.start('oidc-provider', Object.values(apps))
const running: { kill(): Promise<void> }[] = []
beforeEach(() => server.clear())
afterEach(async () => {
  await Promise.all(running.splice(0).map(one => one.kill()))
})
afterAll(() => server.kill())

// A table as a back end has it that refreshes by itself, with plain tokens in it. Both begin with the same.
await database.query(`create table oauth_tokens (
  id uuid primary key default gen_random_uuid(), client_id text not null, provider text not null,
  access_token text, refresh_token text, token_expiry timestamptz, scopes text, metadata jsonb,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  unique (client_id, provider))`)

async function connectExpired(clientId: string, app: App): Promise<Granted> {
  const granted = await login(server.url, app, 'openid email profile offline_access')
  await database.query(
    `insert into oauth_tokens (client_id, provider, access_token, refresh_token, token_expiry, scopes)
     values ($1, 'acme', $2, $3, now() - interval '1 second', $4)`,
    [clientId, granted.accessToken, granted.refreshToken, granted.scopes.join(',')],
  )
  return granted
}

interface NaiveDone {
  readonly kind: 'done'
  readonly outcome: string
}

/** Each process finds the token expired; then each refreshes it. What they got. */
async function naiveLoops(clientId: string, app: App): Promise<readonly string[]> {
  const options = {
    database: database.url,
    tokenEndpoint: `${server.url}/token`,
    app: credentialsOf(app),
    clientId,
    provider: 'acme',
  }
  const loops = Array.from(
    { length: PROCESSES },
    () => new ForkedProcess<{ kind: 'at_expiry' } | NaiveDone>('./naive-worker.js', options),
  )
  running.push(...loops)
  await Promise.all(loops.map(loop => loop.hear('at_expiry')))
  for (const loop of loops) loop.say('go on')
  const done = await Promise.all(loops.map(loop => loop.hear('done')))
  return done.map(({ outcome }) => outcome)
}

test('4 processes that read the row, refresh and update it: the first expiry ends the grant', async () => {
  const granted = await connectExpired('naive', apps.post)
  const outcomes = await naiveLoops('naive', apps.post)

  const history = historyOf(await server.requests(), digestOf(granted.refreshToken))
  expect(history.usedTwice).toBe(PROCESSES - 1)
  expect(outcomes.filter(outcome => outcome === 'invalid_grant').length).toBeGreaterThan(0)
  expect(await server.revocations()).toBeGreaterThan(0)
  // What the winner wrote is worth nothing: the customer has to connect the account again.
  const [row] = await database.query(`select * from oauth_tokens where client_id = 'naive'`)
  expect(row?.refresh_token).not.toBe(granted.refreshToken)
  expect(await isActive(server.url, apps.post, `${row?.refresh_token}`)).toBe(false)
  expect(await isActive(server.url, apps.post, `${row?.access_token}`)).toBe(false)
})

// Tokens live for a minute and are due 40 ms after their issue: fifty rotations take seconds, and on a slow machine
// no token expires on its way from a caller to the provider.
const due = { windowMs: 59_960, windowShare: 1, softFactor: 1 }
const soft = { windowMs: 29_980, windowShare: 1, softFactor: 2, softJitterShare: 0 }
const expired = { ...due, servableFloorMs: 59_960, servableFloorShare: 1 }

describe(`4 processes with Evergrant and the same row, over ${ROTATIONS} rotations and more`, () => {
  test.each([
    { app: apps.basic, policy: soft, title: 'client_secret_basic, refreshed behind the callers' },
    { app: apps.post, policy: due, title: 'client_secret_post, while callers wait with a good token' },
    { app: apps.public, policy: expired, title: 'a public client, while callers wait without a token' },
  ])(
    'use each refresh token once, and every caller has a token that is accepted ($title)',
    async ({ app, policy }) => {
      const granted = await connectExpired('evergrant', app)
      const ends = await BackEnds.start(PROCESSES, {
        database: database.url,
        encryptionKeys: KEYS,
        profile: profileAt(server.url, app),
        app: credentialsOf(app),
        clientId: 'evergrant',
        policy: { storeTimeoutMs: PATIENT_MS, ...policy },
        callers: 5,
        accepts: `${server.url}/me`,
      })
      running.push(ends)
      ends.begin()
      // One is the login.
      await ends.workUntil(server.overRequests(1 + ROTATIONS))
      const results = await ends.stop()
      await database.query(`delete from oauth_tokens where client_id = 'evergrant'`)

      const rotations = (await server.requests()).length - 1
      const history = historyOf(await server.requests(), digestOf(granted.refreshToken))
      expect(history).toEqual({ rotations, refused: 0, usedTwice: 0, overlaps: 0, outOfLine: 0 })
      expect(await server.revocations()).toBe(0)
      expect(results.flatMap(({ failures }) => failures)).toEqual([])
      expect(results.map(({ rejected }) => rejected)).toEqual([0, 0, 0, 0])
      for (const { accepted } of results) expect(accepted).toBeGreaterThan(0)
      // Each refresh that the provider saw was reported by one process, and by no more.
      const reported = results.map(({ events }) => events.refreshed ?? 0)
      expect(reported.reduce((sum, count) => sum + count)).toBe(rotations)
      expect(reported.filter(count => count > 0).length).toBeGreaterThan(1)
      expect(await server.errors()).toEqual([])
    },
  )
})
