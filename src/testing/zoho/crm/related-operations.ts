import { type Answer, jsonAnswer } from '../answer.ts'
import { addressedRecord } from './addressed-record.ts'
import {
  crmError,
  invalidData,
  missingParam,
  noContent,
  type RecordResult,
  refusal,
  resultsAnswer,
} from './answers.ts'
import type { CrmCall, CrmOperation } from './call.ts'
import { isAnswer } from './conditions.ts'
import type { CrmModule } from './fields.ts'
import { isObject, own } from './json-objects.ts'
import { exceedsFields, parseFields, splitList, tooManyFields } from './list-request.ts'
import { answerList } from './record-list.ts'
import { withModule, writeEach } from './record-operations.ts'
import type { CrmRecord } from './record-store.ts'
import { viewOf } from './record-view.ts'
import { createRecord, deleteRecord, type RecordWrite, updateRecord } from './record-writes.ts'
import { isNoteOf, type RelatedList, relatedListsOf, relatedRecords } from './related-lists.ts'
import { recordCountOf } from './write-body.ts'

const MOST_IDS = 100
const listPath = '/crm/v8/:module/:id/:list'
const memberPath = '/crm/v8/:module/:id/:list/:relatedId'

/** A record, and the list under it that the path names. */
interface Place {
  readonly module: string
  readonly record: CrmRecord
  readonly list: RelatedList
}

const writing = {
  cost: ({ body }: CrmCall) => Math.max(1, Math.ceil(recordCountOf(body) / 10)),
}

/** Notes and other lists under one record: reading them, linking, and writing notes. */
export const relatedOperations: readonly CrmOperation[] = [
  { ...{ method: 'GET', path: listPath, scopes: scopesFor('READ') }, answer: atList(readList) },
  {
    ...{ method: 'POST', path: listPath, scopes: scopesFor('CREATE') },
    ...writing,
    answer: atList(addNotes),
  },
  {
    ...{ method: 'PUT', path: listPath, scopes: scopesFor('UPDATE') },
    ...writing,
    answer: atList(putInList),
  },
  { ...{ method: 'DELETE', path: listPath, scopes: scopesFor('DELETE') }, answer: atList(removeListed) },
  { ...{ method: 'GET', path: memberPath, scopes: scopesFor('READ') }, answer: atList(readMember) },
  { ...{ method: 'PUT', path: memberPath, scopes: scopesFor('UPDATE') }, answer: atList(putMember) },
  { ...{ method: 'DELETE', path: memberPath, scopes: scopesFor('DELETE') }, answer: atList(removeMember) },
]

/** Notes have scopes of their own; other lists need the module of the record and that of the list. */
function scopesFor(verb: 'READ' | 'CREATE' | 'UPDATE' | 'DELETE'): CrmOperation['scopes'] {
  return ({ state, params: { module = '', list = '' } }) => {
    if (list === 'Notes') return [`ZohoCRM.modules.Notes.${verb}`]
    const known = state.modules.get(module)
    const lists = known === undefined ? [] : relatedListsOf(state, known)
    const related = lists.find(({ api_name }) => api_name === list)?.module ?? module
    return [`ZohoCRM.modules.${module}.${verb}`, `ZohoCRM.modules.${related}.READ`]
  }
}

function atList(answer: (call: CrmCall, place: Place) => Answer): CrmOperation['answer'] {
  return withModule((call, module: CrmModule) => {
    const record = addressedRecord(call, module.api_name)
    if (isAnswer(record)) return record
    if (record === null) return invalidData({ resource_path_index: 1 }, 'the id given seems to be invalid')
    const list = relatedListsOf(call.state, module).find(({ api_name }) => api_name === call.params.list)
    if (list === undefined)
      return invalidData({ resource_path_index: 2 }, 'the relation name given seems to be invalid')
    return answer(call, { module: module.api_name, record, list })
  })
}

function readList(call: CrmCall, { record, list }: Place): Answer {
  return answerList(call, list.module, relatedRecords(call.state, list, record.id))
}

function readMember(call: CrmCall, { record, list }: Place): Answer {
  const fields = parseFields(call.query)
  if (exceedsFields(fields)) return tooManyFields()
  const { state, params } = call
  const found = relatedRecords(state, list, record.id).find(({ id }) => id === params.relatedId)
  if (found === undefined) return noContent
  return jsonAnswer({ data: [viewOf(state, list.module, found, { fields, list: false })] })
}

/** Only notes are created under their record: whatever parent is sent, it is that of the path. */
function addNotes(call: CrmCall, place: Place): Answer {
  if (place.list.module !== 'Notes') return notSupported()
  const Parent_Id = { module: { api_name: place.module }, id: place.record.id }
  return writeEach(call, 'Notes', 201, (write, sent) =>
    createRecord(write, isObject(sent) ? { ...sent, Parent_Id } : sent),
  )
}

function putInList(call: CrmCall, place: Place): Answer {
  const { list } = place
  if (list.module === 'Notes')
    return writeEach(call, 'Notes', 200, (write, sent) => updateNote(write, place, sent, own(sent, 'id')))
  if (list.fields !== null) return notSupported()
  return writeEach(call, list.module, 200, (write, sent) => link(write, place, own(sent, 'id')))
}

function putMember(call: CrmCall, place: Place): Answer {
  const { list } = place
  const { state, actor, params } = call
  if (list.module === 'Notes')
    return writeEach(call, 'Notes', 200, (write, sent) => updateNote(write, place, sent, params.relatedId))
  if (list.fields !== null) return notSupported()
  // A link needs no body.
  const write = { state, module: list.module, actor, unmodifiedSince: null, path: '$.data[0]' }
  return resultsAnswer([link(write, place, params.relatedId)], 200, state.settings)
}

function removeListed(call: CrmCall, place: Place): Answer {
  const ids = splitList(call.query.get('ids'))
  if (ids.length === 0) return missingParam('ids')
  if (ids.length > MOST_IDS)
    return refusal(400, 'LIMIT_EXCEEDED', 'limit exceeded', { limit: MOST_IDS, param_name: 'ids' })
  return remove(call, place, ids)
}

function removeMember(call: CrmCall, place: Place): Answer {
  return remove(call, place, [call.params.relatedId ?? ''])
}

function remove({ state, actor }: CrmCall, { record, list }: Place, ids: readonly string[]): Answer {
  if (list.module !== 'Notes' && list.fields !== null) return notSupported()
  const results = ids.map((id): RecordResult => {
    if (list.module !== 'Notes')
      return state.links.remove(record.id, id) ? related(id, 'relation removed') : unknownId(id)
    const note = state.store.get('Notes', id)
    if (note === null || !isNoteOf(note, record.id))
      return crmError('INVALID_DATA', 'record not deleted', { id })
    return deleteRecord({ state, module: 'Notes', actor, unmodifiedSince: null }, id)
  })
  return resultsAnswer(results, 200, state.settings)
}

/** A note of another record is not known under this one. */
function updateNote(write: RecordWrite, { record }: Place, sent: unknown, id: unknown): RecordResult {
  const note = typeof id === 'string' ? write.state.store.get('Notes', id) : null
  if (note !== null && !isNoteOf(note, record.id)) return unknownId(note.id)
  return updateRecord(write, sent, id)
}

function link(write: RecordWrite, { record, list }: Place, id: unknown): RecordResult {
  if (id === undefined) {
    const place = { api_name: 'id', json_path: `${write.path}.id` }
    return crmError('MANDATORY_NOT_FOUND', 'required field not found', place)
  }
  if (typeof id !== 'string' || write.state.store.get(list.module, id) === null) return unknownId(id)
  write.state.links.add(record.id, id)
  return related(id, 'relation added')
}

function related(id: string, message: string): RecordResult {
  return { code: 'SUCCESS', details: { id }, message, status: 'success' }
}

function unknownId(id: unknown): RecordResult {
  return crmError('INVALID_DATA', 'the id given seems to be invalid', { id, api_name: 'id' })
}

function notSupported(): Answer {
  return refusal(400, 'NOT_SUPPORTED', 'The relation does not support this request', {
    resource_path_index: 2,
  })
}
