import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll } from 'vitest'

/** What processes show of their arguments to everybody on the machine (`/proc/<pid>/cmdline`). */
export interface ArgumentWatch {
  /** For NODE_OPTIONS of a program: it is watched, and every Node process that it starts. */
  readonly option: string
  /** The arguments of each process so far, when it started and when it ended. */
  seen(): readonly (readonly string[])[]
}

/** Call it outside of tests and hooks; its file is removed when the test file is done. */
export function watchArguments(): ArgumentWatch {
  const directory = mkdtempSync(join(tmpdir(), 'evergrant-arguments-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'seen')
  const recorder = new URL('argument-recorder.js', import.meta.url)
  recorder.searchParams.set('to', pathToFileURL(file).href)
  return {
    option: `--import=${recorder.href}`,
    seen: () => {
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
      return lines.filter(line => line !== '').map(line => JSON.parse(line))
    },
  }
}

/** What a command was given that its arguments must not hold: secrets of its variables and of its input. */
export function secretsOf(input: string, env: Readonly<Record<string, string>>): readonly string[] {
  const variables = Object.entries(env).flatMap(([name, value]) => {
    if (/(?:SECRET|TOKEN|KEYS?)$/.test(name)) return value.split(',').flatMap(entry => [entry, keyIn(entry)])
    return /_URL$/.test(name) ? passwordsIn(value) : []
  })
  const tokens = [...input.matchAll(/"(?:access|refresh)Token"\s*:\s*"((?:[^"\\]|\\.)+)"/g)].map(
    ([, token = '']) => token,
  )
  // What is shorter stands for a secret only, and may be part of any word.
  return [...variables, ...tokens].filter(secret => secret.length >= 8)
}

/** The key of `id:key`. */
function keyIn(entry: string): string {
  return entry.slice(entry.indexOf(':') + 1)
}

function passwordsIn(url: string): readonly string[] {
  const password = URL.canParse(url) ? new URL(url).password : ''
  return [password, decodeURIComponent(password)]
}
