import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AuthorizationFlowError, discoverProvider, OAuthTokenService } from 'evergrant'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AuthorizationServer } from '../conformance/authorization-server.ts'
import { isActive } from '../conformance/login.ts'
import { CLIENT, KEYS } from '../support/services.ts'
import { recordedContext, startBrowser } from './browser.ts'

const SCOPES = ['openid', 'email', 'offline_access']

/** A back end of two routes. Its session is the cookie of the flow. */
const backEnd = createServer((request, response) => void answer(request, response))
let origin: string
let server: AuthorizationServer
let tokens: OAuthTokenService
let browser: Browser
const app = (redirectUri: string) =>
  ({
    client_id: 'the-app',
    client_secret: 'app-secret-canary',
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [redirectUri],
  }) as const

beforeAll(async () => {
  backEnd.listen(0, '127.0.0.1')
  await once(backEnd, 'listening')
  origin = `http://localhost:${(backEnd.address() as AddressInfo).port}`
  const { client_id: clientId, client_secret: clientSecret, ...rest } = app(`${origin}/oauth/callback/acme`)
  server = await AuthorizationServer.start('oidc-provider', [
    { client_id: clientId, client_secret: clientSecret, ...rest },
  ])
  tokens = await OAuthTokenService.open({
    database: 'memory:',
    encryptionKeys: KEYS,
    callbackUrl: `${origin}/oauth/callback`,
    providers: {
      acme: { profile: await discoverProvider({ name: 'acme', issuer: server.url }), clientId, clientSecret },
    },
  })
  browser = await startBrowser()
})
afterAll(async () => {
  await browser.close()
  await tokens.close()
  await server.kill()
  backEnd.closeAllConnections()
  backEnd.close()
})
beforeEach(() => server.clear())

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', origin)
  try {
    if (url.pathname === '/connect') {
      const start = await tokens.authorizationUrl(CLIENT, 'acme', { scopes: SCOPES })
      const cookie = `flow=${start.binding}; HttpOnly; SameSite=Lax; Path=/`
      response.writeHead(303, { location: start.url, 'set-cookie': cookie }).end()
    } else if (url.pathname === '/oauth/callback/acme') {
      const binding = /flow=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1]
      const { kind, account } = await tokens.handleCallback(url, { binding })
      response.end(`${kind}: ${account}`)
    } else response.writeHead(404).end()
  } catch (error) {
    response.writeHead(400).end(error instanceof AuthorizationFlowError ? error.reason : 'failed')
  }
}

/** Opens the back end's link, and signs in on the provider's page. */
async function signedIn(page: Page, user: string): Promise<void> {
  await page.goto(`${origin}/connect`, { waitUntil: 'domcontentloaded' })
  await page.fill('input[name=login]', user)
  await page.fill('input[name=password]', 'password-canary')
  await page.click('button[type=submit]')
  // The page of the consent tells what is asked for.
  await page.waitForSelector('text=email', { state: 'attached' })
}

describe('a person at the consent page of oidc-provider', () => {
  test('connects the account, and its token is good', async () => {
    const { context, traffic } = await recordedContext(browser)
    const page = await context.newPage()
    await signedIn(page, 'ada')
    await page.click('button[type=submit]')
    await page.waitForURL(`${origin}/**`)
    expect(await page.textContent('body')).toBe('connected: ada')

    const { accessToken, scopes } = await tokens.getToken(CLIENT, 'acme')
    expect(scopes).toEqual(SCOPES)
    expect(await isActive(server.url, app(`${origin}/oauth/callback/acme`), accessToken)).toBe(true)
    expect((await tokens.refreshToken(CLIENT, 'acme')).accessToken).not.toBe(accessToken)
    const requests = await server.requests()
    expect(requests.map(({ grantType, error }) => [grantType, error])).toEqual([
      ['authorization_code', null],
      ['refresh_token', null],
    ])
    // The browser saw the code, and neither token, verifier nor secret.
    const { text } = await traffic()
    expect(text).toContain('code_challenge_method=S256')
    for (const secret of [accessToken, 'app-secret-canary', 'code_verifier'])
      expect(text).not.toContain(secret)
  })

  test('who turns back connects nothing, and no code is asked for', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await signedIn(page, 'ada')
    await page.click('a[href$="/abort"]')
    await page.waitForURL(`${origin}/**`)
    expect(await page.textContent('body')).toBe('denied')
    expect(await server.requests()).toEqual([])
    await context.close()
  })

  test('in another browser than the one that began is refused, and the code is not exchanged', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await signedIn(page, 'eve')
    await context.clearCookies({ name: 'flow' })
    await page.click('button[type=submit]')
    await page.waitForURL(`${origin}/**`)
    expect(await page.textContent('body')).toBe('wrong_browser')
    expect(await server.requests()).toEqual([])
    await context.close()
  })
})
