import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../failure.ts'
import type { DemoPlace } from './place.ts'

/*
 * Two demos on one database would refresh each other's token at the wrong provider. The one that runs has left the
 * URL of its local Zoho, which answers exactly as long as that demo runs.
 */
const FILE = 'provider.url'

/** @throws UsageError another demo runs here. */
export async function refuseSecondDemo({ directory }: DemoPlace): Promise<void> {
  const url = readUrl(join(directory, FILE))
  if (url === null || !(await answers(url))) return
  throw new UsageError(
    `Another demo is running in ${directory}, with its provider at ${url}. ` +
      'End it first, or name another directory with --data-dir.',
  )
}

export function announceDemo({ directory }: DemoPlace, url: string): void {
  writeFileSync(join(directory, FILE), url, { mode: 0o600 })
}

function readUrl(file: string): string | null {
  try {
    const url = readFileSync(file, 'utf8')
    return /^http:\/\/127\.0\.0\.1:\d+$/.test(url) ? url : null
  } catch {
    return null
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const { ok } = await fetch(`${url}/oauth/serverinfo`, { signal: AbortSignal.timeout(1_000) })
    return ok
  } catch {
    return false
  }
}
