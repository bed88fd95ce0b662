import type { ConsumedFlow, FlowKind, FlowRecord, FlowStore } from '../ports/flows.ts'
import { CLEANED_AT_A_TIME, FLOW_RETENTION_MS } from './flow-retention.ts'
import { storableMetadata } from './storable.ts'

export interface MemoryFlowsParts {
  /** Throws where the store is closed. */
  readonly enter: () => void
  readonly now: () => number
}

interface MemoryFlow {
  readonly flow: Omit<FlowRecord, 'sealed'>
  readonly sealed: string | null
  readonly createdAt: number
  readonly expiresAt: number
  readonly isConsumed: boolean
  readonly outcome: string | null
}

/** The flows of a store in memory. */
export class MemoryFlows implements FlowStore {
  readonly #parts: MemoryFlowsParts
  readonly #flows = new Map<string, MemoryFlow>()

  constructor(parts: MemoryFlowsParts) {
    this.#parts = parts
  }

  async begin(digest: string, { sealed, ...record }: FlowRecord, ttlMs: number): Promise<boolean> {
    this.#parts.enter()
    const isFree = !this.#flows.has(digest)
    const createdAt = this.#parts.now()
    const flow = { ...record, details: storableMetadata(record.details) }
    const expiresAt = createdAt + ttlMs
    if (isFree) {
      this.#flows.set(digest, { flow, sealed, createdAt, expiresAt, isConsumed: false, outcome: null })
    }
    this.#expire()
    return isFree
  }

  async consume(digest: string, kind: FlowKind): Promise<ConsumedFlow> {
    this.#parts.enter()
    const found = this.#flows.get(digest)
    if (found?.flow.kind !== kind) return { kind: 'unknown' }
    const { sealed, isConsumed, createdAt, expiresAt, outcome } = found
    const flow = structuredClone(found.flow)
    const now = this.#parts.now()
    if (isConsumed) return { kind: 'used', flow, outcome }
    if (sealed === null || createdAt > now || expiresAt <= now) return { kind: 'expired' }
    this.#flows.set(digest, { ...found, sealed: null, isConsumed: true })
    return { kind: 'consumed', flow: { ...flow, sealed } }
  }

  async conclude(digest: string, outcome: string): Promise<void> {
    this.#parts.enter()
    const found = this.#flows.get(digest)
    if (found?.isConsumed) this.#flows.set(digest, { ...found, outcome })
  }

  async expire(): Promise<number> {
    this.#parts.enter()
    return this.#expire()
  }

  #expire(): number {
    const now = this.#parts.now()
    const over = [...this.#flows].filter(([, { expiresAt }]) => expiresAt <= now)
    for (const [digest, flow] of over) this.#flows.set(digest, { ...flow, sealed: null })
    const gone = over
      .filter(([, { expiresAt }]) => expiresAt <= now - FLOW_RETENTION_MS)
      .slice(0, CLEANED_AT_A_TIME)
    for (const [digest] of gone) this.#flows.delete(digest)
    return gone.length
  }
}
