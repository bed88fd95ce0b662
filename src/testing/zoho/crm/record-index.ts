import { own } from './json-objects.ts'
import type { CrmRecord, RecordStore } from './record-store.ts'

/** Finds records by the value of a field, without reading all of them. An index is made when it is first asked. */
export class RecordIndex {
  readonly #store: RecordStore
  readonly #indexes = new Map<string, Map<string, Map<string, Set<string>>>>()

  constructor(store: RecordStore) {
    this.#store = store
    store.onChange(({ module, id, before, after }) => {
      for (const [field, index] of this.#indexes.get(module) ?? []) {
        const old = keyOf(own(before, field))
        if (old !== null) index.get(old)?.delete(id)
        add(index, own(after, field), id)
      }
    })
  }

  /** The records with this value, the oldest first. Case does not count; nothing is like nothing. */
  find(module: string, field: string, value: unknown): readonly CrmRecord[] {
    const key = keyOf(value)
    const ids = key === null ? undefined : this.#indexOf(module, field).get(key)
    return [...(ids ?? [])].sort().flatMap(id => this.#store.get(module, id) ?? [])
  }

  #indexOf(module: string, field: string): Map<string, Set<string>> {
    const ofModule = this.#indexes.get(module) ?? new Map<string, Map<string, Set<string>>>()
    this.#indexes.set(module, ofModule)
    const known = ofModule.get(field)
    if (known !== undefined) return known
    const made = new Map<string, Set<string>>()
    for (const record of this.#store.all(module)) add(made, own(record, field), record.id)
    ofModule.set(field, made)
    return made
  }
}

function add(index: Map<string, Set<string>>, value: unknown, id: string): void {
  const key = keyOf(value)
  if (key === null) return
  const ids = index.get(key) ?? new Set<string>()
  index.set(key, ids.add(id))
}

function keyOf(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null
  const id = own(value, 'id')
  return typeof id === 'string' ? id : String(value).toLowerCase()
}
