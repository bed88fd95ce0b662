import type { Clock } from '../../../ports/clock.ts'
import type { CrmIds } from './ids.ts'

/** A record as it is stored: by API names, with values as answers print them. */
export type CrmRecord = Readonly<Record<string, unknown>> & {
  /** 19 digits, as text. */
  readonly id: string
}

/** What happened to a record. */
export interface CrmChange {
  readonly module: string
  readonly operation: 'insert' | 'update' | 'delete'
  readonly id: string
  /** Null: it is new. */
  readonly before: CrmRecord | null
  /** Null: it is gone. */
  readonly after: CrmRecord | null
}

/** A record that was deleted, with when by the wall clock. */
export interface DeletedRecord {
  readonly record: CrmRecord
  readonly deletedAt: number
  readonly deletedBy: unknown
}

interface Row {
  record: CrmRecord
  changedAt: number
}

/** The records of one organization, in the order of their ids. */
export class RecordStore {
  readonly #clock: Clock
  readonly #ids: CrmIds
  readonly #modules = new Map<string, Map<string, Row>>()
  readonly #deleted = new Map<string, DeletedRecord[]>()
  readonly #listeners: ((change: CrmChange) => void)[] = []

  constructor(clock: Clock, ids: CrmIds) {
    this.#clock = clock
    this.#ids = ids
  }

  /** The records of a module, the oldest first. */
  all(module: string): readonly CrmRecord[] {
    return [...this.#rowsOf(module).values()].map(({ record }) => record)
  }

  get(module: string, id: string): CrmRecord | null {
    return this.#rowsOf(module).get(id)?.record ?? null
  }

  /** When a record was written last, in ms of the monotonic clock: a search index knows it some time later. */
  changedAt(module: string, id: string): number | null {
    return this.#rowsOf(module).get(id)?.changedAt ?? null
  }

  insert(module: string, values: Readonly<Record<string, unknown>>): CrmRecord {
    const record: CrmRecord = { ...values, id: this.#ids.next() }
    this.#rowsOf(module).set(record.id, { record, changedAt: this.#clock.monotonicMs() })
    this.#tell({ module, operation: 'insert', id: record.id, before: null, after: record })
    return record
  }

  /** Null: there is no such record. */
  update(module: string, id: string, changes: Readonly<Record<string, unknown>>): CrmRecord | null {
    const row = this.#rowsOf(module).get(id)
    if (row === undefined) return null
    const before = row.record
    row.record = { ...before, ...changes, id }
    row.changedAt = this.#clock.monotonicMs()
    this.#tell({ module, operation: 'update', id, before, after: row.record })
    return row.record
  }

  /** Null: there was no such record. */
  delete(module: string, id: string, deletedBy: unknown): CrmRecord | null {
    const row = this.#rowsOf(module).get(id)
    if (row === undefined) return null
    this.#rowsOf(module).delete(id)
    const deleted = this.#deleted.get(module) ?? []
    deleted.push({ record: row.record, deletedAt: this.#clock.wallMs(), deletedBy })
    this.#deleted.set(module, deleted)
    this.#tell({ module, operation: 'delete', id, before: row.record, after: null })
    return row.record
  }

  /** What was deleted of a module, the oldest deletion first. */
  deleted(module: string): readonly DeletedRecord[] {
    return this.#deleted.get(module) ?? []
  }

  /** Calls the listener with each change from now on, in its order. */
  onChange(listener: (change: CrmChange) => void): void {
    this.#listeners.push(listener)
  }

  #rowsOf(module: string): Map<string, Row> {
    const rows = this.#modules.get(module) ?? new Map<string, Row>()
    this.#modules.set(module, rows)
    return rows
  }

  #tell(change: CrmChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}
