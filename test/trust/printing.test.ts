import { serialize } from 'node:v8'
import { expect, test } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { MINUTE } from '../support/lifecycle.ts'
import { CLIENT, CREDENTIALS, DATABASES, serviceWorld } from '../support/services.ts'
import { World } from '../support/world.ts'
import { makeCanary, printed } from './canary.ts'

const world = await serviceWorld()
const canary = makeCanary()

/** Every way in which a program copies or writes down a thing. */
function expectNoSecretIn(thing: unknown): void {
  canary.expectAbsentFrom(
    thing,
    structuredClone(thing),
    JSON.parse(JSON.stringify(thing)),
    { ...(thing as object) },
    `${thing}`,
    String(Object.values(thing as object).map(value => `${value}`)),
  )
  expect(canary.findIn(serialize(thing))).toEqual([])
}

test.each(DATABASES)('T27: records and lists print no secret, in whichever way (%s)', async kind => {
  const clientSecret = canary.secret('app')
  const tokens = await world.open(world.url(kind), {
    providers: { zoho_crm: { clientId: CREDENTIALS.clientId, clientSecret, accountsServer: world.zoho.url } },
  })
  const stored = { accessToken: canary.secret('access'), refreshToken: canary.secret('refresh') }
  await tokens.storeTokens(CLIENT, 'zoho_crm', stored)
  await tokens.getAccessToken(CLIENT, 'zoho_crm')
  const record = await tokens.getTokenRecord(CLIENT, 'zoho_crm')
  expectNoSecretIn(record)
  expectNoSecretIn(await tokens.listTokens())
  canary.expectAbsentFrom(tokens)
  expect(printed(record)).toContain('[secret]')
  expect(record?.accessToken?.reveal()).toBe(stored.accessToken)
  expect(record?.refreshToken?.reveal()).toBe(stored.refreshToken)
})

test('T27: a secret that is copied, compared or joined stays one', () => {
  const secret = Secret.of(canary.secret('token'))
  expectNoSecretIn({ secret, list: [secret], map: new Map([['a', { secret }]]).get('a') })
  for (const text of [`${secret}`, `${secret}`.concat('x'), [secret].join(), JSON.stringify([secret])]) {
    expect(text).toContain('[secret]')
    expect(canary.findIn(text)).toEqual([])
  }
  expect(Object.keys(secret)).toEqual([])
  expect(Reflect.ownKeys(secret)).toEqual([])
})

test('T27: the tokens in memory and everything around them print no secret', async () => {
  const fake = await World.make()
  const process = fake.process()
  const { cache } = process.assembly
  await process.store(canary.secret('access'), canary.secret('refresh'), 60 * MINUTE)
  expect((await process.get()).accessToken).toContain(canary.mark)
  const held = cache?.last({ clientId: 'smart-tax-nation', provider: 'zoho_crm' })
  expect(held?.accessToken.reveal()).toContain(canary.mark)
  expectNoSecretIn(held)
  // What a program can take of the cache as a whole, by each way of copying it.
  expect(canary.findIn(serialize(structuredClone(cache)))).toEqual([])
  expect(canary.findIn(serialize({ ...cache }))).toEqual([])
  expect(canary.findIn(serialize(held?.observed.row))).toEqual([])
  canary.expectAbsentFrom(cache, process.assembly, process.assembly.ports)
})

test('T27: the search would see a token that is no secret', () => {
  expect(() => expectNoSecretIn({ accessToken: { value: canary.secret('access') } })).toThrow()
})
