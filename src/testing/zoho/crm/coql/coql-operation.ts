import { type Answer, jsonAnswer } from '../../answer.ts'
import { invalidData, noContent, refusal } from '../answers.ts'
import type { CrmCall, CrmOperation } from '../call.ts'
import type { QueryField, Row } from '../field-values.ts'
import { own } from '../json-objects.ts'
import { fieldMetadata } from '../metadata.ts'
import { queryRefused } from '../query-refusal.ts'
import { viewOf } from '../record-view.ts'
import type { CrmState, CrmUser } from '../state.ts'
import { type CoqlSource, USERS } from './columns.ts'
import { type ParsedQuery, parseQuery } from './parse.ts'
import { creditsOf } from './query.ts'
import { runQuery } from './run.ts'

/** `POST /crm/v8/coql`: it needs a scope of its own and the one of the module, for metadata a third. */
export function coqlOperation(): CrmOperation {
  return {
    method: 'POST',
    path: '/crm/v8/coql',
    scopes: call => {
      const parsed = parsedQueryOf(call)
      const module = parsed?.kind === 'query' ? [`ZohoCRM.modules.${parsed.query.module}.READ`] : []
      const metadata = asksForMetadata(call.body) ? ['ZohoCRM.settings.fields.READ'] : []
      return ['ZohoCRM.coql.READ', ...module, ...metadata]
    },
    cost: call => {
      const parsed = parsedQueryOf(call)
      return parsed?.kind === 'query' ? creditsOf(parsed.query) : 1
    },
    heavy: () => true,
    answer: answerQuery,
  }
}

const parsedQueries = new WeakMap<CrmCall, ParsedQuery>()

/** The query of the body, read once. Null: there is none. */
function parsedQueryOf(call: CrmCall): ParsedQuery | null {
  const text = own(call.body, 'select_query')
  if (typeof text !== 'string') return null
  const parsed = parsedQueries.get(call) ?? parseQuery(text)
  parsedQueries.set(call, parsed)
  return parsed
}

function asksForMetadata(body: unknown): boolean {
  const sent = own(body, 'include_meta')
  return Array.isArray(sent) && sent.includes('fields')
}

function answerQuery(call: CrmCall): Answer {
  const { state, body } = call
  const parsed = parsedQueryOf(call)
  if (parsed === null) return withoutQuery(body)
  const objection = objectionToMeta(own(body, 'include_meta'))
  if (objection !== null) return objection
  if (parsed.kind === 'refused') return queryRefused(parsed.refusal)
  const { query } = parsed
  if (query.offset + query.limit > state.settings.coqlReach) {
    const details = { limit: state.settings.coqlReach, clause: 'offset' }
    return refusal(400, 'LIMIT_EXCEEDED', 'offset limit exceeded', details)
  }
  const answer = runQuery(query, sourceOf(state))
  if (answer.kind === 'refused') return queryRefused(answer.refusal)
  if (answer.rows.length === 0) return noContent
  const metadata = answer.columns.map(({ column: { path, module, field } }) => [
    path,
    metadataOf(state, module, field),
  ])
  return jsonAnswer({
    data: answer.rows,
    ...(asksForMetadata(body) ? { fields: Object.fromEntries(metadata) } : {}),
    info: { count: answer.rows.length, more_records: answer.more },
  })
}

function withoutQuery(body: unknown): Answer {
  const sent = own(body, 'select_query')
  if (sent === undefined)
    return refusal(400, 'MANDATORY_NOT_FOUND', 'mandatory key not found', { api_name: 'select_query' })
  const place = { api_name: 'select_query', json_path: '$.select_query' }
  return invalidData({ expected_data_type: 'text', ...place })
}

function objectionToMeta(sent: unknown): Answer | null {
  if (sent === undefined) return null
  const place = { api_name: 'include_meta', json_path: '$.include_meta' }
  if (!Array.isArray(sent)) return invalidData({ expected_data_type: 'jsonarray', ...place })
  const odd = sent.findIndex(name => name !== 'fields')
  if (odd === -1) return null
  const wrongType = typeof sent[odd] === 'string' ? {} : { expected_data_type: 'text' }
  return invalidData({
    ...wrongType,
    ...{ api_name: 'include_meta', json_path: `$.include_meta[${odd}]`, supported_values: ['fields'] },
  })
}

/** What `include_meta` tells of a column: what `GET /settings/fields` tells of its field. */
function metadataOf(state: CrmState, name: string, { api_name }: QueryField): object {
  const module = state.modules.get(name)
  const position = module?.fields.findIndex(field => field.api_name === api_name) ?? -1
  const field = module?.fields[position]
  return module === undefined || field === undefined
    ? { api_name }
    : fieldMetadata(state, module, field, position)
}

const userFields: ReadonlyMap<string, QueryField> = new Map(
  (
    [
      ...(['full_name', 'first_name', 'last_name'] as const).map(name => [name, 'text'] as const),
      ['email', 'email'],
      ['zuid', 'bigint'],
    ] as const
  ).map(([api_name, data_type]) => [api_name, { api_name, data_type }]),
)

/** The records of a CRM as queries see them; users are a module of their own. */
export function sourceOf(state: CrmState): CoqlSource {
  return {
    fields: module => {
      if (module === USERS) return userFields
      return state.modules.has(module) ? state.fieldsOf(module) : null
    },
    all: module => (module === USERS ? state.users.map(userRow) : state.store.all(module)),
    get: (module, id) => {
      if (module !== USERS) return state.store.get(module, id)
      const user = state.users.find(known => known.id === id)
      return user === undefined ? null : userRow(user)
    },
    show: (module, row, { api_name }) => {
      const id = own(row, 'id')
      const record = typeof id === 'string' && module !== USERS ? state.store.get(module, id) : null
      if (record === null || api_name === 'id') return own(row, api_name) ?? null
      return own(viewOf(state, module, record, { fields: [api_name], list: false }), api_name) ?? null
    },
  }
}

function userRow({ id, name, email, zuid }: CrmUser): Row {
  const [first_name = '', ...rest] = name.split(' ')
  return { id, full_name: name, first_name, last_name: rest.join(' '), email, zuid }
}
