import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type OAuthTokenService, ProviderRateLimitedError } from 'evergrant'
import { zohoThrottle } from 'evergrant/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, DATABASES, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const options = { providers: { zoho_crm: { ...CREDENTIALS, accountsServer: world.zoho.url } } }

/** An API that accepts no token at all. */
let api: Server
let asked = 0
const target = (): string => `http://127.0.0.1:${(api.address() as AddressInfo).port}/`
const allowHosts = (): string[] => [new URL(target()).host]

beforeAll(async () => {
  api = createServer((_, response) => {
    asked += 1
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"code":"INVALID_TOKEN"}')
  })
  await new Promise<void>(resolve => void api.listen(0, '127.0.0.1', resolve))
})
afterAll(() => void api.close())
beforeEach(async () => {
  asked = 0
  await world.zoho.configure({ throttle: zohoThrottle })
})

describe.each(DATABASES)('at a Zoho that throttles (%s)', kind => {
  test('fetch to an API that accepts no token refreshes once, and gives what the API says', async () => {
    const services = await threeOn(kind)
    const held = await storeGrant(services)
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, call) =>
        at(services, call).fetch(CLIENT, 'zoho_crm', target(), { allowHosts: allowHosts() }),
      ),
    )
    for (const answer of answers) {
      expect(answer.status).toBe(401)
      expect(await answer.json()).toEqual({ code: 'INVALID_TOKEN' })
    }
    expect(await refreshes()).toEqual(['issued'])
    // Each call once, and once more with the new token at most.
    expect(asked).toBeLessThanOrEqual(2 * answers.length)
    const now = await Promise.all(services.map(tokens => tokens.getAccessToken(CLIENT, 'zoho_crm')))
    expect(new Set(now).size).toBe(1)
    expect(now[0]).not.toBe(held)
  })

  test('200 calls of refreshToken make three requests, and nobody is throttled by the provider', async () => {
    const services = await threeOn(kind)
    await storeGrant(services)
    const outcomes: unknown[] = []
    for (let round = 0; round < 10; round += 1) {
      const calls = Array.from({ length: 20 }, (_, call) =>
        at(services, call).refreshToken(CLIENT, 'zoho_crm'),
      )
      for (const outcome of await Promise.allSettled(calls)) {
        outcomes.push(outcome.status === 'rejected' ? outcome.reason : 'a token')
      }
    }
    expect(await refreshes()).toEqual(['issued', 'issued', 'issued'])
    const errors = outcomes.filter(outcome => outcome !== 'a token')
    expect(errors.length).toBeGreaterThan(100)
    for (const error of errors) expect(error).toBeInstanceOf(ProviderRateLimitedError)
    await at(services, 1).getAccessToken(CLIENT, 'zoho_crm')
  })
})

test('fetch uses the token that another process has, where the one in its memory was replaced', async () => {
  const [first, second] = await threeOn('SQLite')
  const held = await storeGrant([first, second])
  expect(await second.getAccessToken(CLIENT, 'zoho_crm')).toBe(held)
  expect(await first.reportRejected(CLIENT, 'zoho_crm', held)).toBe(true)
  await world.zoho.clearLedger()
  const echo = `${world.zoho.url}/api/echo`
  await world.zoho.killAccessToken(held)
  const answer = await second.fetch(CLIENT, 'zoho_crm', echo, { allowHosts: [new URL(echo).host] })
  expect(answer.status).toBe(200)
})

async function threeOn(kind: (typeof DATABASES)[number]) {
  // A database in memory belongs to one service.
  if (kind === 'memory') {
    const tokens = await world.open(world.url(kind), options)
    return [tokens, tokens, tokens] as const
  }
  const url = world.url(kind)
  const [first, second, third] = [
    await world.open(url, options),
    await world.open(url, options),
    await world.open(url, options),
  ]
  return [first, second, third] as const
}

async function storeGrant(services: readonly OAuthTokenService[]): Promise<string> {
  const grant = await world.zoho.issueGrant()
  await at(services, 0).storeTokens(CLIENT, 'zoho_crm', grant)
  await world.zoho.clearLedger()
  return grant.accessToken
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length]
  if (item === undefined) throw new RangeError('the list is empty')
  return item
}

/** How the refreshes ended, by the provider's books. */
async function refreshes(): Promise<readonly (string | null)[]> {
  const ledger = await world.zoho.ledger()
  return ledger.filter(line => line.grantType === 'refresh_token').map(({ outcome }) => outcome)
}
