import { type CrmError, crmError, type RecordResult } from './answers.ts'
import { isObject, own } from './json-objects.ts'
import { asOne, type CheckedRecord, checkRecord, type RecordPlace } from './record-checks.ts'
import type { CrmRecord } from './record-store.ts'
import type { CrmUser } from './state.ts'
import { parseInstant } from './times.ts'
import type { SentRecord } from './values.ts'

/** A write of one record: who writes it, and what must not have happened meanwhile. */
export interface RecordWrite extends RecordPlace {
  readonly actor: CrmUser
  /** `If-Unmodified-Since`, in ms since the epoch; null: it was not sent. */
  readonly unmodifiedSince: number | null
}

/** Creates a record, whoever sent the id that is in it. */
export function createRecord(write: RecordWrite, sent: unknown): RecordResult {
  if (!isObject(sent)) return notAnObject(write)
  return insert(write, checkRecord(write, sent, null), {})
}

/** Changes the record of an id; what is not sent stays. */
export function updateRecord(write: RecordWrite, sent: unknown, id: unknown = own(sent, 'id')): RecordResult {
  if (!isObject(sent)) return notAnObject(write)
  const place = { api_name: 'id', json_path: `${write.path}.id` }
  if (id === undefined || id === null)
    return crmError('MANDATORY_NOT_FOUND', 'required field not found', place)
  if (typeof id !== 'string')
    return crmError('INVALID_DATA', 'invalid data', { expected_data_type: 'bigint', ...place })
  const existing = write.state.store.get(write.module, id)
  if (existing === null) return crmError('INVALID_DATA', 'the id given seems to be invalid', { id, ...place })
  return change(write, sent, existing, {})
}

/**
 * Updates the record that is the same by one of the fields, in their order, or creates one. It is done in one go:
 * of two upserts at once the second finds what the first one made.
 */
export function upsertRecord(
  write: RecordWrite,
  sent: unknown,
  checkFields: readonly string[],
): RecordResult {
  if (!isObject(sent)) return notAnObject(write)
  const id = own(sent, 'id')
  if (id !== undefined && id !== null) {
    const result = updateRecord(write, sent, id)
    return result.status === 'success' ? { ...result, duplicate_field: null, action: 'update' } : result
  }
  const same = (name: string): readonly CrmRecord[] =>
    write.state.index.find(write.module, name, own(sent, name))
  const field = checkFields.find(name => same(name).length > 0)
  const [existing] = field === undefined ? [] : same(field)
  if (existing !== undefined)
    return change(write, sent, existing, { duplicate_field: field, action: 'update' })
  const named = write.state.settings.duplicateFieldOnInsert ? (checkFields[0] ?? null) : null
  return insert(write, checkRecord(write, sent, null), { duplicate_field: named, action: 'insert' })
}

/** Deletes a record, and what hangs on it alone: its notes. */
export function deleteRecord({ state, module, actor }: Omit<RecordWrite, 'path'>, id: string): RecordResult {
  const deletedBy = { name: actor.name, id: actor.id }
  if (state.store.delete(module, id, deletedBy) === null)
    return crmError('INVALID_DATA', 'record not deleted', { id })
  for (const note of state.index.find('Notes', 'Parent_Id', { id })) {
    state.store.delete('Notes', note.id, deletedBy)
  }
  return { code: 'SUCCESS', details: { id }, message: 'record deleted', status: 'success' }
}

/** What a result tells of a record: its id, and who wrote it when. */
export function writtenDetails(record: CrmRecord): Readonly<Record<string, unknown>> {
  const user = (name: string): object => ({
    name: own(own(record, name), 'name'),
    id: own(own(record, name), 'id'),
  })
  return {
    Modified_Time: own(record, 'Modified_Time'),
    Modified_By: user('Modified_By'),
    Created_Time: own(record, 'Created_Time'),
    id: record.id,
    Created_By: user('Created_By'),
  }
}

function insert(write: RecordWrite, { values, errors }: CheckedRecord, kind: object): RecordResult {
  const error = asOne(errors)
  if (error !== null) return error
  const { state, module, actor } = write
  const now = state.time(state.clock.wallMs())
  const by = { name: actor.name, id: actor.id, email: actor.email }
  const record = state.store.insert(module, {
    Owner: by,
    ...values,
    ...computed(write, values, null),
    ...{ Created_By: by, Modified_By: by, Created_Time: now, Modified_Time: now },
  })
  return success(record, 'record added', kind)
}

function change(write: RecordWrite, sent: SentRecord, existing: CrmRecord, kind: object): RecordResult {
  const { state, module, actor } = write
  if (isNewerThan(existing, write.unmodifiedSince)) {
    const message = 'record updated time has already passed if-unmodified-since time'
    return crmError('ALREADY_MODIFIED', message, writtenDetails(existing))
  }
  const { values, errors } = checkRecord(write, sent, existing)
  const error = asOne(errors)
  if (error !== null) return error
  const record = state.store.update(module, existing.id, {
    ...values,
    ...computed(write, values, existing),
    Modified_By: { name: actor.name, id: actor.id, email: actor.email },
    Modified_Time: state.time(state.clock.wallMs()),
  })
  return success(record ?? existing, 'record updated', kind)
}

/** Whether a record was written after an instant; in whole seconds, as its times are. */
export function isNewerThan(record: CrmRecord, instant: number | null): boolean {
  const modified = parseInstant(String(own(record, 'Modified_Time')))
  return instant !== null && modified !== null && modified > Math.floor(instant / 1000) * 1000
}

/** What the CRM fills in: the full name of a person, automatic numbers. */
function computed({ state, module }: RecordPlace, values: SentRecord, existing: CrmRecord | null): object {
  const fields = state.fieldsOf(module)
  const now = (name: string): unknown =>
    own(values, name) ?? (Object.hasOwn(values, name) ? null : own(existing, name))
  const names = [now('First_Name'), now('Last_Name')].filter(name => typeof name === 'string')
  const numbers = [...fields.values()].filter(
    ({ data_type }) => data_type === 'autonumber' && existing === null,
  )
  return {
    ...(fields.has('Full_Name') ? { Full_Name: names.join(' ') } : {}),
    ...Object.fromEntries(numbers.map(({ api_name }) => [api_name, state.nextNumber(module, api_name)])),
  }
}

function success(record: CrmRecord, message: string, kind: object): RecordResult {
  const details = { ...writtenDetails(record), $approval_state: 'approved' }
  return { code: 'SUCCESS', ...kind, details, message, status: 'success' }
}

function notAnObject({ path }: RecordPlace): CrmError {
  return crmError('INVALID_DATA', 'invalid data', { expected_data_type: 'jsonobject', json_path: path })
}
