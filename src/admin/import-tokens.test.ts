import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, DATABASES, serviceWorld } from '../../test/support/services.ts'
import { importTokens } from './import-tokens.ts'
import { parseTokenRecords } from './token-records.ts'

const world = await serviceWorld()
const { zoho, open } = world
const NOW = Date.UTC(2026, 10, 23)
const clock = { wallMs: () => NOW, monotonicMs: () => 0, delay: async () => {} }

const recordsOf = (...records: readonly object[]) =>
  parseTokenRecords(
    JSON.stringify(records.map(record => ({ clientId: CLIENT, provider: 'zoho_crm', ...record }))),
  )

describe.each(DATABASES)('on %s', kind => {
  test('a refresh token alone is stored, and the first call refreshes it', async () => {
    const { refreshToken } = await zoho.issueGrant()
    const tokens = await open(world.url(kind))
    const [result] = await importTokens(tokens, recordsOf({ refreshToken, metadata: { plan: 'pro' } }))
    expect(result).toEqual({
      position: 1,
      clientId: CLIENT,
      provider: 'zoho_crm',
      outcome: 'imported',
      reason: null,
    })
    expect((await zoho.summary()).requests).toBe(0)
    const record = await tokens.getTokenRecord(CLIENT, 'zoho_crm')
    expect(record).toMatchObject({
      accessToken: null,
      generation: 1,
      expiresAt: null,
      metadata: { plan: 'pro' },
    })
    expect(record?.refreshToken?.reveal()).toBe(refreshToken)

    const token = await tokens.getToken(CLIENT, 'zoho_crm', CREDENTIALS)
    expect(token.accessToken).toMatch(/^1000\./)
    expect(token.metadata).toMatchObject({ plan: 'pro' })
    expect((await zoho.summary()).issued).toBe(1)
  })

  test('a connection that is there is kept, unless it is to be overwritten', async () => {
    const grant = await zoho.issueGrant()
    const tokens = await open(world.url(kind))
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    const records = recordsOf({ refreshToken: 'another' })

    expect((await importTokens(tokens, records))[0]?.outcome).toBe('kept')
    expect((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.refreshToken?.reveal()).toBe(grant.refreshToken)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe(grant.accessToken)

    expect((await importTokens(tokens, records, { overwrite: true }))[0]?.outcome).toBe('imported')
    const record = await tokens.getTokenRecord(CLIENT, 'zoho_crm')
    expect(record?.refreshToken?.reveal()).toBe('another')
    expect(record?.accessToken).toBeNull()
  })
})

describe('the access token of a record', () => {
  test('is served for as long as the record says', async () => {
    const tokens = await open('memory:')
    const expiresAt = new Date(NOW + 1_800_000).toISOString()
    await importTokens(tokens, recordsOf({ accessToken: 'a', refreshToken: 'r', expiresAt }), { clock })
    expect(await tokens.getTokenRecord(CLIENT, 'zoho_crm')).toMatchObject({ lifetimeMs: 1_800_000 })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('a')
  })

  test.each([
    ['has expired', { expiresAt: new Date(NOW).toISOString() }],
    ['has no time left', { expiresIn: 0 }],
    ['is of an age that nobody knows', {}],
  ])('is left out when it %s and a refresh token is there', async (_, expiry) => {
    const tokens = await open('memory:')
    const records = recordsOf({ accessToken: 'a', refreshToken: 'r', ...expiry })
    const [result] = await importTokens(tokens, records, { clock })
    expect(result?.outcome).toBe('imported')
    expect((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.accessToken).toBeNull()
  })

  test('is taken without an expiry when there is nothing else', async () => {
    const tokens = await open('memory:')
    await importTokens(tokens, recordsOf({ accessToken: 'a' }))
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('a')
  })
})

describe('what is refused', () => {
  test('stops no other record, and the reason says why', async () => {
    const tokens = await open('memory:')
    const results = await importTokens(
      tokens,
      recordsOf(
        { clientId: 'a', provider: 'zoho_cmr', refreshToken: 'r' },
        { clientId: 'b', accessToken: 'a', expiresIn: 0 },
        { clientId: 'c', refreshToken: 'r' },
      ),
    )
    expect(results.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'imported'])
    expect(results[0]?.reason).toContain('no provider "zoho_cmr"')
    expect(results[1]?.reason).toContain('has expired')
  })

  test('is a record whose client is the OAuth app itself', async () => {
    const providers = { zoho_crm: { clientId: '1000.APP', clientSecret: 's' } }
    const tokens = await open('memory:', { providers })
    const [result] = await importTokens(tokens, recordsOf({ clientId: '1000.APP', refreshToken: 'r' }))
    expect(result).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('client_id of the OAuth app'),
    })
  })
})

test('a dry run says the same and writes nothing', async () => {
  const tokens = await open('memory:')
  await tokens.storeTokens('there', 'zoho_crm', { accessToken: 'a', refreshToken: 'r' })
  const records = recordsOf(
    { refreshToken: 'r' },
    { clientId: 'there', refreshToken: 'x' },
    { provider: 'none', refreshToken: 'r' },
  )
  const planned = await importTokens(tokens, records, { dryRun: true })
  expect(planned.map(({ outcome }) => outcome)).toEqual(['imported', 'kept', 'refused'])
  expect((await tokens.listTokens()).connections).toHaveLength(1)
  expect(await importTokens(tokens, records)).toEqual(planned)
})

test('each result is told when it is there', async () => {
  const tokens = await open('memory:')
  const told: number[] = []
  await importTokens(tokens, recordsOf({ refreshToken: 'r' }, { clientId: 'b', refreshToken: 'r' }), {
    onResult: ({ position }) => void told.push(position),
  })
  expect(told).toEqual([1, 2])
})

test('two imports at the same moment store a connection once', async () => {
  const url = world.url('SQLite')
  const [one, two] = [await open(url), await open(url)]
  const results = await Promise.all([
    importTokens(one, recordsOf({ refreshToken: 'first' })),
    importTokens(two, recordsOf({ refreshToken: 'second' })),
  ])
  expect(
    results
      .flat()
      .map(({ outcome }) => outcome)
      .sort(),
  ).toEqual(['imported', 'kept'])
  expect(await one.getTokenRecord(CLIENT, 'zoho_crm')).toMatchObject({ generation: 1 })
})

test('a database that fails ends the import: nothing that follows could be stored', async () => {
  const tokens = await open(world.url('PostgreSQL'))
  await world.database.query('drop table oauth_tokens')
  await expect(importTokens(tokens, recordsOf({ refreshToken: 'r' }))).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  })
})
