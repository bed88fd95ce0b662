import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type App, startApp } from './app.ts'
import { type HarEntry, recordedContext, startBrowser } from './browser.ts'
import { Provider } from './provider.ts'

const browser = await startBrowser()
const provider = await Provider.start()
let app: App
beforeEach(async () => {
  provider.clear()
  app = await startApp(provider)
})
afterEach(async () => {
  await Promise.all(browser.contexts().map(context => context.close()))
  await app[Symbol.asyncDispose]()
})
afterAll(async () => {
  await browser.close()
  await provider.close()
})

async function signedIn(context: BrowserContext, user = 'ada'): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${app.url}/login?user=${user}`)
  return page
}

async function connect(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('link', { name: 'Allow' }).click()
}

/** Goes to the provider, and stops before the callback arrives. Gives its address. */
async function callbackOf(page: Page): Promise<string> {
  provider.shows = true
  await connect(page)
  return (await page.getByRole('link', { name: 'Return' }).getAttribute('href')) ?? ''
}

const cookieOf = ({ headers }: HarEntry['request']): string =>
  headers.find(({ name }) => name.toLowerCase() === 'cookie')?.value ?? ''

const heading = (page: Page): Promise<string> => page.locator('h1').innerText()

describe('connecting an account', () => {
  test('T24: the code is in the one request that brings it, and in no other, no Referer and no later line of a log', async () => {
    const { context, traffic } = await recordedContext(browser)
    const elsewhere = createServer((_request, response) => response.end('elsewhere')).listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    const page = await signedIn(context)
    await connect(page)
    await page.waitForURL('**/settings?connect=connected&provider=acme')
    // What the browser tells others from here, and where its button for back leads.
    const { port } = elsewhere.address() as AddressInfo
    await page.evaluate(`location.assign('http://127.0.0.1:${port}/')`)
    await page.waitForURL(`http://127.0.0.1:${port}/`)
    const visited = []
    for (let step = 0; step < 3; step += 1) {
      await page.goBack()
      visited.push(page.url())
    }
    elsewhere.close()

    const { entries, text } = await traffic()
    const [{ code = '' } = {}] = provider.codes
    expect(code).toMatch(/^code-canary/)
    expect(text).toContain(code)
    const withCode = entries.filter(({ request }) => JSON.stringify(request).includes(code))
    expect(withCode.map(({ request }) => [request.method, new URL(request.url).pathname])).toEqual([
      ['GET', '/oauth/callback/acme'],
    ])
    expect(app.accessLog.filter(line => line.includes(code))).toHaveLength(1)
    expect(visited.filter(url => url.includes('code='))).toEqual([])
    expect(await app.tokens.getAccessToken('ada', 'acme')).toBe('access-1')
  })

  test('T16: S256 always, and neither verifier nor binding is in a URL, a page or within reach of scripts', async () => {
    const { context, traffic } = await recordedContext(browser)
    const page = await signedIn(context)
    await connect(page)
    await page.waitForURL('**/settings?**')
    const scripts = await page.evaluate(
      'document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })',
    )
    expect(scripts).not.toContain('evergrant')
    const { entries, text } = await traffic()
    const [asked] = provider.asked
    expect([asked?.get('code_challenge_method'), asked?.get('code_challenge')?.length]).toEqual(['S256', 43])
    const [{ verifier = '' } = {}] = provider.codes
    expect(verifier).toHaveLength(43)
    expect(text).not.toContain(verifier)
    expect(text).not.toContain('app-secret-canary')
    const binding = /evergrant-[0-9a-f]{32}=([\w-]{20,})/.exec(text)?.[1] ?? ''
    expect(binding).toHaveLength(43)
    expect(entries.filter(({ request }) => request.url.includes(binding))).toEqual([])
  })

  test('T24, T14: by a form that the provider posts ends as by a link: the cookies come with the second request', async () => {
    provider.posts = true
    const { context, traffic } = await recordedContext(browser)
    const page = await signedIn(context)
    await connect(page)
    await page.waitForURL('**/settings?connect=connected&provider=acme')
    expect(provider.codes).toHaveLength(1)
    const { entries } = await traffic()
    const [{ code = '' } = {}] = provider.codes
    const callbacks = entries.filter(({ request }) => request.url.startsWith(`${app.url}/oauth/callback/`))
    const cookie = callbacks.map(({ request }) => [request.method, /evergrant-/.test(cookieOf(request))])
    expect(cookie).toEqual([
      ['POST', false],
      ['GET', true],
    ])
    const addresses = app.accessLog.filter(line => line.includes(code) || line.includes('name-canary'))
    expect(addresses).toEqual([
      expect.stringMatching(/^GET \/oauth\/callback\/acme\?code=[^&]+&state=[^&]+$/),
    ])

    // The form of somebody who began elsewhere comes by the same way, and to nothing.
    const other = await signedIn(await browser.newContext(), 'eve')
    await other.getByRole('button', { name: 'Connect' }).click()
    const victim = await signedIn(await browser.newContext())
    await victim.goto(other.url())
    await victim.getByRole('link', { name: 'Allow' }).click()
    await victim.waitForURL('**/oauth/callback/acme?**')
    expect([await heading(victim), provider.codes]).toEqual([
      'Started in another browser',
      [{ code, verifier: expect.any(String) }],
    ])
  })

  test('in two tabs at once ends in both', async () => {
    const context = await browser.newContext()
    const [one, two] = [await signedIn(context), await signedIn(context)]
    for (const page of [one, two]) await page.getByRole('button', { name: 'Connect' }).click()
    for (const page of [one, two]) {
      await page.getByRole('link', { name: 'Allow' }).click()
      await page.waitForURL('**/settings?connect=connected&provider=acme')
    }
    expect(provider.codes).toHaveLength(2)
  })

  test('of a user who says no comes back to the app', async () => {
    provider.refusal = { error: 'access_denied', error_description: 'The user said no' }
    const page = await signedIn(await browser.newContext())
    await connect(page)
    await page.waitForURL('**/settings?connect=denied&provider=acme')
    expect([await heading(page), provider.codes]).toEqual(['Settings', []])
  })
})

describe('a callback that comes twice', () => {
  test('nasty input 19: opened again, or by the button for back, shows that it is done, and redeems nothing', async () => {
    const page = await signedIn(await browser.newContext())
    const callback = await callbackOf(page)
    await page.goto(callback)
    await page.waitForURL('**/settings?connect=connected&provider=acme')
    await page.goto(callback)
    expect(await heading(page)).toBe('Already connected')
    await page.reload()
    expect(await heading(page)).toBe('Already connected')
    await page.getByRole('link', { name: 'Continue' }).click()
    await page.waitForURL('**/settings?**')
    await page.goBack()
    expect(await heading(page)).toBe('Already connected')
    expect(provider.codes).toHaveLength(1)
  })

  test('nasty input 19: while the first is still being answered, shows no error, and redeems nothing', async () => {
    const page = await signedIn(await browser.newContext())
    const callback = await callbackOf(page)
    let answer = (): void => {}
    provider.held = new Promise(resolve => {
      answer = resolve
    })
    // As the first press of a double click: it is sent, and its answer is no longer shown.
    const first = page.context().request.get(callback, { maxRedirects: 0 })
    await expect.poll(() => provider.codes.length).toBe(1)
    await page.goto(callback)
    expect(await heading(page)).toBe('One moment')
    answer()
    expect((await first).status()).toBe(303)
    await page.reload()
    expect(await heading(page)).toBe('Already connected')
    expect([provider.codes.length, await app.tokens.hasToken('ada', 'acme')]).toEqual([1, true])
  })

  test('nasty input 19: what is only looked at beforehand redeems nothing', async () => {
    const page = await signedIn(await browser.newContext())
    const callback = await callbackOf(page)
    const { request } = page.context()
    expect((await request.head(callback)).status()).toBe(200)
    expect((await request.get(callback, { headers: { 'sec-purpose': 'prefetch' } })).status()).toBe(503)
    expect(provider.codes).toEqual([])
    await page.goto(callback)
    await page.waitForURL('**/settings?connect=connected&provider=acme')
  })
})

describe('two people', () => {
  const refusals = (): unknown[] =>
    app.events.flatMap(event => (event.type === 'authorization_refused' ? [event.reason] : []))

  test.each([
    ['somebody else', 'eve', 'ada'],
    ['another user of the same client', 'ada-too', 'ada'],
    ['the same user in another browser', 'ada', 'ada'],
  ])(
    'T14: started by %s, the callback is refused, and its code is not redeemed',
    async (_, starter, finisher) => {
      const [a, b] = [await browser.newContext(), await browser.newContext()]
      const callback = await callbackOf(await signedIn(a, starter))
      const victim = await signedIn(b, finisher)
      const response = await victim.goto(callback)
      expect([response?.status(), await heading(victim)]).toEqual([403, 'Started in another browser'])
      expect(provider.codes).toEqual([])
      expect(refusals()).toEqual(['wrong_browser'])
      // The one who started it gets nothing of it either.
      await (await a.newPage()).goto(callback)
      expect([provider.codes, await app.tokens.hasToken('ada', 'acme')]).toEqual([[], false])
    },
  )

  test('T14: sent the address of the provider before anybody agreed, the victim connects nothing', async () => {
    const [a, b] = [await browser.newContext(), await browser.newContext()]
    const attacker = await signedIn(a, 'eve')
    await attacker.getByRole('button', { name: 'Connect' }).click()
    await attacker.getByRole('link', { name: 'Allow' }).waitFor()
    const victim = await signedIn(b, 'ada')
    await victim.goto(attacker.url())
    await victim.getByRole('link', { name: 'Allow' }).click()
    await victim.waitForURL('**/oauth/callback/acme?**')
    expect(await heading(victim)).toBe('Started in another browser')
    expect([provider.codes, await app.tokens.hasToken('eve', 'acme')]).toEqual([[], false])
  })

  test('T14: who signs in as another user in between is refused', async () => {
    const page = await signedIn(await browser.newContext(), 'ada')
    const callback = await callbackOf(page)
    await page.goto(`${app.url}/login?user=ada-too`)
    const response = await page.goto(callback)
    expect([response?.status(), await heading(page)]).toEqual([403, 'Started by somebody else'])
    expect([provider.codes, refusals()]).toEqual([[], ['wrong_user']])
  })

  test('T23: the page of another site cannot start, by a form, a link, an image or a frame', async () => {
    const page = await signedIn(await browser.newContext())
    const start = `${app.url}/oauth/connect/acme`
    const raw = (html: string): string => `${provider.url}/raw?html=${encodeURIComponent(html)}`
    await page.goto(
      raw(`<form method="post" action="${start}"><button>Win</button></form><img src="${start}">`),
    )
    await page.getByRole('button').click()
    expect(await heading(page)).toBe('Start from our own page')
    await page.goto(raw(`<a href="${start}">Win</a>`))
    await page.getByRole('link').click()
    expect(await heading(page)).toBe('Use the button')
    await page.goto(raw(`<iframe src="${start}"></iframe>`))
    const framed = await page
      .frames()[1]
      ?.evaluate<string>("document.body?.innerText ?? ''")
      .catch(() => '')
    expect(framed ?? '').not.toContain('Use the button')
    expect(provider.asked).toEqual([])
  })
})

describe('another account at the provider', () => {
  async function reconnected(): Promise<Page> {
    const page = await signedIn(await browser.newContext())
    await connect(page)
    await page.waitForURL('**/settings?connect=connected**')
    provider.account = 'eve@acme.example'
    await connect(page)
    await page.getByRole('heading', { name: 'Another Acme account?' }).waitFor()
    return page
  }

  test('T17: is asked about, and replaces the old one only when the user says so', async () => {
    const page = await reconnected()
    expect(await page.locator('p').innerText()).toContain('eve@acme.example')
    expect(await app.tokens.getAccessToken('ada', 'acme')).toBe('access-1')
    await page.getByRole('button', { name: 'Replace it' }).click()
    await page.waitForURL('**/settings?connect=connected&provider=acme')
    expect(await app.tokens.getAccessToken('ada', 'acme')).toBe('access-2')
  })

  test('T17: kept, nothing has changed', async () => {
    const page = await reconnected()
    await page.getByRole('link', { name: 'Keep the old one' }).click()
    await page.waitForURL('**/settings?connect=kept&provider=acme')
    expect(await app.tokens.getAccessToken('ada', 'acme')).toBe('access-1')
  })

  test('T17: is not replaced by the form of another browser, which uses up the question', async () => {
    const page = await reconnected()
    const form = await page.evaluate<string>(
      "new URLSearchParams(new FormData(document.querySelector('form'))).toString()",
    )
    const other = await signedIn(await browser.newContext())
    const headers = "{ 'content-type': 'application/x-www-form-urlencoded' }"
    const init = `{ method: 'POST', body: '${form}', redirect: 'manual', headers: ${headers} }`
    expect(await other.evaluate(`fetch('/oauth/confirm', ${init}).then(({ status }) => status)`)).toBe(403)
    await page.getByRole('button', { name: 'Replace it' }).click()
    await page.waitForURL('**/oauth/confirm')
    expect(await app.tokens.getAccessToken('ada', 'acme')).toBe('access-1')
  })
})
