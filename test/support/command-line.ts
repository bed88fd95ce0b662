import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect } from 'vitest'
import { type ArgumentWatch, secretsOf, watchArguments } from './argument-watch.ts'
import type { Ended } from './processes.ts'
import { projectDirectory } from './project.ts'

export interface CommandOptions {
  /** What stands on standard input. Default: nothing. */
  readonly input?: string | undefined
  /** Added to an environment that knows nothing of Evergrant. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** The built `evergrant`, run in an empty directory of its own. */
export interface CommandLine {
  readonly directory: string
  /** What its processes show of their arguments. No secret that one was given otherwise may stand there. */
  readonly shown: ArgumentWatch
  run(args: readonly string[], options?: CommandOptions): Promise<Ended>
  start(args: readonly string[], options?: CommandOptions): ChildProcessWithoutNullStreams
}

/** What was printed on standard error, as it was before it was wrapped. */
export function unwrapped(text: string): string {
  return text.replaceAll(/\n +/g, ' ')
}

const program = join(projectDirectory, 'dist/cli/main.js')

/**
 * Call it outside of tests and hooks. When the test file is done the directory is removed, and the file fails where
 * an argument showed a secret.
 */
export function commandLine(): CommandLine {
  const directory = mkdtempSync(join(tmpdir(), 'evergrant-cli-'))
  const shown = watchArguments()
  const secrets = new Set<string>()
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true })
    const texts = shown.seen().map(args => args.join(' '))
    expect(texts.filter(text => [...secrets].some(secret => text.includes(secret)))).toEqual([])
  })
  const start: CommandLine['start'] = (args, { input = '', env = {} } = {}) => {
    for (const secret of secretsOf(input, env)) secrets.add(secret)
    const child = spawn(process.execPath, [program, ...args], {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        HOME: directory,
        ...env,
        NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} ${shown.option}`,
      },
      stdio: 'pipe',
    })
    // A command that reads nothing may be gone before all of it is written.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    return child
  }
  return {
    directory,
    shown,
    start,
    run: async (args, options) => {
      const child = start(args, options)
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ])
      return { code, stdout, stderr }
    },
  }
}
