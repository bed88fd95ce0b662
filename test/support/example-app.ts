import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { projectDirectory } from './project.ts'

/** A program of `examples/`, or another one that prints its address when it is there. */
export class ExampleApp implements AsyncDisposable {
  readonly #child: ChildProcess
  #printed = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.#printed += data.toString()
      })
    }
  }

  /**
   * Starts it, and waits for an address among what it prints.
   * @param cwd default: the project
   * @throws Error it has ended before: with what it printed
   */
  static async start(
    file: string,
    environment: Readonly<Record<string, string>>,
    args: readonly string[] = [],
    cwd = projectDirectory,
  ): Promise<ExampleApp> {
    const child = spawn(process.execPath, [join(projectDirectory, file), ...args], {
      cwd,
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const app = new ExampleApp(child)
    const ended = once(child, 'exit')
    const spoke = (): Promise<unknown[]> => Promise.race([once(child.stdout, 'data'), ended])
    while (!app.printed.includes('http://')) {
      await spoke()
      if (child.exitCode !== null) throw new Error(`${file} has ended:\n${app.printed}`)
    }
    return app
  }

  get printed(): string {
    return this.#printed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}
