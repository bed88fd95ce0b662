import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What a process of a test says: an object with a `kind`. */
export interface Said {
  readonly kind: string
}

/** A Node process that talks to the test by messages. What it prints is kept for the message of its failure. */
export class ForkedProcess<Message extends Said> {
  readonly heard: Message[] = []
  readonly #child: ChildProcess
  readonly #listeners = new Set<() => void>()
  #output = ''

  constructor(file: string, options: object) {
    const path = fileURLToPath(new URL(file, import.meta.url))
    this.#child = fork(path, [JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.#output += data.toString()
      })
    }
    // It is a program of this folder, so its messages are what the type says.
    this.#child.on('message', message => this.#notice(message as Message))
    this.#child.once('exit', () => this.#notice(null))
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  say(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object, () => {})
  }

  /**
   * The first answer of `find` that is not null, tried now and after each message.
   * @throws Error the process ended before: with what it printed
   */
  until<Found>(find: () => Found | null): Promise<Found> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find()
        if (found === null && !this.hasEnded) return
        this.#listeners.delete(look)
        if (found === null) reject(new Error(`a process ended:\n${this.#output}`))
        else resolve(found)
      }
      this.#listeners.add(look)
      look()
    })
  }

  /** The first message of a kind, heard already or to come. */
  hear<Kind extends Message['kind']>(kind: Kind): Promise<Extract<Message, { kind: Kind }>> {
    const is = (message: Message): message is Extract<Message, { kind: Kind }> => message.kind === kind
    return this.until(() => this.heard.find(is) ?? null)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async kill(): Promise<void> {
    if (this.hasEnded) return
    const ended = once(this.#child, 'exit')
    this.signal('SIGKILL')
    await ended
  }

  #notice(message: Message | null): void {
    if (message !== null) this.heard.push(message)
    for (const look of [...this.#listeners]) look()
  }
}
