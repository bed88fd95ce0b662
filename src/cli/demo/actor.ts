import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { EvergrantEvent } from 'evergrant'
import type { Call, Performance, Reply } from './performance.ts'

const program = fileURLToPath(new URL('./worker.js', import.meta.url))

/** A process of the demo that failed, or ended when it should not. */
export class ActorError extends Error {
  override readonly name = 'ActorError'
  readonly code: string
  readonly retryable: boolean = false

  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** A process of the demo, seen from the one that tells the story. */
export class Actor {
  /** What has happened in it, in order. */
  readonly events: EvergrantEvent[] = []
  readonly #child: ChildProcess
  readonly #pending = new Map<number, Pending>()
  #calls = 0

  constructor(environment: NodeJS.ProcessEnv) {
    this.#child = fork(program, {
      env: environment,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', reply => this.#take(reply as Reply))
    this.#child.once('exit', () => this.#ended())
    this.#child.once('error', () => this.#ended())
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** @throws ActorError the call failed, or the process ended */
  ask<Name extends keyof Performance>(
    name: Name,
    ...args: Parameters<Performance[Name]>
  ): ReturnType<Performance[Name]> {
    this.#calls += 1
    const call: Call = { id: this.#calls, name, args }
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(call.id, { resolve, reject })
    })
    if (this.#child.connected) this.#child.send(call)
    else this.#ended()
    // The other side is a performer, whose calls have these types.
    return answer as ReturnType<Performance[Name]>
  }

  /** `kill -9`, and waits until it is gone. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  #take(reply: Reply): void {
    if (reply.kind === 'event') {
      this.events.push(reply.event)
      return
    }
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if (reply.kind === 'result') pending?.resolve(reply.result)
    else pending?.reject(new ActorError(reply.message, reply.code))
  }

  #ended(): void {
    for (const { reject } of this.#pending.values()) {
      reject(new ActorError('A process of the demo has ended.', 'PROCESS_ENDED'))
    }
    this.#pending.clear()
  }
}
