import { type Answer, jsonAnswer } from '../../answer.ts'
import { invalidData, noContent, refusal } from '../answers.ts'
import type { CrmCall, CrmOperation } from '../call.ts'
import { comparableOf, kindOf, type QueryField, sortedBy, storedValue } from '../field-values.ts'
import type { CrmModule } from '../fields.ts'
import { exceedsFields, parseCount, parseFields, tooManyFields } from '../list-request.ts'
import { withModule } from '../record-operations.ts'
import { viewOf } from '../record-view.ts'
import type { SearchIndex } from './search-index.ts'
import { wantedOf } from './search-request.ts'

const idField: QueryField = { api_name: 'id', data_type: 'bigint' }

/** `GET /crm/v8/{module}/search`: it needs the module's scope and one of its own. */
export function searchOperation(index: SearchIndex): CrmOperation {
  return {
    method: 'GET',
    path: '/crm/v8/:module/search',
    scopes: ({ params }) => [`ZohoCRM.modules.${params.module ?? ''}.READ`, 'ZohoSearch.securesearch.READ'],
    heavy: () => true,
    answer: withModule((call, module) => search(call, module, index)),
  }
}

function search({ state, query }: CrmCall, { api_name: module }: CrmModule, index: SearchIndex): Answer {
  const fields = state.fieldsOf(module)
  const shownFields = parseFields(query)
  if (exceedsFields(shownFields)) return tooManyFields()
  const wanted = wantedOf(query, fields, state.settings.criteriaLimit)
  if (wanted.kind === 'refused') return wanted.answer
  const perPage = parseCount(query.get('per_page'), 200, 200)
  const page = parseCount(query.get('page'), 1, 1_000_000)
  if (perPage === null || page === null)
    return invalidData({ param_name: perPage === null ? 'per_page' : 'page' })
  const [sortBy, sortOrder] = [query.get('sort_by') ?? 'id', query.get('sort_order') ?? 'desc']
  const sortField = fields.get(sortBy) ?? (sortBy === 'id' ? idField : undefined)
  if (sortField === undefined) return invalidData({ param_name: 'sort_by' })
  if (sortOrder !== 'asc' && sortOrder !== 'desc')
    return invalidData({ param_name: 'sort_order', supported_values: ['asc', 'desc'] })
  const converted = query.get('converted') ?? 'false'
  if (!['true', 'false', 'both'].includes(converted))
    return invalidData({ param_name: 'converted', supported_values: ['true', 'false', 'both'] })
  if (page * perPage > state.settings.searchReach) {
    const message = 'maximum response iteration limit reached'
    return refusal(400, 'LIMIT_REACHED', message, { limit: String(state.settings.searchReach) })
  }
  // No lead is converted here. The index finds records, the store has their values of now.
  const found = (converted === 'true' ? [] : index.records(module))
    .filter(wanted.test)
    .flatMap(({ id }) => state.store.get(module, id) ?? [])
  const sorted = sortedBy(found, [
    { order: sortOrder, of: row => comparableOf(kindOf(sortField.data_type), storedValue(row, sortField)) },
    { order: sortOrder, of: ({ id }) => comparableOf('id', id) },
  ])
  const rows = sorted.slice((page - 1) * perPage, page * perPage)
  if (rows.length === 0) return noContent
  return jsonAnswer({
    data: rows.map(record => viewOf(state, module, record, { fields: shownFields, list: true })),
    info: {
      ...{ per_page: perPage, count: rows.length, page, more_records: sorted.length > page * perPage },
      ...{ sort_by: sortBy, sort_order: sortOrder },
    },
  })
}
