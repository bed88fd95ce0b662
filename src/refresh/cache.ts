import type { Policy } from '../lifecycle/policy.ts'
import type { ProviderTraits } from '../lifecycle/provider-traits.ts'
import { freshUntil } from '../lifecycle/state.ts'
import type { Clock } from '../ports/clock.ts'
import { hasSlept } from '../ports/moment.ts'
import type { ConnectionKey } from '../ports/store.ts'
import { connectionName } from './connection-name.ts'
import type { HeldToken } from './held-token.ts'
import { connectionOf } from './observed.ts'

export interface CacheLimits {
  /** How old an entry may be before the row is looked at again. */
  readonly maxAgeMs: number
  readonly maxEntries: number
}

/** What is known of one provider's clients, and how many calls that has answered. */
interface Shelf {
  readonly clients: Map<string, Entry>
  calls: number
}

interface Entry {
  readonly held: HeldToken
  /** By the monotonic clock: fresh and young before, due for a look at the row from then on. */
  readonly goodUntil: number
  used: boolean
}

const LONGEST_READ_MS = 60_000

/**
 * Tokens in memory, two maps deep (provider, client) so that a hit joins no strings. Bounded: when full, the
 * oldest entry goes that was not used since the last round (second chance).
 */
export class TokenCache {
  readonly #clock: Clock
  readonly #limits: CacheLimits
  readonly #providers = new Map<string, Shelf>()
  /** Rows that were read earlier than this are of before a write, by connection; oldest barrier first. */
  readonly #barriers = new Map<string, number>()
  #size = 0

  constructor(clock: Clock, limits: CacheLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** The token when no look at the row is needed, and it lives longer than `minValidMs`. */
  fresh(clientId: string, provider: string, minValidMs: number): HeldToken | null {
    const shelf = this.#providers.get(provider)
    const entry = shelf?.clients.get(clientId)
    if (shelf === undefined || entry === undefined) return null
    const now = this.#clock.monotonicMs()
    if (now >= entry.goodUntil) return null
    if (hasSlept(entry.held.observed, this.#clock)) return null
    if (minValidMs > 0 && this.#remaining(entry, now) <= minValidMs) return null
    entry.used = true
    shelf.calls += 1
    return entry.held
  }

  /**
   * The token whatever its age, for the time that the database does not answer. Null also when the machine slept
   * since: the monotonic clock does not know how much of its life has passed.
   */
  last(key: ConnectionKey): HeldToken | null {
    const entry = this.#providers.get(key.provider)?.clients.get(key.clientId)
    if (entry === undefined) return null
    return hasSlept(entry.held.observed, this.#clock) ? null : entry.held
  }

  put(held: HeldToken, traits: ProviderTraits, policy: Policy): void {
    const { row, readAt } = held.observed
    if (traits.refreshKillsAccessToken || this.#limits.maxEntries === 0) return
    if (readAt < (this.#barriers.get(connectionName(row)) ?? -Infinity)) return
    const known = this.#providers.get(row.provider)?.clients.get(row.clientId)?.held.observed.row
    // An answer that was on its way while somebody else brought newer tokens.
    if (known !== undefined && known.id === row.id && known.generation > row.generation) return
    const freshForMs = freshUntil(connectionOf(row), traits, policy) - row.now
    let shelf = this.#providers.get(row.provider)
    if (shelf === undefined) {
      shelf = { clients: new Map(), calls: 0 }
      this.#providers.set(row.provider, shelf)
    }
    const { clients } = shelf
    if (!clients.has(row.clientId)) {
      this.#makeRoom()
      this.#size += 1
    }
    clients.set(row.clientId, {
      held,
      goodUntil: readAt + Math.min(this.#limits.maxAgeMs, freshForMs),
      used: false,
    })
  }

  /** How many calls {@link fresh} has answered so far, by provider. */
  *calls(): Generator<readonly [provider: string, calls: number]> {
    for (const [provider, { calls }] of this.#providers) yield [provider, calls]
  }

  /** After a write of this process: what was read before it does not come back. */
  drop(key: ConnectionKey): void {
    this.#forget(key, this.#clock.monotonicMs())
  }

  /**
   * Keeps nothing of a connection for one maximum age: it is written in a transaction that is not committed yet,
   * and what is read until then is the state before.
   */
  suspend(key: ConnectionKey): void {
    this.#forget(key, this.#clock.monotonicMs() + this.#limits.maxAgeMs)
  }

  #forget(key: ConnectionKey, barrier: number): void {
    if (this.#providers.get(key.provider)?.clients.delete(key.clientId)) this.#size -= 1
    const name = connectionName(key)
    const before = this.#barriers.get(name) ?? -Infinity
    this.#barriers.delete(name)
    this.#barriers.set(name, Math.max(before, barrier))
    // No read takes that long: older barriers hold nothing back any more.
    const over = this.#clock.monotonicMs() - this.#limits.maxAgeMs - LONGEST_READ_MS
    for (const [oldest, at] of this.#barriers) {
      if (at > over) break
      this.#barriers.delete(oldest)
    }
  }

  #remaining(entry: Entry, now: number): number {
    const { row, readAt } = entry.held.observed
    return row.expiresAt === null ? Infinity : row.expiresAt - row.now - (now - readAt)
  }

  #makeRoom(): void {
    while (this.#size >= this.#limits.maxEntries) {
      for (const { clients } of this.#providers.values()) {
        for (const [clientId, entry] of clients) {
          if (this.#size < this.#limits.maxEntries) return
          if (entry.used) entry.used = false
          else {
            clients.delete(clientId)
            this.#size -= 1
          }
        }
      }
    }
  }
}
