import { expect, test } from 'vitest'
import { CLIENT, DATABASES, serviceWorld } from '../../test/support/services.ts'
import { readStoredConnection } from './stored-connection.ts'

const world = await serviceWorld()
const key = { clientId: CLIENT, provider: 'zoho_crm' }

test.each(DATABASES)('on %s it shows the row as it lies: sealed', async kind => {
  const tokens = await world.open(world.url(kind))
  await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'c4n4ry-a', refreshToken: 'c4n4ry-r' })
  const row = await readStoredConnection(tokens, key)
  expect(row?.accessToken).toMatch(/^eg1\./)
  expect(row?.refreshToken).toMatch(/^eg1\./)
  expect(JSON.stringify(row)).not.toContain('c4n4ry')
})

test('there is none where nothing is stored', async () => {
  const tokens = await world.open('memory:')
  expect(await readStoredConnection(tokens, key)).toBeNull()
})
