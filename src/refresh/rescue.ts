import type { Launched, Lifeboat, WaitingEntry } from '../ports/lifeboat.ts'
import type { ConnectionKey } from '../ports/store.ts'
import type { Secret } from '../secret.ts'
import type { TokenCache } from './cache.ts'
import { waitAtMost } from './giving-up.ts'
import type { Exchange } from './moved.ts'
import type { RefreshPorts } from './ports.ts'
import { type Replayed, replay } from './replay.ts'
import type { StoreHealth } from './store-health.ts'

/** What is in the lifeboat for one exchange. */
export interface Boarded {
  /** The database has decided: the entry is not needed any more. */
  clear(): Promise<void>
}

const NOTHING: Boarded = { clear: async () => {} }

/** Keeps rotated refresh tokens on the disk until the database has them, and brings back what was left there. */
export class Rescue {
  readonly #ports: RefreshPorts
  readonly #health: StoreHealth
  readonly #cache: TokenCache | null
  #fault: string | null = null

  constructor(ports: RefreshPorts, health: StoreHealth, cache: TokenCache | null) {
    this.#ports = ports
    this.#health = health
    this.#cache = cache
  }

  /** Why the last entry could not be written, as `ENOSPC`; null: it could. */
  get fault(): string | null {
    return this.#fault
  }

  /**
   * Takes the successor of a spent refresh token aboard. A lifeboat that is full, read-only or slow is told, and
   * holds nothing up: the commit is next in any case.
   */
  async board(exchange: Exchange): Promise<Boarded> {
    const { lifeboat, clock, policy } = this.#ports
    const { successor, sealedSuccessor, spent } = exchange
    if (lifeboat === null || successor === null || sealedSuccessor === null) return NOTHING
    // The stored one is not lost with this process; and with the app's own credentials nothing is spent.
    if (spent === null || successor.equals(spent)) return NOTHING

    const launched = lifeboat.launch(this.#entryOf(exchange, sealedSuccessor, spent))
    const waited = await waitAtMost(launched, policy.lifeboatTimeoutMs, clock, undefined)
    this.#note(waited.kind === 'timeout' ? { kind: 'failed', code: 'ETIMEDOUT' } : waited.value, exchange)
    return { clear: () => this.#clear(lifeboat, launched) }
  }

  /** Brings back whatever processes left that ended before they could commit. @throws StoreUnavailableError */
  async replayAll(): Promise<void> {
    await this.#replayEach(() => true)
  }

  /** The same for a connection that is about to be deleted. @throws StoreUnavailableError */
  async replayConnection({ clientId, provider }: ConnectionKey): Promise<void> {
    await this.#replayEach(entry => entry.clientId === clientId && entry.provider === provider)
  }

  /**
   * The same for a row with an unsettled attempt. `not_yet`: there is an entry for it, and as long as it is there the
   * refresh token of the row has been spent.
   * @throws StoreUnavailableError
   */
  async replayRow(rowId: string): Promise<Replayed> {
    return this.#replayEach(() => true, rowId)
  }

  async #replayEach(concerns: (entry: WaitingEntry) => boolean, rowId?: string): Promise<Replayed> {
    const { lifeboat } = this.#ports
    if (lifeboat === null) return 'passed_over'
    const ends = new Set<Replayed>()
    for (const entry of await lifeboat.waiting(rowId)) {
      if (!concerns(entry)) continue
      const end = await replay(this.#ports, this.#health, lifeboat, entry)
      if (end === 'restored') this.#cache?.drop(entry)
      ends.add(end)
    }
    if (ends.has('restored')) return 'restored'
    return ends.has('not_yet') ? 'not_yet' : 'passed_over'
  }

  #entryOf({ claim }: Exchange, refreshToken: string, spent: Secret): Parameters<Lifeboat['launch']>[0] {
    const { id, generation } = claim.observed.row
    const { clientId, provider } = claim.key
    const { attemptId } = claim
    return {
      id,
      generation,
      attemptId,
      clientId,
      provider,
      refreshToken,
      spent: this.#sealed(spent, claim.key),
    }
  }

  #sealed(token: Secret, { clientId, provider }: ConnectionKey): string {
    return this.#ports.cipher.seal(token, { purpose: 'refresh_token', clientId, provider })
  }

  #note(launched: Launched, { claim }: Exchange): void {
    this.#fault = launched.kind === 'failed' ? launched.code : null
    if (launched.kind === 'aboard') return
    const { clientId, provider } = claim.key
    this.#ports.emit({ type: 'lifeboat_failed', clientId, provider, code: launched.code })
  }

  // Also what arrives there after we have stopped waiting for it. A disk that hangs must not hold up the end.
  async #clear(lifeboat: Lifeboat, launched: Promise<Launched>): Promise<void> {
    const { clock, policy } = this.#ports
    const removed = launched.then(async result => {
      if (result.kind === 'aboard') await lifeboat.remove(result.name)
    })
    await waitAtMost(removed, policy.lifeboatTimeoutMs, clock, undefined)
  }
}
