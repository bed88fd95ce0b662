import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scriptedBrowser } from '../support/browser-log.ts'
import { commandLine } from '../support/command-line.ts'
import { projectDirectory } from '../support/project.ts'
import { Visitor } from '../support/visitor.ts'
import { type App, AuthorizationServer } from './authorization-server.ts'
import { enterCode, isActive } from './login.ts'

const terminal: App = {
  client_id: 'terminal',
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback/acme'],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
}
const { run, start, directory } = commandLine()
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

const options = () => ({ env: { ...browser.env, BROWSER_USER: 'ada', ISSUER: server.url } })
const evergrant = (...args: readonly string[]) => run([...args, '--config', 'acme.mjs'], options())

/** A device that shows its code: where it is entered, and how it ends. */
async function device(client: string) {
  const args = ['connect', client, 'acme', '--device', '--scopes', 'openid,offline_access']
  const child = start([...args, '--config', 'acme.mjs'], options())
  let stderr = ''
  child.stderr.on('data', data => {
    stderr += data
  })
  const withCode = /^ {2}(http:\S+user_code=\S+)\n/m
  await expect.poll(() => stderr).toMatch(withCode)
  const [, page = ''] = withCode.exec(stderr) ?? []
  const ended = Promise.all([text(child.stdout), once(child, 'close')]).then(([stdout, [code]]) => ({
    code,
    stdout,
    stderr,
  }))
  return { page, shown: stderr, ended }
}

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

  test('ended by Ctrl-C while the code is exchanged, stores all of the grant, and says where to look', async () => {
    await server.clear()
    await server.configure({ fault: 'slow_answer' })
    const args = ['connect', 'hasty-inc', 'acme', '--scopes', 'openid,offline_access', '--no-browser']
    const child = start([...args, '--config', 'acme.mjs'], options())
    let stderr = ''
    child.stderr.on('data', data => {
      stderr += data
    })
    const link = /^ {2}(http:\S+)$/m
    await expect.poll(() => stderr, { timeout: 30_000 }).toMatch(link)
    const visitor = new Visitor()
    const [, address = ''] = link.exec(stderr) ?? []
    const { location } = await visitor.get(address)
    const callback = await visitor.allow(location, new URL('/callback/acme', address).href)
    const answered = visitor.get(callback).catch(() => null)
    await server.heldRequest()
    child.kill('SIGINT')
    // It has heard the signal before the answer may come.
    await expect.poll(() => stderr).toContain('`evergrant status hasty-inc`')
    const closed = once(child, 'close')
    await server.release()
    const [code] = await closed
    await answered
    expect(code).toBe(130)
    const token = (await evergrant('token', 'hasty-inc', 'acme')).stdout.trim()
    expect(await isActive(server.url, terminal, token)).toBe(true)
    expect(await evergrant('refresh', 'hasty-inc', 'acme')).toMatchObject({ code: 0 })
  }, 60_000)

  test('connects again, with the scopes that it had', async () => {
    const { code, stdout } = await evergrant('reauthorize', 'ada-inc', 'acme', '--json')
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { connections: [{ outcome: 'connected', scopes: ['openid', 'offline_access'], refreshable: true }] },
    ])
  })
})

describe('RFC 8628: a terminal without a browser, at oidc-provider', () => {
  test('shows the code and where it is entered, and is let in', async () => {
    const { page, shown, ended } = await device('device-inc')
    expect(shown).toContain(`\n  ${server.url}/device\n`)
    expect(shown).toMatch(/^ {2}[A-Z]{4}-[A-Z]{4}$/m)
    await enterCode(page, 'agree')
    expect(await ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^Connected acme of device-inc\.$.*^ {2}scopes {3}openid offline_access$/ms,
      ),
    })
    const token = (await evergrant('token', 'device-inc', 'acme')).stdout.trim()
    expect(await isActive(server.url, terminal, token)).toBe(true)
  })

  test('says so where the person refuses', async () => {
    const { page, ended } = await device('refused-inc')
    await enterCode(page, 'refuse')
    const { code, stdout } = await ended
    expect([code, stdout]).toEqual([1, ''])
  })
})
