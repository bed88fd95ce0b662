import { expect, test } from 'vitest'
import { storeTokens } from '../../src/refresh/store-tokens.ts'
import { Secret } from '../../src/secret.ts'
import { FakeProvider } from '../support/fake-provider.ts'
import { zohoLike } from '../support/lifecycle.ts'
import { World } from '../support/world.ts'

test('at each refresh the provider is told what was granted, and what the connection is for', async () => {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  const process = world.process()
  const tokens = {
    accessToken: null,
    refreshToken: Secret.of(provider.grant()),
    expiresInMs: null,
    scopes: ['a', 'b'],
    metadata: { resource: ['https://a.example/', 'urn:b'] },
  }
  const key = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }
  await storeTokens(process.assembly.ports, key, tokens, zohoLike, {})
  await world.run(process.get())
  await world.run(process.get({ refreshNow: true }))
  const told = { metadata: tokens.metadata, scopes: tokens.scopes }
  expect(provider.told).toEqual([told, told])
})
