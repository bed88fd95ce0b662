import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scriptedBrowser } from '../support/browser-log.ts'
import { commandLine } from '../support/command-line.ts'
import { projectDirectory } from '../support/project.ts'
import { type App, AuthorizationServer } from './authorization-server.ts'
import { isActive } from './login.ts'

const terminal: App = {
  client_id: 'terminal',
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback/acme'],
}
const { run, directory } = commandLine()
const browser = scriptedBrowser(directory)

// All that a newcomer writes.
const CONFIG = `
import { discoverProvider } from ${JSON.stringify(join(projectDirectory, 'dist/index.js'))}
export const providers = {
  acme: { profile: await discoverProvider({ name: 'acme', issuer: process.env.ISSUER, clientAuthentication: 'none' }), clientId: 'terminal' },
}`

let server: AuthorizationServer
beforeAll(async () => {
  server = await AuthorizationServer.start('oidc-provider', [terminal])
  writeFileSync(join(directory, 'acme.mjs'), CONFIG)
})
afterAll(() => server.kill())

const evergrant = (...args: readonly string[]) =>
  run([...args, '--config', 'acme.mjs'], { env: { ...browser.env, BROWSER_USER: 'ada', ISSUER: server.url } })

describe('RFC 8252: a native app at oidc-provider', () => {
  test('connects by the system’s browser, PKCE and a random port of loopback, and its token is good', async () => {
    const { code, stdout, stderr } = await evergrant(
      'connect',
      'ada-inc',
      'acme',
      '--scopes',
      'openid,offline_access',
    )
    expect([code, stderr]).toEqual([0, expect.stringMatching(/http:\/\/127\.0\.0\.1:\d+\/callback\/acme/)])
    expect(stdout).toMatch(/^ {2}scopes {3}openid offline_access$/m)
    const { visited, end } = await browser.visit(1)
    expect(end.title).toBe('Connected')
    const asked = visited.map(url => new URL(url)).find(url => url.searchParams.has('code_challenge'))
    expect(asked?.searchParams.get('code_challenge_method')).toBe('S256')
    const token = (await evergrant('token', 'ada-inc', 'acme')).stdout.trim()
    expect(await isActive(server.url, terminal, token)).toBe(true)
    expect(await evergrant('refresh', 'ada-inc', 'acme')).toMatchObject({ code: 0 })
    expect(await server.errors()).toEqual([])
  })

  test('connects again, with the scopes that it had', async () => {
    const { code, stdout } = await evergrant('reauthorize', 'ada-inc', 'acme', '--json')
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { connections: [{ outcome: 'connected', scopes: ['openid', 'offline_access'], refreshable: true }] },
    ])
  })
})
