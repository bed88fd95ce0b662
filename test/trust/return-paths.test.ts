import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, ConnectingWorld, connectedOf } from '../support/connecting.ts'
import { freshDatabase } from '../support/postgres.ts'
import { KEYS } from '../support/services.ts'

const postgres = await freshDatabase()
let world: ConnectingWorld
beforeEach(async () => {
  world = await ConnectingWorld.start()
})
afterEach(() => world.close())

const ELSEWHERE = [
  '//evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/%09/evil.example',
  '/%5cevil.example',
  '/%2f%2fevil.example',
  '/..//evil.example',
  '/.//evil.example',
  '/%2e%2e//evil.example',
  '/a/../..//evil.example',
  '/%2e./x',
  'https:evil.example',
  'https://evil.example',
  'HTTPS://evil.example/',
  '///evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/\r\nSet-Cookie: a=b',
  '/%0d%0aSet-Cookie: a=b',
  '/%0d%0aLocation:%20x',
  ' /settings',
  '/settings ',
  '/ünïcode',
  'settings',
  '',
  `/${'x'.repeat(3_000)}`,
]

describe('where a flow returns to', () => {
  test.each(ELSEWHERE)('T21, nasty input 20: %j is refused', async returnTo => {
    const tokens = await world.open()
    const started = tokens.authorizationUrl(CLIENT, 'acme', { returnTo })
    await expect(started).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('T21: is given back where it is a path of the own site', async () => {
    const tokens = await world.open()
    for (const returnTo of ['/', '/settings', '/a/b-c_d~e?x=1&y=//z#part', '/a%20b']) {
      const start = await tokens.authorizationUrl(CLIENT, 'acme', { returnTo })
      expect(connectedOf(await world.finish(tokens, start)).returnTo).toBe(returnTo)
    }
  })

  test('T21: that somebody else wrote into the row is dropped', async () => {
    const tokens = await world.open({ database: postgres.url, encryptionKeys: KEYS })
    const start = await tokens.authorizationUrl(CLIENT, 'acme', { returnTo: '/settings' })
    await postgres.query(
      `update oauth_flows set details = jsonb_set(details, '{returnTo}', '"//evil.example"')`,
    )
    expect(connectedOf(await world.finish(tokens, start)).returnTo).toBe(null)
  })
})
