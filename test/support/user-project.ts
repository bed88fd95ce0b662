import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { projectDirectory } from './project.ts'

/** A folder as a user of Evergrant has one, with the built package and what its examples import installed. */
export interface UserProject {
  readonly directory: string
  /** For the environment of its programs: nothing that this process has beside what Node needs. */
  readonly environment: Readonly<Record<string, string>>
  /** Makes a folder in it. Gives its path. */
  folder(name: string): string
}

const INSTALLED = [
  'pg',
  'drizzle-orm',
  'better-auth',
  '@opentelemetry',
  'pino',
  'prom-client',
  'express',
  'oidc-provider',
]

/** Stands for npm at a prompt: `npx evergrant` is the built command, and everything is installed already. */
const programs = {
  npm: 'exit 0',
  npx: `[ "$1" = evergrant ] || { echo "npx: not evergrant: $1" >&2; exit 127; }
shift
exec "${process.execPath}" "${join(projectDirectory, 'dist/cli/main.js')}" "$@"`,
}

/**
 * Loaded into every program of the project. What it sends to Zoho, or to a host that does not exist, arrives at
 * the local Zoho. And a program that only ends because a pool gives up its idle connections does not end.
 */
const surroundings = `
const wait = globalThis.setTimeout
globalThis.setTimeout = Object.defineProperties(
  (callback, ms, ...rest) => wait(callback, ms >= 5_000 ? 2 ** 31 - 1 : ms, ...rest),
  Object.getOwnPropertyDescriptors(wait),
)
const local = process.env.ZOHO_ACCOUNTS_SERVER
const send = globalThis.fetch
globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  const path = /^accounts[.]zoho[.]/.test(url.host) ? url.pathname
    : /[.]zohoapis[.]|[.]example$/.test(url.host) ? '/api/echo'
    : null
  if (path === null) return send(input, init)
  return send(input instanceof Request ? new Request(local + path, input) : local + path, init)
}
`

/** Call it outside of tests and hooks; the folder is removed when the test file is done. */
export function userProject(): UserProject {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'evergrant-user-')))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const modules = join(directory, 'node_modules')
  mkdirSync(modules)
  symlinkSync(projectDirectory, join(modules, 'evergrant'))
  for (const name of INSTALLED) symlinkSync(join(projectDirectory, 'node_modules', name), join(modules, name))

  const bin = join(directory, 'bin')
  mkdirSync(bin)
  symlinkSync(process.execPath, join(bin, 'node'))
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  writeFileSync(join(directory, 'surroundings.mjs'), surroundings)

  return {
    directory,
    environment: {
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: directory,
      NODE_OPTIONS: `--import=${join(directory, 'surroundings.mjs')}`,
    },
    folder: name => {
      const path = join(directory, name)
      mkdirSync(path)
      return path
    },
  }
}
