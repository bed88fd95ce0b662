import { type EventPage, InvalidInputError, type OAuthTokenService } from 'evergrant'
import { expect, test } from 'vitest'
import type { EvergrantEvent } from '../../src/ports/events.ts'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const providers = { zoho_crm: { ...CREDENTIALS, accountsServer: world.zoho.url } }

test.each(['PostgreSQL', 'SQLite', 'memory'] as const)(
  'the life of a connection is told by the table and by onEvent alike (%s)',
  async kind => {
    const told: string[] = []
    const onEvent = ({ type, clientId }: EvergrantEvent): void => {
      if (clientId === CLIENT) told.push(type)
    }
    const tokens = await world.open(world.url(kind), { providers, onEvent })
    const grant = await world.zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    await tokens.refreshToken(CLIENT, 'zoho_crm')
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'beside the same grant' })
    await tokens.storeTokens(CLIENT, 'zoho_crm', await world.zoho.issueGrant())
    await tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })
    expect(await tokens.deleteToken(CLIENT, 'zoho_crm')).toBe(false)

    expect(told.filter(type => type !== 'refreshed')).toEqual([
      'connected',
      'reconnected',
      'deleted',
      'revoked',
    ])
    const { events, nextCursor } = await tokens.listEvents({ clientId: CLIENT })
    expect(nextCursor).toBeNull()
    expect(events.map(({ type, reason, generation }) => [type, reason, generation])).toEqual([
      ['revoked', null, null],
      ['deleted', 'revoke', 4],
      ['reconnected', null, 4],
      ['connected', null, 1],
    ])
    expect(events[0]).toEqual({
      id: expect.any(Number),
      at: expect.any(Date),
      type: 'revoked',
      clientId: CLIENT,
      provider: 'zoho_crm',
      connectionId: events[3]?.connectionId,
      generation: null,
      reason: null,
    })
    expect(JSON.stringify(events)).not.toContain(grant.refreshToken)
  },
)

test('pages go on where the one before ended, whatever is written meanwhile', async () => {
  const tokens = await world.open(world.url('memory'), { providers })
  const clients = ['a', 'b', 'c', 'd', 'e']
  for (const client of clients) await store(tokens, client)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page: EventPage = await tokens.listEvents({ limit: 2, cursor, type: 'connected' })
    seen.push(...page.events.map(({ clientId }) => clientId))
    cursor = page.nextCursor ?? undefined
    await store(tokens, `later-${seen.length}`)
  } while (cursor !== undefined)
  expect(seen).toEqual(clients.toReversed())
  const [last] = (await tokens.listEvents({ limit: 1 })).events
  expect((await tokens.listEvents({ since: last?.at })).events).toContainEqual(last)
  expect((await tokens.listEvents({ since: new Date(Date.now() + 60_000) })).events).toEqual([])
})

test.each([
  [{ clientId: ' x' }, 'clientId'],
  [{ provider: '' }, 'provider'],
  [{ type: 'refreshed' }, 'type must be one of connected, seeded'],
  [{ type: 'constructor' }, 'type must be one of connected, seeded'],
  [{ since: '2026-11-26' }, 'since must be a Date'],
  [{ since: new Date(Number.NaN) }, 'since must be a Date'],
  [{ since: new Date(-1) }, 'since must be a Date'],
  [{ since: new Date(8e15) }, 'since must be a Date'],
  [{ limit: 0 }, 'limit must be a whole number'],
  [{ limit: 1_001 }, 'limit must be a whole number'],
  [{ cursor: 'nonsense' }, 'cursor must be the nextCursor'],
  [{ cursor: Buffer.from('-1').toString('base64url') }, 'cursor must be the nextCursor'],
  [{ cursor: Buffer.from('1e300').toString('base64url') }, 'cursor must be the nextCursor'],
  [{ client: 'x' }, 'listEvents() has no option "client". Did you mean "clientId"?'],
])('refuses %j', async (options, complaint) => {
  const tokens = await world.open(world.url('memory'))
  const failure: unknown = await tokens.listEvents(options as never).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(InvalidInputError)
  expect(String(failure)).toContain(complaint)
})

function store(tokens: OAuthTokenService, client: string): Promise<void> {
  return tokens.storeTokens(client, 'zoho_crm', { accessToken: 'a', refreshToken: `r-${client}` })
}
