import type { PolicyOptions } from 'evergrant'
import type { GenericProviderOptions } from 'evergrant/providers'
import { ForkedProcess } from './forked-process.ts'

/** What one of several processes of a back end is started with. */
export interface BackEndOptions {
  readonly database: string
  readonly encryptionKeys: string
  readonly profile: GenericProviderOptions
  readonly app: { readonly clientId: string; readonly clientSecret?: string | undefined }
  readonly clientId: string
  readonly policy: PolicyOptions
  readonly callers: number
  /** Where each token is shown as soon as it was given. */
  readonly accepts: string
}

/** What a process of a back end tells at its end. */
export interface BackEndResult {
  readonly kind: 'done'
  /** Tokens that were shown and accepted, and that were not. */
  readonly accepted: number
  readonly rejected: number
  /** How many different tokens there were. */
  readonly given: number
  /** The reason, else the message, of the error that ended a caller's work. */
  readonly failures: readonly string[]
  /** How often Evergrant reported what. */
  readonly events: Readonly<Record<string, number>>
}

type Message = { readonly kind: 'ready' } | BackEndResult

/** Several processes of one back end, ready to begin. The server sees at the token endpoint which of them asks. */
export class BackEnds {
  readonly #processes: readonly ForkedProcess<Message>[]

  private constructor(processes: readonly ForkedProcess<Message>[]) {
    this.#processes = processes
  }

  static async start(count: number, options: BackEndOptions): Promise<BackEnds> {
    const ends = new BackEnds(
      Array.from({ length: count }, (_, index) => {
        const profile = {
          ...options.profile,
          tokenEndpoint: `${options.profile.tokenEndpoint}?process=${index}`,
        }
        return new ForkedProcess<Message>('./rotation-worker.js', { ...options, profile })
      }),
    )
    await Promise.all(ends.#processes.map(one => one.hear('ready')))
    return ends
  }

  begin(): void {
    for (const one of this.#processes) one.say('begin')
  }

  /**
   * Waits for something that comes of their work.
   * @throws Error all callers of a process ended before: with their failures
   */
  async workUntil<Happened>(happened: Promise<Happened>): Promise<Happened> {
    const early = this.#living().map(async one => {
      const { failures } = await one.hear('done')
      throw new Error(`a process ended early: ${failures.join('; ')}`)
    })
    return await Promise.race([happened, ...early])
  }

  /** Lets all callers finish what they are at. */
  async stop(): Promise<readonly BackEndResult[]> {
    const living = this.#living()
    for (const one of living) one.say('stop')
    return await Promise.all(living.map(one => one.hear('done')))
  }

  /** Ends one of them with SIGKILL. @param index as the server sees it */
  async killOne(index: number): Promise<void> {
    await this.#processes[index]?.kill()
  }

  signal(signal: NodeJS.Signals): void {
    for (const one of this.#processes) one.signal(signal)
  }

  async kill(): Promise<void> {
    await Promise.all(this.#processes.map(one => one.kill()))
  }

  #living(): readonly ForkedProcess<Message>[] {
    return this.#processes.filter(one => !one.hasEnded)
  }
}
