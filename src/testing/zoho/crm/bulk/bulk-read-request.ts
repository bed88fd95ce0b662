import type { Answer } from '../../answer.ts'
import { invalidData, refusal } from '../answers.ts'
import { callbackUrl } from '../callback.ts'
import type { QueryField, Row } from '../field-values.ts'
import { own } from '../json-objects.ts'
import type { CrmState } from '../state.ts'
import { parseBulkCriteria } from './bulk-criteria.ts'

const MOST_CONDITIONS = 25
/** Modules that Zoho has no bulk read for. */
const unsupported = ['Notes', 'Attachments', 'Emails']

/** What a bulk read was asked for. */
export interface BulkReadRequest {
  readonly module: string
  readonly fields: readonly string[]
  readonly test: (record: Row) => boolean
  readonly page: number
  readonly callback: URL | null
  /** As it was sent. */
  readonly query: unknown
}

/** The field `id` belongs to every module. */
export const idField: QueryField = { api_name: 'id', data_type: 'bigint' }

/** The callback of a job. Undefined: there is none. Null: it is none that the local Zoho may call. */
export function callbackOf(body: unknown): URL | undefined | null {
  const sent = own(body, 'callback')
  if (sent === undefined || sent === null) return undefined
  const method = own(sent, 'method')
  return method === 'post' || method === 'POST' ? callbackUrl(own(sent, 'url')) : null
}

export function invalidCallback(): Answer {
  return refusal(400, 'INVALID_CALLBACK_URL', 'Invalid callback URL provided')
}

/** Reads the body of `POST /crm/bulk/v8/read`, or gives the answer that refuses it. */
export function parseBulkRead(state: CrmState, body: unknown): BulkReadRequest | Answer {
  const query = own(body, 'query')
  const module = own(own(query, 'module'), 'api_name')
  const place = { api_name: 'module', json_path: '$.query.module' }
  if (module === undefined) return refusal(400, 'MANDATORY_NOT_FOUND', 'required field not found', place)
  if (typeof module === 'string' && unsupported.includes(module))
    return refusal(400, 'MODULE_NOT_SUPPORTED', 'the module is not supported', place)
  if (typeof module !== 'string' || !state.modules.has(module))
    return refusal(400, 'INVALID_MODULE', 'the module name given seems to be invalid', place)
  const known = state.fieldsOf(module)
  const fields = own(query, 'fields') ?? [...known.keys()]
  const unknown = Array.isArray(fields)
    ? fields.findIndex(name => name !== 'id' && !(typeof name === 'string' && known.has(name)))
    : 0
  if (!Array.isArray(fields) || unknown !== -1)
    return invalidData({ api_name: 'fields', json_path: `$.query.fields[${unknown}]` })
  const fileType = own(body, 'file_type') ?? 'csv'
  if (fileType !== 'csv') return invalidData({ api_name: 'file_type', supported_values: ['csv'] })
  const page = own(query, 'page') ?? 1
  if (typeof page !== 'number' || !Number.isSafeInteger(page) || page < 1)
    return invalidData({ api_name: 'page', json_path: '$.query.page', expected_data_type: 'integer' })
  if (page > 500) return refusal(400, 'PAGE_RANGE_EXCEEDED', 'page range exceeded', { limit: 500 })
  const callback = callbackOf(body)
  if (callback === null) return invalidCallback()
  const test = testOf(state, module, own(query, 'criteria'))
  if ('status' in test) return test
  return { module, fields, test: test.test, page, callback: callback ?? null, query }
}

function testOf(
  state: CrmState,
  module: string,
  sent: unknown,
): { readonly test: (record: Row) => boolean } | Answer {
  if (sent === undefined || sent === null) return { test: () => true }
  const known = state.fieldsOf(module)
  const fieldOf = (name: string): QueryField | undefined =>
    known.get(name) ?? (name === 'id' ? idField : undefined)
  const parsed = parseBulkCriteria(sent, fieldOf, '$.query.criteria')
  if (parsed.kind === 'refused') return invalidData(parsed.details)
  if (parsed.conditions <= MOST_CONDITIONS) return parsed
  return refusal(400, 'CRITERIA_LIMIT_EXCEEDED', 'criteria limit exceeded', { limit: MOST_CONDITIONS })
}
