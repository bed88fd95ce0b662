import { momentOf } from '../ports/moment.ts'
import type { ConnectionKey } from '../ports/store.ts'
import { connectionName } from './connection-name.ts'
import { type Observed, observe } from './observed.ts'
import type { RefreshPorts } from './ports.ts'
import type { StoreHealth } from './store-health.ts'

/** Reads rows; callers who want the same row at the same time share one SELECT. */
export class RowReads {
  readonly #ports: RefreshPorts
  readonly #health: StoreHealth
  readonly #underWay = new Map<string, Promise<Observed | null>>()

  constructor(ports: RefreshPorts, health: StoreHealth) {
    this.#ports = ports
    this.#health = health
  }

  /** @throws StoreUnavailableError */
  read(key: ConnectionKey): Promise<Observed | null> {
    const name = connectionName(key)
    const known = this.#underWay.get(name)
    if (known !== undefined) return known

    const reading = this.#read(key).finally(() => {
      if (this.#underWay.get(name) === reading) this.#underWay.delete(name)
    })
    this.#underWay.set(name, reading)
    return reading
  }

  /** After a write of this process: a read that is under way may still see the row before it. */
  forget(key: ConnectionKey): void {
    this.#underWay.delete(connectionName(key))
  }

  async #read({ clientId, provider }: ConnectionKey): Promise<Observed | null> {
    const asked = momentOf(this.#ports.clock)
    const row = await this.#health.watch(() => this.#ports.store.read({ clientId, provider }))
    return row === null ? null : observe(row, asked, this.#ports)
  }
}
