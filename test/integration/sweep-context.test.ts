import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()

test('a sweep is in no context of the call that opened its service', async () => {
  const request = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  const tokens = await request.run('the first request', () =>
    world.open('memory:', {
      backgroundRefresh: { sweep: true },
      policy: { sweepIntervalMs: 20 },
      providers: { zoho_crm: { ...CREDENTIALS, accountsServer: world.zoho.url } },
      onEvent: ({ type }) => {
        if (type === 'refreshed') seen.push(request.getStore())
      },
    }),
  )
  const { accessToken, refreshToken } = await world.zoho.issueGrant()
  await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken, refreshToken, expiresIn: 1 })
  await expect.poll(() => seen).toEqual([undefined])

  // What a call begins is in the call's.
  await request.run('another', () => tokens.refreshToken(CLIENT, 'zoho_crm'))
  expect(seen).toEqual([undefined, 'another'])
})
