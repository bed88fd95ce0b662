import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type App, AuthorizationServer } from '../conformance/authorization-server.ts'
import { isActive } from '../conformance/login.ts'
import { commandLine, unwrapped } from '../support/command-line.ts'
import { projectDirectory } from '../support/project.ts'
import { startBrowser } from './browser.ts'

const terminal: App = {
  client_id: 'terminal',
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback/acme'],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
}
const { run, start, directory } = commandLine()
let server: AuthorizationServer
let browser: Browser

beforeAll(async () => {
  server = await AuthorizationServer.start('oidc-provider', [terminal])
  browser = await startBrowser()
  writeFileSync(
    join(directory, 'acme.mjs'),
    `import { discoverProvider } from ${JSON.stringify(join(projectDirectory, 'dist/index.js'))}
    const profile = await discoverProvider({ name: 'acme', issuer: '${server.url}', clientAuthentication: 'none' })
    export const providers = { acme: { profile, clientId: 'terminal', scopes: ['openid', 'offline_access'] } }`,
  )
})
afterAll(async () => {
  await browser.close()
  await server.kill()
})
beforeEach(() => server.clear())

const CONFIG = ['--config', 'acme.mjs'] as const

/** A command that waits: what it shows to the person, and how it ends. */
async function waiting(args: readonly string[], shown: RegExp) {
  // No program of this machine is opened: the browser is the one of the test.
  const child = start([...args, ...CONFIG], { env: { BROWSER: '/bin/true' } })
  let stderr = ''
  child.stderr.on('data', data => {
    stderr += data
  })
  await expect.poll(() => stderr, { timeout: 30_000 }).toMatch(shown)
  const ended = Promise.all([text(child.stdout), once(child, 'close')]).then(([stdout, [code]]) => ({
    code,
    stdout,
    stderr: unwrapped(stderr),
  }))
  return { found: shown.exec(stderr)?.slice(1) ?? [], ended }
}

const device = async (client: string) => {
  const shown = /open\n {2}(http:\S+)\nand enter\n {2}(\S+)\n/
  const { found, ended } = await waiting(['connect', client, 'acme', '--device'], shown)
  const [address = '', userCode = ''] = found
  return { address, userCode, ended }
}

/** What a person does who was shown a code: opens the address, and types it. */
async function typed(
  page: Page,
  { address, userCode }: { address: string; userCode: string },
): Promise<void> {
  await page.goto(address, { waitUntil: 'domcontentloaded' })
  await page.fill('input[name=user_code]', userCode)
  await page.click('button[type=submit]')
}

async function signedIn(page: Page): Promise<void> {
  await page.fill('input[name=login]', 'ada')
  await page.fill('input[name=password]', 'any')
  await page.click('button[type=submit]')
}

describe('a terminal that shows a code, and a person at a browser elsewhere', () => {
  test('who enters it and agrees: the account is connected, and its token is good', async () => {
    const shown = await device('device-inc')
    const context = await browser.newContext()
    const page = await context.newPage()
    await typed(page, shown)
    // The provider asks whether it is the code that the device shows.
    expect(await page.textContent('code')).toBe(shown.userCode)
    await page.click('button[autofocus]')
    await signedIn(page)
    await page.waitForSelector('text=Authorize', { state: 'attached' })
    await page.click('button[type=submit]')
    await page.waitForSelector('text=Sign-in Success', { state: 'attached' })
    const { code, stdout } = await shown.ended
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^Connected acme of device-inc\.\n {2}account {2}ada\n {2}scopes {3}openid offline_access$/m,
      ),
    ])
    const token = (await run(['token', 'device-inc', 'acme', ...CONFIG])).stdout.trim()
    expect(await isActive(server.url, terminal, token)).toBe(true)
    await context.close()
  }, 120_000)

  test('who enters it and says no: nothing is connected, and the command says so at once', async () => {
    const shown = await device('refused-inc')
    const context = await browser.newContext()
    const page = await context.newPage()
    await typed(page, shown)
    await page.click('button[name=abort]')
    await page.waitForSelector('text=interrupted', { state: 'attached' })
    const { code, stdout, stderr } = await shown.ended
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      expect.stringMatching(/AUTHORIZATION_FLOW.*has not agreed/),
    ])
    await context.close()
  }, 120_000)

  test('who comes too late: the code is over, for the command and at the provider', async () => {
    await server.configure({ deviceCodeSeconds: 5 })
    const shown = await device('late-inc')
    const { code, stderr } = await shown.ended
    expect([code, stderr]).toEqual([1, expect.stringMatching(/AUTHORIZATION_FLOW.*in time/)])
    const context = await browser.newContext()
    const page = await context.newPage()
    await typed(page, shown)
    await page.waitForSelector('text=incorrect', { state: 'attached' })
    const { stdout } = await run(['status', '--json'])
    expect(stdout).not.toContain('late-inc')
    await context.close()
  }, 120_000)
})

test('a terminal that sends the browser: it comes back to a page that runs nothing, and tells how it ended', async () => {
  const { found, ended } = await waiting(['connect', 'ada-inc', 'acme'], /^ {2}(http:\/\/127\S+)\n/m)
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(found[0] ?? '', { waitUntil: 'domcontentloaded' })
  await signedIn(page)
  await page.waitForSelector('text=Authorize', { state: 'attached' })
  await page.click('button[type=submit]')
  await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}$/)
  expect(await page.textContent('h1')).toBe('Connected')
  expect(await ended).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Connected acme of ada-inc.'),
  })
  await context.close()
}, 120_000)
