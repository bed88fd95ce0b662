import type { ConnectionRow, TokenStore } from '../../src/ports/store.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { Happening, Row, RowChange, Told } from '../history.ts'
import type { Dice } from './dice.ts'
import { EPOCH } from './machine.ts'
import { tokenIn } from './open-cipher.ts'
import type { Scheduler } from './scheduler.ts'

export interface DatabaseParts {
  readonly scheduler: Scheduler
  readonly dice: Dice
  readonly record: (happening: Happening) => void
  readonly clients: readonly string[]
  readonly provider: string
  readonly clockOffsetMs: number
}

const READS = new Set([
  ...['read', 'due', 'list', 'seedMemory', 'ping', 'flows.expire'],
  ...['revocations.of', 'revocations.pending', 'revocations.due'],
])

/**
 * The database server: the store in memory, which keeps the store's contract, on a clock of its own. A statement
 * happens at one instant. What each one did to the rows is recorded.
 */
export class Database {
  readonly #parts: DatabaseParts
  readonly #store: TokenStore
  readonly #rows = new Map<string, Row | null>()
  #clockOffsetMs: number
  #downUntil = 0
  #frozenUntil = 0
  #ids = 0
  #lastEvent = 0

  constructor(parts: DatabaseParts) {
    this.#parts = parts
    this.#clockOffsetMs = parts.clockOffsetMs
    const wallMs = (): number => EPOCH + parts.scheduler.now + this.#clockOffsetMs
    this.#store = openMemoryStore({
      clock: { wallMs, monotonicMs: () => parts.scheduler.now, delay: async () => {} },
      randomness: { fraction: () => parts.dice.fraction(), uuid: () => this.#nextId() },
    })
  }

  get isDown(): boolean {
    return this.#parts.scheduler.now < this.#downUntil
  }

  /** How long a statement that arrives now waits before it runs. */
  get waitMs(): number {
    return Math.max(0, this.#frozenUntil - this.#parts.scheduler.now)
  }

  /** Statements that run, and those that come, end in an error. */
  goDown(ms: number): void {
    this.#downUntil = Math.max(this.#downUntil, this.#parts.scheduler.now + ms)
  }

  /** Statements wait; they run afterwards, also those that nobody waits for any more. */
  freeze(ms: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#parts.scheduler.now + ms)
  }

  heal(): void {
    this.#downUntil = 0
    this.#frozenUntil = 0
  }

  /** Its host's clock is set. */
  jump(ms: number): void {
    this.#clockOffsetMs += ms
  }

  /** Runs a statement now. */
  async run(machine: string, method: string, args: readonly unknown[]): Promise<unknown> {
    const dot = method.indexOf('.')
    const part: unknown = dot < 0 ? this.#store : Reflect.get(this.#store, method.slice(0, dot))
    const statement: unknown = Reflect.get(Object(part), method.slice(dot + 1))
    if (typeof statement !== 'function') throw new TypeError(`the store has no ${method}`)
    const result: unknown = await Reflect.apply(statement, part, args)
    if (READS.has(method)) return result
    const changes: RowChange[] = []
    for (const client of this.#parts.clients) {
      const row = await this.#store.read({ clientId: client, provider: this.#parts.provider })
      const before = this.#rows.get(client) ?? null
      const after = row === null ? null : rowOf(row)
      if (JSON.stringify(before) !== JSON.stringify(after)) changes.push({ client, before, after })
      this.#rows.set(client, after)
    }
    const now = EPOCH + this.#parts.scheduler.now + this.#clockOffsetMs
    const told = await this.#newEvents()
    this.#parts.record({ kind: 'statement', machine, method, result: inAWord(result), now, changes, told })
    return result
  }

  async #newEvents(): Promise<readonly Told[]> {
    const page = await this.#store.eventLog.page({ limit: 20, before: null })
    const fresh = page.filter(({ id }) => id > this.#lastEvent).toReversed()
    this.#lastEvent = fresh.at(-1)?.id ?? this.#lastEvent
    return fresh.map(({ type, connectionId }) => ({ type, row: connectionId }))
  }

  #nextId(): string {
    this.#ids += 1
    return `row-${this.#ids}`
  }
}

function inAWord(result: unknown): string {
  return typeof result === 'object' ? (result === null ? 'none' : 'a row') : String(result)
}

function rowOf(row: ConnectionRow): Row {
  const { id, generation, status, expiresAt, leaseId, leaseUntil, attemptId, lastError, nextAttemptAt } = row
  return {
    id,
    generation,
    access: tokenIn(row.accessToken),
    refresh: tokenIn(row.refreshToken),
    status,
    reason: row.statusReason,
    expiresAt,
    leaseId,
    leaseUntil,
    attemptId,
    lastError,
    nextAttemptAt,
  }
}
