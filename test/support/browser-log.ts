import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** What one scripted browser saw. */
export interface Visit {
  /** Every address, in this order. */
  readonly visited: readonly string[]
  /** The page that it stayed at: the text of its heading, and where it was. */
  readonly end: { readonly title: string; readonly status: number; readonly url: string }
}

/** A scripted browser, as the environment of a command names it. */
export interface ScriptedBrowser {
  /** Of the command. */
  readonly env: Readonly<Record<string, string>>
  visits(): readonly Visit[]
  /** The last of so many visits, once it is over. */
  visit(count: number): Promise<Visit>
}

/** @param directory where it keeps its log */
export function scriptedBrowser(directory: string, name = 'browser'): ScriptedBrowser {
  const log = join(directory, `${name}.log`)
  const visits = (): readonly Visit[] => {
    const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []
    return lines.filter(line => line !== '').map(line => JSON.parse(line))
  }
  return {
    env: {
      BROWSER: fileURLToPath(new URL('scripted-browser.js', import.meta.url)),
      BROWSER_LOG: log,
    },
    visits,
    visit: async count => {
      await expect.poll(visits).toHaveLength(count)
      const visit = visits().at(-1)
      if (visit === undefined) throw new Error('no visit')
      return visit
    },
  }
}
