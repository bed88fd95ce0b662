import { afterAll, describe, expect, test } from 'vitest'
import { startApp } from './app.ts'
import { startBrowser, type Watched, watchedPage } from './browser.ts'
import { payloads } from './payloads.ts'
import { Provider } from './provider.ts'

const browser = await startBrowser()
const provider = await Provider.start()
const app = await startApp(provider)
afterAll(async () => {
  await browser.close()
  await app[Symbol.asyncDispose]()
  await provider.close()
})

async function signedIn(user: string): Promise<Watched> {
  const watched = await watchedPage(await browser.newContext())
  await watched.page.goto(`${app.url}/login?user=${user}`)
  return watched
}

/** Starts a flow, and comes back at once with what a provider answers: one page, where a user would see three. */
async function comeBack({ page }: Watched, answer: Readonly<Record<string, string>>): Promise<void> {
  const headers = { accept: 'application/json', origin: app.url }
  const response = await page.context().request.post(`${app.url}/oauth/connect/acme`, { headers })
  const started: { readonly url: string } = await response.json()
  const asked = new URL(started.url).searchParams
  const query = new URLSearchParams({ ...answer, state: asked.get('state') ?? '' })
  await page.goto(`${asked.get('redirect_uri')}?${query}`)
}

/** What a page has that is not of our own making: elements by their names, and handlers. */
const strangers = ({ page }: Watched): Promise<string[]> =>
  page.evaluate<string[]>(`
    const ours = /^(?:html|head|meta|title|style|body|main|div|svg|path|h1|p|nav|a|form|input|button)$/
    const elements = [...document.querySelectorAll('*')]
    const foreign = elements.map(({ localName }) => localName).filter(name => !ours.test(name))
    const handlers = elements.flatMap(element => element.getAttributeNames().filter(name => name.startsWith('on')));
    [...foreign, ...handlers]`)

/** As a browser shows a text in one line. */
const shown = (text: string): string => text.replace(/\s+/g, ' ').trim()

describe('a text that wants to be a script', () => {
  test('runs on a page that does not guard itself, so that this suite would see it', async () => {
    expect(new Set(payloads).size).toBe(50)
    const context = await browser.newContext()
    const ran: string[] = []
    for (const payload of payloads) {
      const watched = await watchedPage(context)
      await watched.page.goto(`${provider.url}/raw?html=${encodeURIComponent(`<p>${payload}</p>`)}`)
      await watched.page.waitForTimeout(50)
      if (watched.incidents.some(incident => incident.startsWith('dialog'))) ran.push(payload)
      await watched.page.close()
    }
    expect(ran.length).toBeGreaterThan(25)
  })

  test('T22: in error_description is not even shown: 50 payloads, no script, nothing against the policy', async () => {
    const watched = await signedIn('description')
    for (const payload of payloads) {
      const error_uri = `https://x.example/${payload}`
      await comeBack(watched, { error: 'server_error', error_description: payload, error_uri })
      expect(await watched.page.locator('h1').innerText()).toBe('Acme has refused')
      expect([await strangers(watched), watched.incidents]).toEqual([[], []])
    }
  })

  test('T22: as an error that no standard knows is not shown either', async () => {
    const watched = await signedIn('error')
    for (const payload of payloads) {
      await comeBack(watched, { error: payload })
      expect([await strangers(watched), watched.incidents]).toEqual([[], []])
    }
  })

  test("T22: as the account's name stands there as text: 50 payloads, no script, nothing against the policy", async () => {
    const watched = await signedIn('account')
    await comeBack(watched, { code: 'first' })
    expect(watched.page.url()).toContain('connect=connected')
    for (const payload of payloads) {
      provider.account = payload
      await comeBack(watched, { code: 'another' })
      expect(await watched.page.locator('h1').innerText()).toBe('Another Acme account?')
      expect(shown(await watched.page.locator('p').innerText())).toContain(shown(payload))
      expect([await strangers(watched), watched.incidents]).toEqual([[], []])
    }
  })

  test("T22: as the provider's name stands there as text: 50 payloads, no script, nothing against the policy", async () => {
    const watched = await signedIn('label')
    for (const payload of payloads) {
      app.acme.label = payload
      await comeBack(watched, { error: 'server_error' })
      expect(shown(await watched.page.locator('h1').innerText())).toContain(shown(payload))
      expect([await strangers(watched), watched.incidents]).toEqual([[], []])
    }
    app.acme.label = 'Acme'
  })

  test('T22: in the query of a callback that is no flow of ours changes no page', async () => {
    const watched = await signedIn('query')
    for (const payload of payloads) {
      const query = new URLSearchParams({ state: payload, error: payload, [payload]: payload })
      await watched.page.goto(`${app.url}/oauth/callback/acme?${query}`)
      expect([await strangers(watched), watched.incidents]).toEqual([[], []])
    }
  })
})

describe('a page', () => {
  test.each([
    [1280, 800],
    [320, 568],
  ])('fits a window of %i × %i, in light and dark, with the longest names', async (width, height) => {
    app.acme.label = `Acme ${'with-a-name-that-does-not-end-'.repeat(4)}`
    for (const colorScheme of ['light', 'dark'] as const) {
      const watched = await watchedPage(
        await browser.newContext({ viewport: { width, height }, colorScheme }),
      )
      await watched.page.goto(`${app.url}/login?user=size`)
      await comeBack(watched, { error: 'server_error' })
      const look = await watched.page.evaluate(`({
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        paper: getComputedStyle(document.querySelector('main')).backgroundColor,
        radius: getComputedStyle(document.querySelector('main')).borderRadius,
      })`)
      // The style is there: its hash is the one of the policy.
      const paper = colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(26, 29, 35)'
      expect(look).toEqual({ overflow: 0, paper, radius: '16px' })
      expect(watched.incidents).toEqual([])
    }
    app.acme.label = 'Acme'
  })

  test('T23: is not shown in the frame of another', async () => {
    const { page } = await signedIn('frame')
    const target = `${app.url}/oauth/connect/acme`
    await page.goto(`${provider.url}/raw?html=${encodeURIComponent(`<iframe src="${target}"></iframe>`)}`)
    await page.waitForTimeout(500)
    const shown = await page
      .frames()[1]
      ?.evaluate<string>("document.body?.innerText ?? ''")
      .catch(() => '')
    expect(shown ?? '').not.toContain('Use the button')
  })
})
