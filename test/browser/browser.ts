import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Starts the Chromium of this machine. It talks to nobody by itself. */
export function startBrowser(): Promise<Browser> {
  const executablePath = PLACES.find(place => existsSync(place))
  if (executablePath === undefined) throw new Error('There is no Chromium: .ci/debian installs it.')
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...quiet] })
}

/** What a page of a browser was seen to do. */
export interface Watched {
  readonly page: Page
  /** Scripts that opened a dialog, and what broke the page's policy. */
  readonly incidents: string[]
}

/** Opens a page, and watches for scripts that run and for what its policy refuses. */
export async function watchedPage(context: BrowserContext): Promise<Watched> {
  const page = await context.newPage()
  const incidents: string[] = []
  page.on('dialog', dialog => {
    incidents.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', message => {
    if (/Content Security Policy/.test(message.text())) incidents.push(message.text())
  })
  page.on('pageerror', error => incidents.push(`error: ${error.message}`))
  return { page, incidents }
}

/** One request of a browser and its answer, as HAR 1.2 has them. */
export interface HarEntry {
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: readonly { readonly name: string; readonly value: string }[]
  }
  readonly response: { readonly status: number }
}

/** A context whose whole traffic is written down. */
export interface Recorded {
  readonly context: BrowserContext
  /** Closes the context. Gives its traffic, and the whole of it as text, with headers, cookies and bodies. */
  traffic(): Promise<{ readonly entries: readonly HarEntry[]; readonly text: string }>
}

export async function recordedContext(browser: Browser): Promise<Recorded> {
  const directory = mkdtempSync(join(tmpdir(), 'evergrant-har-'))
  const path = join(directory, 'traffic.har')
  const context = await browser.newContext({ recordHar: { path, content: 'embed' } })
  return {
    context,
    traffic: async () => {
      await context.close()
      const text = readFileSync(path, 'utf8')
      rmSync(directory, { recursive: true })
      return { entries: JSON.parse(text).log.entries, text }
    },
  }
}
