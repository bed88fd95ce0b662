import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LocalZohoApp } from 'evergrant/testing'
import { ForkedProcess } from '../conformance/forked-process.ts'

/** What the SDK understood of an answer, as plain values. */
export interface SdkAnswer {
  readonly status: number
  /** The SDK's own class of it; null: there was nothing in it. */
  readonly kind: string | null
  readonly data?: readonly Readonly<Record<string, unknown>>[] | undefined
  readonly info?: Readonly<Record<string, unknown>> | undefined
  /** Of an error that is an answer. */
  readonly code?: string | undefined
}

/** What the SDK threw. */
export interface SdkError {
  readonly code: string
  readonly message: string
}

/** A call among many: its answer, or what was thrown. */
export type SdkCall = SdkAnswer | { readonly failed: SdkError }

type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: SdkError }

/** Where the SDK works, and by whose grant. */
export interface SdkPlace {
  readonly url: string
  readonly app: LocalZohoApp
  readonly refreshToken: string
  /** Absent: it refreshes as soon as it starts. */
  readonly accessToken?: string | undefined
}

/** Zoho's SDK for Node in a process of its own, its token store in a folder that goes with it. */
export class SdkProcess implements AsyncDisposable {
  readonly #process: ForkedProcess<Message>
  readonly #directory: string
  #orders = 0

  private constructor(process: ForkedProcess<Message>, directory: string) {
    this.#process = process
    this.#directory = directory
  }

  /** @throws Error the SDK did not start: with what it printed */
  static async start(place: SdkPlace): Promise<SdkProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'evergrant-sdk-'))
    const program = new URL('./sdk-program.js', import.meta.url).href
    const sdk = new SdkProcess(new ForkedProcess<Message>(program, { ...place, directory }), directory)
    try {
      await sdk.#process.hear('ready')
    } catch (error) {
      await sdk[Symbol.asyncDispose]()
      throw error
    }
    return sdk
  }

  /** A call of the SDK on leads. @throws Error what the SDK threw */
  async call(name: string, ...args: readonly unknown[]): Promise<SdkAnswer> {
    return (await this.#order('call', name, args)) as SdkAnswer
  }

  /** The same call so many times at once. */
  async callAtOnce(count: number, name: string, ...args: readonly unknown[]): Promise<readonly SdkCall[]> {
    return (await this.#order('callAtOnce', count, name, args)) as readonly SdkCall[]
  }

  /** Writes into the SDK's store that its access token is over, as it is after an hour. */
  async expire(): Promise<void> {
    await this.#order('expire')
  }

  async storedAccessToken(): Promise<string> {
    return String(await this.#order('storedAccessToken'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill()
    await rm(this.#directory, { recursive: true, force: true })
  }

  async #order(order: string, ...args: readonly unknown[]): Promise<unknown> {
    this.#orders += 1
    const id = this.#orders
    this.#process.say({ id, order, args })
    const answer = await this.#process.until(
      () => this.#process.heard.find(heard => heard.kind !== 'ready' && heard.id === id) ?? null,
    )
    if (answer.kind === 'done') return answer.value
    const { code, message } = answer.kind === 'failed' ? answer.error : { code: '', message: '' }
    throw new Error(`${code}: ${message}`)
  }
}
