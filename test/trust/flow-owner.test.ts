import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, ConnectingWorld, reasonOf } from '../support/connecting.ts'

let world: ConnectingWorld
beforeEach(async () => {
  world = await ConnectingWorld.start()
})
afterEach(() => world.close())

describe('a flow that one person begins', () => {
  test.each([
    ['in another browser', { binding: 'x'.repeat(43) }, 'wrong_browser'],
    ['in a browser without a cookie', { binding: null }, 'wrong_browser'],
    ['with an empty cookie', { binding: '' }, 'wrong_browser'],
    ['by another user', { user: 'mallory' }, 'wrong_user'],
    ['by nobody', { user: undefined }, 'wrong_user'],
    ['for another client', { clientId: 'another-client' }, 'wrong_client'],
    ['at another provider', { provider: 'zoho_crm' }, 'wrong_provider'],
  ] as const)(
    'T14: and that ends %s connects nothing, and its code is not redeemed',
    async (_, end, reason) => {
      const tokens = await world.open()
      const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme', { user: 'ada' })
      const callback = world.acme.agree(url)
      const back = { binding, user: 'ada', clientId: CLIENT, provider: 'acme', ...end }
      const ended = tokens.handleCallback(callback, back)
      await expect(ended).rejects.toMatchObject({
        reason,
        httpStatus: reason === 'wrong_provider' ? 400 : 403,
        returnTo: null,
      })
      expect(world.acme.exchanges).toEqual([])
      expect(await tokens.hasToken(CLIENT, 'acme')).toBe(false)
      expect(world.events.at(-1)).toEqual({
        type: 'authorization_refused',
        clientId: CLIENT,
        provider: 'acme',
        reason,
      })
      // Whoever knew the state has used it up; its owner is told so, and begins again.
      const owner = { binding, user: 'ada', clientId: CLIENT, provider: 'acme' }
      expect(await reasonOf(tokens.handleCallback(callback, owner))).toBe('already_used')
    },
  )

  test('T14: without a user is not ended by one', async () => {
    const tokens = await world.open()
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme')
    const callback = world.acme.agree(url)
    expect(await reasonOf(tokens.handleCallback(callback, { binding, user: 'ada' }))).toBe('wrong_user')
  })

  test('T14: of two browsers each ends its own flow, and neither the other’s', async () => {
    const tokens = await world.open()
    const one = await tokens.authorizationUrl('client-1', 'acme')
    const two = await tokens.authorizationUrl('client-2', 'acme')
    const crossed = tokens.handleCallback(world.acme.agree(one.url), { binding: two.binding })
    expect(await reasonOf(crossed)).toBe('wrong_browser')
    const own = await tokens.handleCallback(world.acme.agree(two.url), { binding: two.binding })
    expect(own).toMatchObject({ kind: 'connected', clientId: 'client-2' })
    expect(await tokens.hasToken('client-1', 'acme')).toBe(false)
  })

  test('T14: another browser that knows a used state learns nothing of it', async () => {
    const tokens = await world.open()
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme', { returnTo: '/private' })
    const callback = world.acme.agree(url)
    await tokens.handleCallback(callback, { binding })
    await expect(tokens.handleCallback(callback, { binding: 'another' })).rejects.toMatchObject({
      reason: 'wrong_browser',
      outcome: null,
      returnTo: null,
    })
  })
})
