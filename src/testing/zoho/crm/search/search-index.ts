import type { CrmChange, CrmRecord } from '../record-store.ts'
import type { CrmState } from '../state.ts'

/** So many changes may wait before the index looks which of them are due. */
const MOST_WAITING = 1_000

/** What a search looks at: the records as they were `searchLagMs` ago. */
export class SearchIndex {
  readonly #state: CrmState
  readonly #modules = new Map<string, Map<string, CrmRecord>>()
  /** Changes that the index may not know yet, the oldest first. */
  #waiting: { readonly at: number; readonly change: CrmChange }[] = []

  /** @param state its records of now are known at once, those written later after the lag */
  constructor(state: CrmState) {
    this.#state = state
    for (const module of state.modules.keys()) {
      this.#modules.set(module, new Map(state.store.all(module).map(record => [record.id, record])))
    }
    state.store.onChange(change => {
      this.#waiting.push({ at: state.clock.monotonicMs(), change })
      if (this.#waiting.length % MOST_WAITING === 0) this.#catchUp()
    })
  }

  /** The records of a module as the index has them. Some may be changed or deleted meanwhile. */
  records(module: string): readonly CrmRecord[] {
    this.#catchUp()
    return [...this.#rowsOf(module).values()]
  }

  #catchUp(): void {
    const until = this.#state.clock.monotonicMs() - this.#state.settings.searchLagMs
    const firstLater = this.#waiting.findIndex(({ at }) => at > until)
    const due = this.#waiting.splice(0, firstLater === -1 ? this.#waiting.length : firstLater)
    for (const { change } of due) {
      const rows = this.#rowsOf(change.module)
      if (change.after === null) rows.delete(change.id)
      else rows.set(change.id, change.after)
    }
  }

  #rowsOf(module: string): Map<string, CrmRecord> {
    const rows = this.#modules.get(module) ?? new Map<string, CrmRecord>()
    this.#modules.set(module, rows)
    return rows
  }
}
