import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { InvalidInputError } from '../../errors.ts'
import type { LocalZoho, LocalZohoAddresses } from './control.ts'
import { remoteControl } from './remote-control.ts'
import type { LocalZohoOptions } from './settings.ts'

/** A local Zoho in a process of its own. */
export interface ForkedLocalZoho extends LocalZoho {
  /** Of its process. */
  readonly pid: number
}

// The same path from `src/`, where tests run, and from `dist/`: the process is always the built one.
const program = fileURLToPath(new URL('../../../dist/testing/zoho/process.js', import.meta.url))

/**
 * Starts a local Zoho in a process of its own, so that it survives what is done to this one's peers and its time
 * is its own. It ends with `close()`, and with this process, however this process ends.
 * @throws InvalidInputError the process did not start: the package is not built, or the port is taken.
 */
export async function forkLocalZoho(options: LocalZohoOptions = {}): Promise<ForkedLocalZoho> {
  const child = fork(program, { execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const { pid, stdout } = child
  if (pid === undefined || stdout === null)
    throw new InvalidInputError('The local Zoho cannot be started as a process.')
  child.send(options)
  const { error: _, ...addresses } = await readiness(child, stdout)
  // A forgotten `close()` must not keep this process alive; its end is the child's end.
  child.unref()
  child.channel?.unref()
  stdout.destroy()
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.ref()
    child.kill('SIGKILL')
    await exited
  }
  return { ...remoteControl(addresses.url), pid, ...addresses, close, [Symbol.asyncDispose]: close }
}

type Readiness = LocalZohoAddresses & { readonly error?: string }

/** The line that the process prints when it listens, or cannot. */
async function readiness(child: ChildProcess, stdout: Readable): Promise<Readiness> {
  const line = once(stdout.setEncoding('utf8'), 'data').then(([text]) => JSON.parse(String(text)))
  // `close` comes after the last output, so that an error that was printed is not missed.
  const ended = once(child, 'close').then(([code]) => ({ error: `Its process ended with code ${code}.` }))
  const ready: Readiness = await Promise.race([line, ended])
  if (ready.error !== undefined) {
    throw new InvalidInputError(
      `The local Zoho did not start: ${ready.error} It needs the built package (npm run build).`,
    )
  }
  return ready
}
