import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, ConnectingWorld } from '../support/connecting.ts'

let world: ConnectingWorld
beforeEach(async () => {
  world = await ConnectingWorld.start()
})
afterEach(() => world.close())

describe('PKCE', () => {
  test.each(['required', 'supported', null] as const)(
    'T16: is S256 where the profile says %j, with a verifier of its own in each flow',
    async pkce => {
      const tokens = await world.open({}, { authorization: { pkce } })
      const verifiers: (string | null | undefined)[] = []
      for (const client of ['client-1', 'client-2']) {
        const { url, binding } = await tokens.authorizationUrl(client, 'acme')
        const { searchParams } = new URL(url)
        expect(searchParams.get('code_challenge_method')).toBe('S256')
        await tokens.handleCallback(world.acme.agree(url), { binding })
        const verifier = world.acme.exchanges.at(-1)?.parameters.get('code_verifier') ?? ''
        expect(createHash('sha256').update(verifier).digest('base64url')).toBe(
          searchParams.get('code_challenge'),
        )
        expect(verifier).toMatch(/^[\w-]{43}$/)
        expect(`${url} ${binding}`).not.toContain(verifier)
        verifiers.push(verifier)
      }
      expect(new Set(verifiers).size).toBe(2)
    },
  )

  test('T16: is left out only where the profile rejects it', async () => {
    const tokens = await world.open({}, { authorization: { pkce: 'rejected' } })
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme')
    expect([...new URL(url).searchParams.keys()].filter(name => name.startsWith('code_'))).toEqual([])
    await tokens.handleCallback(world.acme.agree(url), { binding })
    expect(world.acme.exchanges[0]?.parameters.has('code_verifier')).toBe(false)
  })

  test.each([
    'code_challenge',
    'code_challenge_method',
    'Code_Challenge',
    'state',
    'redirect_uri',
    'client_id',
    'request',
  ])('T16: the parameter %s cannot be given by a caller', async name => {
    const tokens = await world.open()
    const started = tokens.authorizationUrl(CLIENT, 'acme', { parameters: { [name]: 'plain' } })
    await expect(started).rejects.toThrow(`must not hold ${name}`)
  })
})
