import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, serviceWorld } from '../../test/support/services.ts'
import { importFromEnvironment } from './import-from-environment.ts'

const world = await serviceWorld()
const { zoho, open } = world

async function withSeed(variable = 'ZOHO_CRM_REFRESH_TOKEN'): Promise<string> {
  const { refreshToken } = await zoho.issueGrant()
  process.env[variable] = refreshToken
  return refreshToken
}

test('stores the refresh token for the client, without a request; the first call refreshes', async () => {
  const refreshToken = await withSeed()
  const tokens = await open(world.url('SQLite'))
  expect(await importFromEnvironment(tokens, { clientId: CLIENT })).toEqual([
    { position: 1, clientId: CLIENT, provider: 'zoho_crm', outcome: 'imported', reason: null },
  ])
  expect((await zoho.summary()).requests).toBe(0)
  expect((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.refreshToken?.reveal()).toBe(refreshToken)
  expect(await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
})

test('stores it for each provider of the family, or for those that are named', async () => {
  await withSeed('ZOHO_REFRESH_TOKEN')
  const tokens = await open(world.url('SQLite'))
  const named = await importFromEnvironment(tokens, { clientId: CLIENT, providers: ['zoho_calendar'] })
  expect(named.map(({ provider, outcome }) => [provider, outcome])).toEqual([['zoho_calendar', 'imported']])
  const all = await importFromEnvironment(tokens, { clientId: CLIENT })
  expect(all.map(({ provider, outcome }) => [provider, outcome])).toEqual([
    ['zoho_crm', 'imported'],
    ['zoho_calendar', 'kept'],
  ])
})

test('keeps what is stored', async () => {
  await withSeed()
  const tokens = await open(world.url('SQLite'))
  await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', refreshToken: 'stored' })
  expect((await importFromEnvironment(tokens, { clientId: CLIENT }))[0]?.outcome).toBe('kept')
  expect((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.refreshToken?.reveal()).toBe('stored')
})

describe('refuses, by the rules of getAccessToken,', () => {
  test('a client that the seed does not belong to', async () => {
    await withSeed()
    process.env.EVERGRANT_ENV_CLIENT_ID = 'another'
    const tokens = await open(world.url('SQLite'))
    const [result] = await importFromEnvironment(tokens, { clientId: CLIENT })
    expect(result).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('EVERGRANT_ENV_CLIENT_ID'),
    })
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
  })

  test('a seed that was used and deleted', async () => {
    await withSeed()
    const tokens = await open(world.url('SQLite'))
    await importFromEnvironment(tokens, { clientId: CLIENT })
    await tokens.deleteToken(CLIENT, 'zoho_crm')
    const [result] = await importFromEnvironment(tokens, { clientId: CLIENT })
    expect(result).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('was deleted: it is not used again'),
    })
  })

  test('a provider that does not exist', async () => {
    await withSeed()
    const tokens = await open(world.url('SQLite'))
    const [result] = await importFromEnvironment(tokens, { clientId: CLIENT, providers: ['zoho_cmr'] })
    expect(result).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('no provider') })
  })
})

test('says which variable to set when there is none', async () => {
  const tokens = await open(world.url('SQLite'))
  await expect(importFromEnvironment(tokens, { clientId: CLIENT })).rejects.toThrow(/ZOHO_REFRESH_TOKEN/)
})

test('a dry run says the same and writes nothing', async () => {
  await withSeed()
  const tokens = await open(world.url('SQLite'))
  const planned = await importFromEnvironment(tokens, { clientId: CLIENT, dryRun: true })
  expect(planned[0]?.outcome).toBe('imported')
  expect((await tokens.listTokens()).connections).toEqual([])
  expect(await importFromEnvironment(tokens, { clientId: CLIENT })).toEqual(planned)
  const again = await importFromEnvironment(tokens, { clientId: CLIENT, dryRun: true })
  expect(again[0]?.outcome).toBe('kept')
  await tokens.deleteToken(CLIENT, 'zoho_crm')
  const refused = await importFromEnvironment(tokens, { clientId: CLIENT, dryRun: true })
  expect(refused[0]?.outcome).toBe('refused')
})
