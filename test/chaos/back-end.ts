import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ProviderDefinition } from 'evergrant/providers'
import type { Point } from './plan.ts'

/** One refresh of a process to be struck, by its own hand. */
export interface Aim {
  readonly point: Point
  /** How many refreshes of the process go by first. */
  readonly after: number
  readonly signal: 'SIGKILL' | 'SIGSTOP'
}

/** What a back-end process is started with. All of it is sent as JSON. */
export interface Order {
  /** Modules of the built package. */
  readonly index: string
  readonly service: string
  readonly providers: string
  /** Options of `open`, without providers. */
  readonly open: object
  readonly provider: {
    readonly definition: ProviderDefinition
    readonly app: { readonly clientId: string; readonly clientSecret: string }
  }
  readonly connections: readonly string[]
  /** How long every second caller pauses between two calls; null: like the others, whose pauses are short. */
  readonly rarelyMs: number | null
  /** Upper bounds of the waits that are counted together, and what a call takes that is told of by itself; in ms. */
  readonly waitBoundsMs: readonly number[]
  readonly slowMs: number
  /** Answers 200 to a good access token. */
  readonly accepts: string
  readonly aim: Aim | null
}

/** What a back end says. Instants `at` are in ms by the machine's monotonic clock. */
export type Line =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'served'
      readonly calls: number
      readonly longestWaitMs: number
      /** Calls by how long they waited. One more than there are bounds. */
      readonly waits: readonly number[]
      readonly events: Readonly<Record<string, number>>
      /** By its own wall clock. */
      readonly wallMs: number
    }
  | {
      readonly kind: 'error'
      readonly connection: string
      readonly at: number
      readonly code: string
      readonly reason: string | null
      readonly message: string
    }
  | { readonly kind: 'refused'; readonly connection: string }
  | { readonly kind: 'slow'; readonly connection: string; readonly at: number; readonly waitMs: number }
  | { readonly kind: 'asks'; readonly connection: string; readonly at: number }
  | { readonly kind: 'kept'; readonly connection: string; readonly at: number }
  | { readonly kind: 'struck'; readonly point: Point; readonly connection: string; readonly at: number }
  | { readonly kind: 'resumed'; readonly point: Point }
  | { readonly kind: 'closed'; readonly tookMs: number }

const program = fileURLToPath(new URL('./back-end.js', import.meta.url))

/** A back end in a process of its own. It ends with this process, however this one ends. */
export class BackEnd {
  /** Null: it ended by a signal. */
  readonly ended: Promise<number | null>
  readonly ready: Promise<void>
  readonly #child: ChildProcess
  readonly #stopListening: () => void

  /** @param hear told each line as it comes, also those of a process that is dead by then */
  constructor(order: Order, hear: (line: Line) => void, env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, ['--max-semi-space-size=16', program, JSON.stringify(order)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    this.#child = child
    let complaint = ''
    child.stderr.on('data', (data: Buffer) => {
      complaint = (complaint + data.toString()).slice(-2_000)
    })
    const lines = createInterface({ input: child.stdout })
    let isReady: () => void = () => {}
    let failed: (error: Error) => void = () => {}
    this.ready = new Promise((resolve, reject) => {
      isReady = resolve
      failed = reject
    })
    this.ready.catch(() => {})
    lines.on('line', text => {
      // It is a program of this folder: its lines are what the type says.
      const line = JSON.parse(text) as Line
      if (line.kind === 'ready') isReady()
      hear(line)
    })
    this.ended = new Promise(resolve => {
      child.once('close', code => {
        failed(new Error(`a back end ended before it was ready:\n${complaint}`))
        resolve(code)
      })
    })
    this.#stopListening = () => lines.close()
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  signal(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.hasEnded) this.#child.kill(signal)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.ended
    this.#stopListening()
  }
}
