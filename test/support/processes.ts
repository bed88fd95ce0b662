import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { projectDirectory } from './project.ts'

/** How a program ended and what it printed. */
export interface Ended {
  /** Null: ended by a signal. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Default: the project. */
  readonly cwd?: string | undefined
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** After this time the program is ended. Default 5 minutes. */
  readonly timeoutMs?: number | undefined
}

/** Runs a program to its end. A program that fails is an answer, not an exception. */
export async function run(
  program: string,
  args: readonly string[],
  { cwd = projectDirectory, env = {}, timeoutMs = 300_000 }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, stdout, stderr }
}
