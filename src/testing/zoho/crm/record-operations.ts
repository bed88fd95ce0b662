import { type Answer, jsonAnswer } from '../answer.ts'
import { addressedRecord, externalFieldOf, idOfSent, moduleOf } from './addressed-record.ts'
import {
  invalidData,
  missingParam,
  noContent,
  notModified,
  type RecordResult,
  refusal,
  resultsAnswer,
} from './answers.ts'
import type { CrmCall, CrmOperation } from './call.ts'
import { conditionOf, isAnswer } from './conditions.ts'
import type { CrmField, CrmModule } from './fields.ts'
import { own } from './json-objects.ts'
import { exceedsFields, parseFields, splitList, tooManyFields } from './list-request.ts'
import { viewOf } from './record-view.ts'
import {
  createRecord,
  deleteRecord,
  isNewerThan,
  type RecordWrite,
  updateRecord,
  upsertRecord,
} from './record-writes.ts'
import { parseWriteBody, recordCountOf } from './write-body.ts'

const MOST_IDS = 100
const MOST_CHECK_FIELDS = 10
/** More records than this make a write a heavy request. */
const LARGE_WRITE = 10

type Verb = 'READ' | 'CREATE' | 'UPDATE' | 'DELETE'

/** The scope for a verb on the module of the path. */
export function moduleScope(verb: Verb): CrmOperation['scopes'] {
  return ({ params }) => [`ZohoCRM.modules.${params.module ?? ''}.${verb}`]
}

const writing = {
  cost: ({ body }: CrmCall) => Math.max(1, Math.ceil(recordCountOf(body) / 10)),
  heavy: ({ body }: CrmCall) => recordCountOf(body) > LARGE_WRITE,
}

/** Reading and writing records of the module in the path. */
export const recordOperations: readonly CrmOperation[] = [
  {
    ...{ method: 'POST', path: '/crm/v8/:module/upsert', scopes: moduleScope('CREATE') },
    ...writing,
    answer: withModule(upsertRecords),
  },
  {
    ...{ method: 'GET', path: '/crm/v8/:module/:id', scopes: moduleScope('READ') },
    answer: withModule(getRecord),
  },
  {
    ...{ method: 'PUT', path: '/crm/v8/:module/:id', scopes: moduleScope('UPDATE') },
    answer: withModule(updateAddressed),
  },
  {
    ...{ method: 'DELETE', path: '/crm/v8/:module/:id', scopes: moduleScope('DELETE') },
    answer: withModule(deleteAddressed),
  },
  {
    ...{ method: 'POST', path: '/crm/v8/:module', scopes: moduleScope('CREATE') },
    ...writing,
    answer: withModule(createRecords),
  },
  {
    ...{ method: 'PUT', path: '/crm/v8/:module', scopes: moduleScope('UPDATE') },
    ...writing,
    answer: withModule(updateRecords),
  },
  {
    ...{ method: 'DELETE', path: '/crm/v8/:module', scopes: moduleScope('DELETE') },
    cost: ({ query }) => Math.max(1, Math.ceil(splitList(query.get('ids')).length / 10)),
    answer: withModule(deleteRecords),
  },
]

/** Answers for the module of the path, or refuses it. */
export function withModule(answer: (call: CrmCall, module: CrmModule) => Answer): (call: CrmCall) => Answer {
  return call => {
    const module = moduleOf(call)
    return isAnswer(module) ? module : answer(call, module)
  }
}

function getRecord(call: CrmCall, { api_name }: CrmModule): Answer {
  const fields = parseFields(call.query)
  if (exceedsFields(fields)) return tooManyFields()
  const since = conditionOf(call, 'If-Modified-Since')
  if (isAnswer(since)) return since
  const record = addressedRecord(call, api_name)
  if (isAnswer(record)) return record
  if (record === null) return noContent
  if (since !== null && !isNewerThan(record, since)) return notModified
  return jsonAnswer({ data: [viewOf(call.state, api_name, record, { fields, list: false })] })
}

function createRecords(call: CrmCall, { api_name }: CrmModule): Answer {
  return writeEach(call, api_name, 201, createRecord)
}

function updateRecords(call: CrmCall, { api_name }: CrmModule): Answer {
  const external = externalFieldOf(call, api_name)
  if (isAnswer(external)) return external
  return writeEach(call, api_name, 200, (write, sent) =>
    updateRecord(write, sent, idOfSent(call, api_name, external, sent)),
  )
}

function updateAddressed(call: CrmCall, { api_name }: CrmModule): Answer {
  const record = addressedRecord(call, api_name)
  if (isAnswer(record)) return record
  if (recordCountOf(call.body) > 1)
    return invalidData({ maximum_length: 1, api_name: 'data', json_path: '$.data' })
  const id = record?.id ?? call.params.id ?? ''
  return writeEach(call, api_name, 200, (write, sent) => updateRecord(write, sent, id))
}

function upsertRecords(call: CrmCall, module: CrmModule): Answer {
  const fields = checkFieldsOf(call, module)
  if (isAnswer(fields)) return fields
  return writeEach(call, module.api_name, 200, (write, sent) => upsertRecord(write, sent, fields))
}

/** Where an upsert looks for the record: in the fields it names, else in those of the module, and the unique ones. */
function checkFieldsOf({ state, body }: CrmCall, module: CrmModule): readonly string[] | Answer {
  const known = state.fieldsOf(module.api_name)
  const sent = own(body, 'duplicate_check_fields')
  const place = { api_name: 'duplicate_check_fields', json_path: '$.duplicate_check_fields' }
  if (sent === undefined || sent === null) {
    const unique = [...known.values()].filter((field: CrmField) => field.unique)
    return [...new Set([...module.duplicateCheck, ...unique.map(({ api_name }) => api_name)])]
  }
  if (!Array.isArray(sent)) return invalidData({ expected_data_type: 'jsonarray', ...place })
  if (sent.length > MOST_CHECK_FIELDS)
    return refusal(400, 'LIMIT_EXCEEDED', 'limit exceeded', { limit: MOST_CHECK_FIELDS, ...place })
  const unknown = sent.findIndex(name => typeof name !== 'string' || !known.has(name))
  if (unknown === -1) return sent
  return invalidData({ ...place, json_path: `$.duplicate_check_fields[${unknown}]` })
}

/** Writes the records of the body one after the other; each has its result, in their order. */
export function writeEach(
  call: CrmCall,
  module: string,
  allGood: 200 | 201,
  write: (write: RecordWrite, sent: unknown) => RecordResult,
): Answer {
  const { state, actor, body } = call
  const unmodifiedSince = conditionOf(call, 'If-Unmodified-Since')
  if (isAnswer(unmodifiedSince)) return unmodifiedSince
  const parsed = parseWriteBody(body)
  if (parsed.kind === 'refused') return parsed.answer
  const results = parsed.records.map((sent, index) =>
    write({ state, module, actor, unmodifiedSince, path: `$.data[${index}]` }, sent),
  )
  return resultsAnswer(results, allGood, state.settings)
}

function deleteRecords(call: CrmCall, { api_name: module }: CrmModule): Answer {
  const { state, actor } = call
  const ids = splitList(call.query.get('ids'))
  if (ids.length === 0) return missingParam('ids')
  if (ids.length > MOST_IDS)
    return refusal(400, 'LIMIT_EXCEEDED', 'limit exceeded', { limit: MOST_IDS, param_name: 'ids' })
  const results = ids.map(id => deleteRecord({ state, module, actor, unmodifiedSince: null }, id))
  return resultsAnswer(results, 200, state.settings)
}

function deleteAddressed(call: CrmCall, { api_name: module }: CrmModule): Answer {
  const { state, actor } = call
  const record = addressedRecord(call, module)
  if (isAnswer(record)) return record
  const id = record?.id ?? call.params.id ?? ''
  const result = deleteRecord({ state, module, actor, unmodifiedSince: null }, id)
  return resultsAnswer([result], 200, state.settings)
}
