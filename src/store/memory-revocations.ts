import { REVOCATION_FIRST_MS, REVOCATION_LONGEST_MS } from '../lifecycle/revocation.ts'
import type {
  DueRevocations,
  NewRevocation,
  RenewedRevocation,
  Revocation,
  RevocationClaim,
  RevocationFailure,
  RevocationOutbox,
  WaitingRevocations,
} from '../ports/revocations.ts'
import type { ConnectionFilter, ConnectionKey } from '../ports/store.ts'
import { compareKeys, idOf, isOver } from './memory-rows.ts'

export interface MemoryRevocationsParts {
  /** Throws where the store is closed. */
  readonly enter: () => void
  readonly now: () => number
  readonly hasConnection: (key: ConnectionKey) => boolean
  readonly confirmed: (revocation: Omit<Revocation, 'isBeingAsked'>) => void
}

interface MemoryRevocation extends Omit<Revocation, 'isBeingAsked'> {
  readonly requestedAt: number
  readonly nextAttemptAt: number
  readonly lastError: string | null
  readonly isConfirmed: boolean
}

/** The revocations of a store in memory. */
export class MemoryRevocations implements RevocationOutbox {
  readonly #parts: MemoryRevocationsParts
  /** By their ids, in the order of the deletions. */
  readonly rows: Map<string, MemoryRevocation> = new Map()

  constructor(parts: MemoryRevocationsParts) {
    this.#parts = parts
  }

  async of(rowId: string): Promise<Revocation | null> {
    this.#parts.enter()
    const found = this.rows.get(rowId)
    return found === undefined ? null : this.#given(found)
  }

  async pending({ clientId, provider }: ConnectionKey): Promise<readonly Revocation[]> {
    return this.#pending({ clientId, provider }).map(found => this.#given(found))
  }

  async connections(filter: ConnectionFilter): Promise<readonly ConnectionKey[]> {
    const keys = this.#pending(filter).map(({ clientId, provider }) => ({ clientId, provider }))
    return [...new Map(keys.map(key => [idOf(key), key])).values()].sort(compareKeys)
  }

  async waiting(): Promise<WaitingRevocations> {
    const found = this.#pending({})
    const [first] = found
    if (first === undefined) return { count: 0, oldest: null }
    const waitsMs = this.#parts.now() - first.requestedAt
    return { count: found.length, oldest: { waitsMs, reason: first.lastError } }
  }

  async add(revocation: NewRevocation): Promise<boolean> {
    this.#parts.enter()
    return this.record(revocation)
  }

  /** Within a deletion. */
  record({ id, clientId, provider, refreshToken, accessToken, metadata }: NewRevocation): boolean {
    if (this.rows.has(id)) return false
    const requestedAt = this.#parts.now()
    const asked = { id, clientId, provider, refreshToken, accessToken, metadata, requestedAt }
    const state = { attempts: 0, nextAttemptAt: requestedAt + REVOCATION_FIRST_MS }
    this.rows.set(id, { ...asked, ...state, lastError: null, isConfirmed: false })
    return true
  }

  async due({ providers, longestGateMs, limit }: DueRevocations): Promise<readonly Revocation[]> {
    return this.#pending({})
      .filter(({ provider }) => providers.includes(provider))
      .filter(({ nextAttemptAt }) => isOver(nextAttemptAt, longestGateMs, this.#parts.now()))
      .filter(revocation => !this.#parts.hasConnection(revocation))
      .slice(0, limit)
      .map(found => this.#given(found))
  }

  async claim({ id, attempts, nextAttemptInMs, besideNewGrant }: RevocationClaim): Promise<boolean> {
    const found = this.#matching(id, attempts)
    if (found === undefined || (!besideNewGrant && this.#parts.hasConnection(found))) return false
    const nextAttemptAt = this.#parts.now() + nextAttemptInMs
    return this.#write(found, { attempts: attempts + 1, nextAttemptAt, lastError: null })
  }

  async failed({ id, attempts, reason, nextAttemptInMs }: RevocationFailure): Promise<boolean> {
    const found = this.#matching(id, attempts)
    if (found === undefined) return false
    return this.#write(found, { lastError: reason, nextAttemptAt: this.#parts.now() + nextAttemptInMs })
  }

  async renew({ id, refreshToken, accessToken }: RenewedRevocation): Promise<boolean> {
    this.#parts.enter()
    const found = this.rows.get(id)
    if (found === undefined || found.isConfirmed) return false
    return this.#write(found, {
      refreshToken: refreshToken ?? found.refreshToken,
      accessToken: accessToken ?? found.accessToken,
    })
  }

  async confirm(rowId: string): Promise<boolean> {
    this.#parts.enter()
    const found = this.rows.get(rowId)
    if (found === undefined || found.isConfirmed) return false
    this.#write(found, { refreshToken: null, accessToken: null, isConfirmed: true })
    this.#parts.confirmed(found)
    return true
  }

  #pending({ clientId, provider }: ConnectionFilter): MemoryRevocation[] {
    this.#parts.enter()
    return [...this.rows.values()]
      .filter(({ isConfirmed }) => !isConfirmed)
      .filter(revocation => clientId === undefined || revocation.clientId === clientId)
      .filter(revocation => provider === undefined || revocation.provider === provider)
  }

  #matching(id: string, attempts: number): MemoryRevocation | undefined {
    this.#parts.enter()
    const found = this.rows.get(id)
    return found !== undefined && found.attempts === attempts && !found.isConfirmed ? found : undefined
  }

  #write(found: MemoryRevocation, change: Partial<MemoryRevocation>): true {
    this.rows.set(found.id, { ...found, ...change })
    return true
  }

  // Copies, so that nobody outside changes what is stored.
  #given({
    requestedAt: _,
    nextAttemptAt,
    lastError,
    isConfirmed: __,
    ...revocation
  }: MemoryRevocation): Revocation {
    const { attempts, metadata } = revocation
    const isPaused = !isOver(nextAttemptAt, REVOCATION_LONGEST_MS, this.#parts.now())
    const isBeingAsked = attempts > 0 && lastError === null && isPaused
    return { ...revocation, metadata: structuredClone(metadata), isBeingAsked }
  }
}
