import type { ConnectionKey } from '../ports/store.ts'
import { connectionName } from './connection-name.ts'
import type { Observed } from './observed.ts'
import type { RefreshPorts } from './ports.ts'
import type { RowReads } from './reads.ts'

/**
 * Makes the rows of connections that nobody has to connect: with the app's own credentials (RFC 6749 §4.4) a connection
 * begins with its first call. Its row is empty, and is claimed like any other.
 */
export class EmptyRows {
  readonly #ports: RefreshPorts
  readonly #reads: RowReads
  readonly #making = new Map<string, Promise<Observed>>()

  constructor(ports: RefreshPorts, reads: RowReads) {
    this.#ports = ports
    this.#reads = reads
  }

  /** The row of a connection that had none, made by whoever was first. @throws StoreUnavailableError */
  make(key: ConnectionKey): Promise<Observed> {
    const name = connectionName(key)
    const underWay = this.#making.get(name)
    if (underWay !== undefined) return underWay
    const making = this.#make(key).finally(() => this.#making.delete(name))
    this.#making.set(name, making)
    return making
  }

  async #make({ clientId, provider }: ConnectionKey): Promise<Observed> {
    const key = { clientId, provider }
    for (;;) {
      const made = await this.#ports.store.insertEmpty(key, {})
      if (made) this.#ports.emit({ type: 'connected', ...key, reason: null })
      this.#reads.forget(key)
      const observed = await this.#reads.read(key)
      // Null: deleted in between.
      if (observed !== null) return observed
    }
  }
}
