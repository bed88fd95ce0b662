import { expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, DATABASES, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const options = { providers: { zoho_crm: { ...CREDENTIALS, accountsServer: world.zoho.url } } }

test('services of one process on several databases know nothing of each other', async () => {
  const services = await Promise.all(DATABASES.map(kind => world.open(world.url(kind), options)))
  const grants = await Promise.all(services.map(() => world.zoho.issueGrant()))
  for (const [index, tokens] of services.entries()) {
    await tokens.storeTokens(CLIENT, 'zoho_crm', grants[index] ?? { accessToken: 'none' })
  }
  for (const [index, tokens] of services.entries()) {
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe(grants[index]?.accessToken)
  }
  await services[0]?.close()
  expect(await services[1]?.getAccessToken(CLIENT, 'zoho_crm')).toBe(grants[1]?.accessToken)
})

test('services in two schemas of one database know nothing of each other', async () => {
  const url = world.url('PostgreSQL')
  const [first, second] = await Promise.all(
    ['one', 'two'].map(schema => world.open(url, { ...options, schema })),
  )
  await first?.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'of one' })
  expect(await second?.hasToken(CLIENT, 'zoho_crm')).toBe(false)
  await second?.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'of two' })
  expect(await first?.getAccessToken(CLIENT, 'zoho_crm')).toBe('of one')
  await world.database.query('drop schema one cascade; drop schema two cascade')
})

test.each(['SQLite', 'PostgreSQL'] as const)(
  'services of one process on one database (%s) refresh once for all their callers',
  async kind => {
    const url = world.url(kind)
    const services = await Promise.all(Array.from({ length: 3 }, () => world.open(url, options)))
    process.env.ZOHO_REFRESH_TOKEN = (await world.zoho.issueGrant()).refreshToken
    const calls = services.flatMap(tokens =>
      Array.from({ length: 20 }, () => tokens.getAccessToken(CLIENT, 'zoho_crm')),
    )
    expect(new Set(await Promise.all(calls)).size).toBe(1)
    expect((await world.zoho.summary()).requests).toBe(1)
  },
)
