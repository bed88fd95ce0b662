import type { OAuthTokenService } from 'evergrant'
import { type RevokeResult, revokeTokens } from 'evergrant/admin'
import { genericProvider } from 'evergrant/providers'
import { localZohoApp } from 'evergrant/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { KEYS, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const { run } = commandLine()

const outcomes = (results: readonly RevokeResult[]): string[] =>
  results.map(({ clientId, provider, outcome }) => `${clientId} ${provider} ${outcome}`).sort()

let tokens: OAuthTokenService
const grants = new Map<string, string>()

async function connect(clientId: string, provider: string): Promise<void> {
  const grant = await world.zoho.issueGrant()
  grants.set(`${clientId} ${provider}`, grant.refreshToken)
  await tokens.storeTokens(clientId, provider, grant)
}

const stateAt = (name: string): Promise<string> => world.zoho.stateOf(grants.get(name) ?? '')

describe.each(['SQLite', 'PostgreSQL'] as const)('the day on which tokens may have leaked, on %s', kind => {
  beforeEach(async () => {
    grants.clear()
    tokens = await world.open(world.url(kind), {
      providers: {
        zoho_crm: { ...localZohoApp, accountsServer: world.zoho.url },
        zoho_calendar: { ...localZohoApp, accountsServer: world.zoho.url },
        // Names no revocation endpoint.
        acme: { profile: genericProvider({ name: 'acme', tokenEndpoint: 'https://acme.example/token' }) },
      },
    })
    for (const clientId of ['a', 'b', 'c']) await connect(clientId, 'zoho_crm')
    await connect('a', 'zoho_calendar')
    await tokens.storeTokens('a', 'acme', { accessToken: 'x', refreshToken: 'y' })
  })

  test('all grants at a provider end, here and there, and no others', async () => {
    const told: RevokeResult[] = []
    const results = await revokeTokens(tokens, {
      provider: 'zoho_crm',
      onResult: result => void told.push(result),
    })
    expect(outcomes(results)).toEqual(['a zoho_crm revoked', 'b zoho_crm revoked', 'c zoho_crm revoked'])
    expect(outcomes(told)).toEqual(outcomes(results))
    for (const clientId of ['a', 'b', 'c']) expect(await stateAt(`${clientId} zoho_crm`)).toBe('revoked')
    expect(await stateAt('a zoho_calendar')).toBe('current')
    const { connections } = await tokens.listTokens()
    expect(connections.map(({ clientId, provider }) => `${clientId} ${provider}`)).toEqual([
      'a acme',
      'a zoho_calendar',
    ])
  })

  test('those of one client; what has no revocation endpoint is kept, and said', async () => {
    const results = await revokeTokens(tokens, { clientId: 'a' })
    expect(outcomes(results)).toEqual(['a acme kept', 'a zoho_calendar revoked', 'a zoho_crm revoked'])
    expect(results.find(({ provider }) => provider === 'acme')?.reason).toMatch(
      /no revocation endpoint.*settings/,
    )
    expect(await tokens.hasToken('a', 'acme')).toBe(true)
    expect(await tokens.hasToken('b', 'zoho_crm')).toBe(true)
  })

  test('those that were stored before an instant', async () => {
    const { createdAt } = (await tokens.getTokenRecord('b', 'zoho_crm')) ?? {}
    const before = new Date((createdAt?.getTime() ?? 0) - 60_000)
    expect(await revokeTokens(tokens, { before })).toEqual([])
    expect(
      await revokeTokens(tokens, { before: new Date(before.getTime() + 3_600_000), provider: 'zoho_crm' }),
    ).toHaveLength(3)
  })

  test('a dry run tells the same and does nothing', async () => {
    const results = await revokeTokens(tokens, { clientId: 'a', dryRun: true })
    expect(outcomes(results)).toEqual(['a acme kept', 'a zoho_calendar revoked', 'a zoho_crm revoked'])
    expect(await stateAt('a zoho_crm')).toBe('current')
    expect((await tokens.listTokens()).connections).toHaveLength(5)
  })

  test('while the provider is down everything is deleted here, and the next run revokes the rest', async () => {
    await world.zoho.fault({ kind: 'server_error' }, { endpoint: 'revoke', times: 'until_cleared' })
    const first = await revokeTokens(tokens, { provider: 'zoho_crm' })
    expect(outcomes(first)).toEqual([
      'a zoho_crm unconfirmed',
      'b zoho_crm unconfirmed',
      'c zoho_crm unconfirmed',
    ])
    expect(await tokens.hasToken('a', 'zoho_crm')).toBe(false)
    await world.zoho.clearFaults()
    // A customer that has connected again meanwhile: only the old grant is awaiting its end.
    const second = await revokeTokens(tokens, { provider: 'zoho_crm' })
    expect(outcomes(second)).toEqual(['a zoho_crm revoked', 'b zoho_crm revoked', 'c zoho_crm revoked'])
    for (const clientId of ['a', 'b', 'c']) expect(await stateAt(`${clientId} zoho_crm`)).toBe('revoked')
    expect(await revokeTokens(tokens, { provider: 'zoho_crm' })).toEqual([])
  })
})

describe('evergrant revoke', () => {
  const environment = (url: string) => ({
    DATABASE_URL: url,
    EVERGRANT_ENCRYPTION_KEYS: KEYS,
    ZOHO_ACCOUNTS_SERVER: world.zoho.url,
    ZOHO_CLIENT_ID: localZohoApp.clientId,
    ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
  })

  test('says first what it would do, does it with --yes, and tells', async () => {
    const url = world.url('SQLite')
    tokens = await world.open(url)
    await connect('a', 'zoho_crm')
    await connect('b', 'zoho_crm')
    const env = environment(url)
    expect(await run(['revoke', '--provider', 'zoho_crm'], { env })).toEqual({
      code: 0,
      stderr: '',
      stdout:
        'to revoke    a  zoho_crm\nto revoke    b  zoho_crm\n' +
        '2 to revoke, 0 cannot be. Nothing was done: add --yes to do it.\n',
    })
    expect(await stateAt('a zoho_crm')).toBe('current')
    expect(await run(['revoke', '--provider', 'zoho_crm', '--yes'], { env })).toEqual({
      code: 0,
      stderr: '',
      stdout: '2 revoked, 0 unconfirmed, 0 kept\n',
    })
    expect(await stateAt('a zoho_crm')).toBe('revoked')
  })

  test.each([
    [[], /Say which/],
    [['--all', '--provider', 'zoho_crm'], /Say which/],
    [['--before', 'yesterday'], /instant with its zone/],
    [['--before', '2026-11-26T08:00'], /instant with its zone/],
  ])('is refused with %j', async (args, message) => {
    const env = environment(world.url('SQLite'))
    const { code, stderr } = await run(['revoke', ...args], { env })
    expect(code).toBe(2)
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(message)
  })
})
