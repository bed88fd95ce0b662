import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll } from 'vitest'
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
  run(args: readonly string[], options?: CommandOptions): Promise<Ended>
  start(args: readonly string[], options?: CommandOptions): ChildProcessWithoutNullStreams
}

/** What was printed on standard error, as it was before it was wrapped. */
export function unwrapped(text: string): string {
  return text.replaceAll(/\n +/g, ' ')
}

const program = join(projectDirectory, 'dist/cli/main.js')

/** Call it outside of tests and hooks; the directory is removed when the test file is done. */
export function commandLine(): CommandLine {
  const directory = mkdtempSync(join(tmpdir(), 'evergrant-cli-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const start: CommandLine['start'] = (args, { input = '', env = {} } = {}) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: directory,
      env: { PATH: process.env.PATH, HOME: directory, ...env },
      stdio: 'pipe',
    })
    // A command that reads nothing may be gone before all of it is written.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    return child
  }
  return {
    directory,
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
