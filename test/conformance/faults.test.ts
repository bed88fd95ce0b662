import { OAuthTokenService, type PolicyOptions } from 'evergrant'
import { genericProvider } from 'evergrant/providers'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { CLIENT, KEYS } from '../support/services.ts'
import { apps, credentialsOf, profileAt } from './apps.ts'
import { AuthorizationServer, digestOf, type Settings } from './authorization-server.ts'
import { BackEnds } from './back-ends.ts'
import { login } from './login.ts'
import { historyOf } from './rotation-history.ts'

const app = apps.basic
const database = await freshDatabase()
let server = await AuthorizationServer.start('oidc-provider', [app])
const opened: OAuthTokenService[] = []
const running: BackEnds[] = []
beforeEach(() => server.clear())
afterEach(async () => {
  await Promise.all(opened.splice(0).map(tokens => tokens.close()))
  await Promise.all(running.splice(0).map(ends => ends.kill()))
  await database.query('delete from oauth_tokens')
})
afterAll(() => server.kill())

/** A service without a cache: what it says is what the row says. */
async function connect(requestTimeoutMs?: number) {
  const tokens = await OAuthTokenService.open({
    database: database.url,
    encryptionKeys: KEYS,
    cache: false,
    policy: { storeTimeoutMs: PATIENT_MS, requestTimeoutMs, confirmRefusalMs: 0 },
    providers: { acme: { ...credentialsOf(app), profile: genericProvider(profileAt(server.url, app)) } },
  })
  opened.push(tokens)
  const granted = await login(server.url, app, 'openid offline_access')
  await tokens.storeTokens(CLIENT, 'acme', granted)
  return { granted, tokens }
}

async function startBackEnds(count: number, policy: PolicyOptions = {}): Promise<BackEnds> {
  const ends = await BackEnds.start(count, {
    database: database.url,
    encryptionKeys: KEYS,
    profile: profileAt(server.url, app),
    app: credentialsOf(app),
    clientId: CLIENT,
    policy: { storeTimeoutMs: PATIENT_MS, ...policy },
    callers: 5,
    accepts: `${server.url}/me`,
  })
  running.push(ends)
  return ends
}

/** Minutes go by: for the row. */
async function minutesPass(): Promise<void> {
  const instants = ['token_expiry', 'refresh_at', 'lease_until', 'next_attempt_at']
  const earlier = instants.map(name => `${name} = ${name} - interval '5 minutes'`)
  await database.query(`update oauth_tokens set ${earlier.join(', ')}`)
}

describe('kill -9 while the request of a strictly rotating provider is under way', () => {
  async function killDuring(fault: Settings['fault']) {
    const { granted } = await connect()
    await minutesPass()
    await server.configure({ fault })
    const first = await startBackEnds(1)
    first.begin()
    await first.workUntil(server.heldRequest())
    await first.kill()
    await server.release()
    await server.overRequests(2)
    // The lease is over.
    await minutesPass()
    const others = await startBackEnds(3)
    others.begin()
    return { granted, others }
  }

  test('and has not been worked on: the others take over, and nothing is lost', async () => {
    const { granted, others } = await killDuring('lost_request')
    await others.workUntil(server.overRequests(3))
    const results = await others.stop()
    expect(results.flatMap(({ failures }) => failures)).toEqual([])
    const worked = (await server.requests()).filter(({ spent, issued }) => spent !== null || issued !== null)
    expect(historyOf(worked, digestOf(granted.refreshToken))).toEqual({
      rotations: 1,
      refused: 0,
      usedTwice: 0,
      overlaps: 0,
      outOfLine: 0,
    })
    expect(await server.revocations()).toBe(0)
  })

  test('and has been worked on: no client can win, and it is reported, once, with its reason', async () => {
    const { granted, others } = await killDuring('slow_answer')
    const results = await others.stop()
    const failures = results.flatMap(one => one.failures)
    expect(new Set(failures)).toEqual(new Set(['lost_rotation']))
    expect(failures).toHaveLength(15)
    expect(results.reduce((sum, { events }) => sum + (events.reauthorization_required ?? 0), 0)).toBe(1)
    const history = historyOf(await server.requests(), digestOf(granted.refreshToken))
    expect(history).toMatchObject({ rotations: 1, refused: 1, usedTwice: 1, overlaps: 0 })
    const [row] = await database.query('select status, status_reason from oauth_tokens')
    expect(row).toEqual({ status: 'reauthorization_required', status_reason: 'lost_rotation' })
  })
})

test('kill -9 of one of 4 processes, in the middle of fifty rotations: the other 3 go on, and nothing is lost', async () => {
  const { granted } = await connect()
  const ends = await startBackEnds(4, { windowMs: 59_960, windowShare: 1, softFactor: 1 })
  ends.begin()
  await ends.workUntil(server.overRequests(1 + 25))
  await server.configure({ fault: 'lost_request' })
  const by = await ends.workUntil(server.heldRequest())
  await ends.killOne(by ?? -1)
  await server.release()
  const { length } = await server.requests()
  // The lease is over, and so is the token: a strictly rotating provider is not asked again before.
  await minutesPass()
  await ends.workUntil(server.overRequests(length + 25))
  const results = await ends.stop()

  expect(results.map(({ failures, rejected }) => [failures, rejected])).toEqual(Array(3).fill([[], 0]))
  const requests = await server.requests()
  const worked = requests.filter(({ grantType }) => grantType !== null)
  expect(requests.length - worked.length).toBe(1)
  const history = historyOf(worked, digestOf(granted.refreshToken))
  const rotations = worked.length - 1
  expect(rotations).toBeGreaterThanOrEqual(49)
  expect(history).toEqual({ rotations, refused: 0, usedTwice: 0, overlaps: 0, outOfLine: 0 })
  expect(await server.revocations()).toBe(0)
})

test('F4, nasty input 17: a process that is frozen past its lease: nobody asks again while the old token lives, and it commits', async () => {
  const { granted, tokens } = await connect()
  const due = { windowMs: 59_960, windowShare: 1, softFactor: 1 }
  await server.configure({ fault: 'slow_answer' })
  const frozen = await startBackEnds(1, due)
  frozen.begin()
  await frozen.workUntil(server.heldRequest())
  frozen.signal('SIGSTOP')
  await server.release()
  await server.overRequests(2)
  await database.query(`update oauth_tokens set lease_until = now() - interval '1 second'`)

  const others = await startBackEnds(3, due)
  others.begin()
  const results = await others.stop()
  expect(results.flatMap(({ failures }) => failures)).toEqual([])
  expect(results.map(({ rejected, given }) => [rejected, given])).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ])
  expect(await server.requests()).toHaveLength(2)

  frozen.signal('SIGCONT')
  const [thawed] = await frozen.stop()
  expect(thawed).toMatchObject({ failures: [], rejected: 0, events: { refreshed: expect.any(Number) } })
  await tokens.refreshToken(CLIENT, 'acme')
  const requests = await server.requests()
  expect(historyOf(requests, digestOf(granted.refreshToken))).toEqual({
    rotations: requests.length - 1,
    refused: 0,
    usedTwice: 0,
    overlaps: 0,
    outOfLine: 0,
  })
  expect(await server.revocations()).toBe(0)
})

describe('an answer that comes after the deadline', () => {
  test('of a provider that has worked on it: not asked again while the token lives, then reported as lost', async () => {
    const { granted, tokens } = await connect(1_000)
    await server.configure({ fault: 'slow_work' })
    await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    await server.release()
    await server.overRequests(2)

    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe(granted.accessToken)
    await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    expect(await server.requests()).toHaveLength(2)
    expect(await server.revocations()).toBe(0)

    await minutesPass()
    const asked = tokens.getAccessToken(CLIENT, 'acme')
    await expect(asked).rejects.toMatchObject({ reason: 'lost_rotation', retryable: false })
    expect(await server.requests()).toHaveLength(3)
  })

  test('of a provider that never worked on it: the connection recovers', async () => {
    const { granted, tokens } = await connect(1_000)
    await server.configure({ fault: 'lost_request' })
    await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    await server.release()
    await server.overRequests(2)
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe(granted.accessToken)

    await minutesPass()
    expect(await tokens.getAccessToken(CLIENT, 'acme')).not.toBe(granted.accessToken)
    expect(await tokens.getTokenRecord(CLIENT, 'acme')).toMatchObject({ status: 'active' })
    expect(await server.revocations()).toBe(0)
  })
})

test('a provider that has lost its memory: the refusal is confirmed once, reported, and a new login heals it', async () => {
  const { tokens } = await connect()
  const port = Number(new URL(server.url).port)
  await server.kill()
  const refresh = () => tokens.refreshToken(CLIENT, 'acme')
  await expect(refresh()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  server = await AuthorizationServer.start('oidc-provider', [app], port)
  await minutesPass()
  await expect(refresh()).rejects.toMatchObject({ reason: 'suspect' })
  await expect(refresh()).rejects.toMatchObject({ reason: 'refused' })
  await expect(refresh()).rejects.toMatchObject({ reason: 'refused' })
  expect(await server.requests()).toHaveLength(2)

  await tokens.storeTokens(CLIENT, 'acme', await login(server.url, app, 'openid offline_access'))
  expect(await refresh()).toMatchObject({ tokenType: 'Bearer' })
})
