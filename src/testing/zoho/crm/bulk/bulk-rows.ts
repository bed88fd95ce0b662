import type { RecordResult } from '../answers.ts'
import { own } from '../json-objects.ts'
import { createRecord, updateRecord, upsertRecord } from '../record-writes.ts'
import type { CrmState, CrmUser } from '../state.ts'
import type { BulkWriteRequest, FieldMapping } from './bulk-write-request.ts'

/** What became of a row of the file. */
export interface RowResult {
  readonly status: 'ADDED' | 'UPDATED' | 'SKIPPED'
  readonly id: string
  /** Codes of what was wrong. */
  readonly errors: string
}

/** Writes one row of the file, as a call for one record would. */
export function writeRow(
  state: CrmState,
  actor: CrmUser,
  request: BulkWriteRequest,
  row: readonly string[],
): RowResult {
  const { module, operation, findBy } = request
  const record = recordOf(request, row)
  const write = { state, module, actor, unmodifiedSince: null, path: '$' }
  switch (operation) {
    case 'insert': {
      const { id: _id, ...values } = record
      return resultOf(createRecord(write, values))
    }
    case 'update': {
      const id =
        findBy === 'id'
          ? own(record, 'id')
          : state.index.find(module, findBy ?? '', own(record, findBy ?? ''))[0]?.id
      return id === undefined ? skipped('NOT_FOUND') : resultOf(updateRecord(write, record, id))
    }
    case 'upsert':
      return resultOf(upsertRecord(write, record, findBy === null || findBy === 'id' ? [] : [findBy]))
  }
}

function skipped(errors: string): RowResult {
  return { status: 'SKIPPED', id: '', errors }
}

function resultOf(result: RecordResult): RowResult {
  if (result.status === 'error') return skipped(`${result.code}:${own(result.details, 'api_name') ?? ''}`)
  const id = own(own(result, 'details'), 'id')
  const added = own(result, 'message') === 'record added'
  return { status: added ? 'ADDED' : 'UPDATED', id: typeof id === 'string' ? id : '', errors: '' }
}

function recordOf(
  { mappings, ignoreEmpty }: BulkWriteRequest,
  row: readonly string[],
): Record<string, unknown> {
  const values = mappings.flatMap(({ field, index }): [string, unknown][] => {
    const cell = row[index] ?? ''
    if (cell === '') return ignoreEmpty || field.api_name === 'id' ? [] : [[field.api_name, null]]
    return [[field.api_name, jsonOf(cell, field)]]
  })
  return Object.fromEntries(values)
}

/** A cell as the JSON of a call for one record would have it; what does not fit stays text, and is refused as such. */
function jsonOf(cell: string, { data_type }: FieldMapping['field']): unknown {
  switch (data_type) {
    case 'boolean':
      return /^(?:true|false)$/i.test(cell) ? cell.toLowerCase() === 'true' : cell
    case 'integer':
    case 'double':
    case 'currency':
    case 'percent':
      return /^-?\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : cell
    case 'multiselectpicklist':
      return cell.split(';')
    case 'lookup':
    case 'ownerlookup':
    case 'userlookup':
      return { id: cell }
    default:
      return cell
  }
}
