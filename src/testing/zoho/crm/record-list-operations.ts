import { type Answer, jsonAnswer } from '../answer.ts'
import { addressedRecord } from './addressed-record.ts'
import { invalidData, noContent, notModified, refusal, resultsAnswer } from './answers.ts'
import type { CrmCall, CrmOperation } from './call.ts'
import { conditionOf, isAnswer } from './conditions.ts'
import { customViewsOf } from './custom-views.ts'
import type { CrmModule } from './fields.ts'
import { own } from './json-objects.ts'
import { parseCount } from './list-request.ts'
import { answerList } from './record-list.ts'
import { moduleScope, withModule } from './record-operations.ts'
import type { CrmRecord, DeletedRecord } from './record-store.ts'
import { createRecord } from './record-writes.ts'
import { selectors, wantedOf } from './search/search-request.ts'
import type { CrmState } from './state.ts'
import { nameOf } from './values.ts'

const DAY_MS = 86_400_000
/** How long the recycle bin keeps a record, and how long its id is told after that. */
const RECYCLE_MS = 60 * DAY_MS
const TOLD_MS = 120 * DAY_MS

/** Lists of the module in the path, and what is made of one record of it. */
export const recordListOperations: readonly CrmOperation[] = [
  {
    ...{ method: 'GET', path: '/crm/v8/:module', scopes: moduleScope('READ') },
    cost: ({ query }) => (query.has('cvid') ? 3 : 1),
    heavy: ({ query }) => query.has('cvid') || query.has('sort_by'),
    answer: withModule(listRecords),
  },
  {
    ...{ method: 'GET', path: '/crm/v8/:module/deleted', scopes: moduleScope('READ') },
    cost: () => 2,
    answer: withModule(listDeleted),
  },
  {
    ...{ method: 'GET', path: '/crm/v8/:module/actions/count', scopes: moduleScope('READ') },
    cost: () => 50,
    answer: withModule(countRecords),
  },
  {
    ...{ method: 'POST', path: '/crm/v8/:module/:id/actions/clone', scopes: moduleScope('CREATE') },
    answer: withModule(cloneRecord),
  },
]

function listRecords(call: CrmCall, module: CrmModule): Answer {
  const { state, query } = call
  const { api_name } = module
  const cvid = query.get('cvid')
  if (cvid !== null && !customViewsOf(state, module).some(({ id }) => id === cvid))
    return invalidData({ param_name: 'cvid' })
  const selected = ['converted', 'approved'].map(name => [name, query.get(name)] as const)
  const odd = selected.find(([, value]) => value !== null && !['true', 'false', 'both'].includes(value))
  if (odd !== undefined)
    return invalidData({ param_name: odd[0], supported_values: ['true', 'false', 'both'] })
  // No lead is converted here, and every record is approved.
  const none = query.get('converted') === 'true' || query.get('approved') === 'false'
  return answerList(call, api_name, none ? [] : state.store.all(api_name))
}

/** With the selectors of a search, or without any: everything. It counts what is stored, not what an index knows. */
function countRecords({ state, query }: CrmCall, { api_name }: CrmModule): Answer {
  const rows = state.store.all(api_name)
  if (!selectors.some(name => query.has(name))) return jsonAnswer({ count: rows.length })
  const wanted = wantedOf(query, state.fieldsOf(api_name), state.settings.criteriaLimit)
  if (wanted.kind === 'refused') return wanted.answer
  return jsonAnswer({ count: rows.filter(wanted.test).length })
}

/** `type` is what became of the record: in the recycle bin for 60 days, then gone and told of for 120 more. */
function listDeleted(call: CrmCall, { api_name }: CrmModule): Answer {
  const { state, query } = call
  const type = query.get('type') ?? 'all'
  if (!['all', 'recycle', 'permanent'].includes(type)) {
    const message = 'Please check whether the input values are correct'
    return refusal(400, 'PATTERN_NOT_MATCHED', message, { param_name: 'type' })
  }
  const perPage = parseCount(query.get('per_page'), 200, 200)
  const page = parseCount(query.get('page'), 1, 1_000_000)
  if (perPage === null || page === null)
    return invalidData({ param_name: perPage === null ? 'per_page' : 'page' })
  const since = conditionOf(call, 'If-Modified-Since')
  if (isAnswer(since)) return since
  const rows = state.store
    .deleted(api_name)
    .filter(({ deletedAt }) => since === null || deletedAt > since)
    .map(deleted => deletedRow(state, api_name, deleted))
    .filter(row => row !== null && (type === 'all' || row.type === type))
    .reverse()
  const shown = rows.slice((page - 1) * perPage, page * perPage)
  if (shown.length === 0) return since === null ? noContent : notModified
  const more = rows.length > page * perPage
  const info = { per_page: perPage, count: shown.length, page, more_records: more }
  return jsonAnswer({ data: shown, info })
}

interface DeletedRow {
  readonly id: string
  readonly type: 'recycle' | 'permanent'
  readonly display_name: unknown
  readonly deleted_time: string
  readonly deleted_by: unknown
  readonly created_by: unknown
}

function deletedRow(state: CrmState, module: string, deleted: DeletedRecord): DeletedRow | null {
  const { record, deletedAt, deletedBy } = deleted
  const age = state.clock.wallMs() - deletedAt
  if (age > RECYCLE_MS + TOLD_MS) return null
  const { id } = record
  const deleted_time = state.time(deletedAt)
  if (age > RECYCLE_MS) {
    return { id, type: 'permanent', display_name: null, deleted_time, deleted_by: null, created_by: null }
  }
  const creator = own(record, 'Created_By')
  return {
    ...{ id, type: 'recycle', display_name: nameOf(state, module, record), deleted_time },
    ...{ deleted_by: deletedBy, created_by: { name: own(creator, 'name'), id: own(creator, 'id') } },
  }
}

/** The copy has all the values; what must be unique cannot be copied. */
function cloneRecord(call: CrmCall, { api_name: module }: CrmModule): Answer {
  const { state, actor } = call
  const record = addressedRecord(call, module)
  if (isAnswer(record)) return record
  if (record === null) return invalidData({ resource_path_index: 1 }, 'the id given seems to be invalid')
  const unique = [...state.fieldsOf(module).values()].filter(field => field.unique)
  const copied: CrmRecord = {
    ...record,
    ...Object.fromEntries(unique.map(({ api_name }) => [api_name, undefined])),
  }
  const write = { state, module, actor, unmodifiedSince: null, path: '$.data[0]' }
  return resultsAnswer([createRecord(write, copied)], 201, state.settings)
}
