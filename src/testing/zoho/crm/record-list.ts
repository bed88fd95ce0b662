import { type Answer, jsonAnswer } from '../answer.ts'
import { noContent, notModified, refusal } from './answers.ts'
import type { CrmCall } from './call.ts'
import { conditionOf, isAnswer } from './conditions.ts'
import { own } from './json-objects.ts'
import { type ListRequest, parseListRequest } from './list-request.ts'
import type { PagePosition, PageStart } from './page-tokens.ts'
import type { CrmRecord } from './record-store.ts'
import { viewOf } from './record-view.ts'
import { isNewerThan } from './record-writes.ts'
import type { CrmState } from './state.ts'
import { parseInstant } from './times.ts'

const first: PageStart = { after: null, seen: 0, before: null }

/** Answers a list of records of a module: one page of `rows`, which come the oldest first. */
export function answerList(call: CrmCall, module: string, rows: readonly CrmRecord[]): Answer {
  const request = parseListRequest(call.query)
  if (isAnswer(request)) return request
  const since = conditionOf(call, 'If-Modified-Since')
  if (isAnswer(since)) return since
  const ids = request.ids === null ? null : new Set(request.ids)
  const wanted = rows.filter(
    row => (ids === null || ids.has(row.id)) && (since === null || isNewerThan(row, since)),
  )
  if (wanted.length === 0) return since === null ? noContent : notModified
  const sorted = inOrder(wanted, request)
  const start = startOf(call, request, sorted)
  if (isAnswer(start)) return start
  return answerPage(call, module, sorted, request, start)
}

function answerPage(
  call: CrmCall,
  module: string,
  sorted: readonly CrmRecord[],
  request: ListRequest,
  start: PageStart,
): Answer {
  const { state } = call
  const { perPage, fields, sortBy, sortOrder } = request
  if (start.seen >= state.settings.pageTokenReach) {
    const message = 'The limit of the records that can be fetched with page_token is reached'
    return refusal(400, 'PAGINATION_LIMIT_EXCEEDED', message, { param_name: 'page_token' })
  }
  const rest = start.after === null ? sorted : sorted.slice(indexAfter(sorted, start.after, request))
  const page = rest.slice(0, perPage)
  const last = page.at(-1)
  if (last === undefined) return noContent
  const more = rest.length > page.length
  const next = { after: positionOf(last, request), seen: start.seen + page.length, before: start }
  const { pageTokenLifetimeMs } = state.settings
  const tokenFor = (to: PageStart): string =>
    state.pageTokens.issue(to, fingerprintOf(call), pageTokenLifetimeMs)
  const info = {
    per_page: perPage,
    count: page.length,
    page: Math.floor(start.seen / perPage) + 1,
    more_records: more,
    next_page_token: more ? tokenFor(next) : null,
    previous_page_token: start.before === null ? null : tokenFor(start.before),
    page_token_expiry:
      more || start.before !== null ? state.time(state.clock.wallMs() + pageTokenLifetimeMs) : null,
    sort_by: sortBy,
    sort_order: sortOrder,
    call: false,
    email: false,
  }
  return jsonAnswer({ data: page.map(row => viewOf(state, module, row, { fields, list: true })), info })
}

/** Where the page begins that `page` or `page_token` asks for. */
function startOf(call: CrmCall, request: ListRequest, sorted: readonly CrmRecord[]): PageStart | Answer {
  const { state } = call
  const { page, pageToken, perPage } = request
  if (pageToken !== null) return startOfToken(state, pageToken, fingerprintOf(call))
  const { pageReach } = state.settings
  if (page * perPage > pageReach && page > 1) {
    const message = `You can only get the first ${pageReach} records without using page_token param`
    return refusal(400, 'DISCRETE_PAGINATION_LIMIT_EXCEEDED', message, { limit: pageReach })
  }
  return startOfPage(sorted, request, page)
}

function startOfToken(state: CrmState, token: string, request: string): PageStart | Answer {
  const use = state.pageTokens.use(token, request)
  switch (use.kind) {
    case 'start':
      return use.start
    case 'expired': {
      const details = { api_name: 'page_token', json_path: '$.query.page_token' }
      return refusal(400, 'EXPIRED_VALUE', 'Page token expired', details)
    }
    case 'mismatch': {
      const message = 'The page_token given seems to be invalid or input param is added or altered or deleted'
      return refusal(400, 'TOKEN_BOUND_DATA_MISMATCH', message, { param_name: 'page_token' })
    }
  }
}

function startOfPage(sorted: readonly CrmRecord[], request: ListRequest, page: number): PageStart {
  let start = first
  for (let seen = request.perPage; seen <= (page - 1) * request.perPage; seen += request.perPage) {
    const last = sorted[seen - 1]
    // Behind the last record: a position that nothing follows.
    const end = { key: request.sortOrder === 'asc' ? '\uffff' : '', id: '' }
    start = { after: last === undefined ? end : positionOf(last, request), seen, before: start }
  }
  return start
}

/** Everything that must stay the same from page to page. */
function fingerprintOf({ query, header, params }: CrmCall): string {
  const rest = [...query].filter(([name]) => name !== 'page' && name !== 'page_token').sort()
  return JSON.stringify([params, rest, header('if-modified-since') ?? null])
}

function inOrder(rows: readonly CrmRecord[], request: ListRequest): readonly CrmRecord[] {
  const ascending =
    request.sortBy === 'id'
      ? [...rows]
      : rows.toSorted((one, other) => compare(positionOf(one, request), positionOf(other, request)))
  return request.sortOrder === 'asc' ? ascending : ascending.reverse()
}

function indexAfter(sorted: readonly CrmRecord[], after: PagePosition, request: ListRequest): number {
  const sign = request.sortOrder === 'asc' ? 1 : -1
  const found = sorted.findIndex(row => compare(positionOf(row, request), after) * sign > 0)
  return found === -1 ? sorted.length : found
}

/** Ids have the same length, and instants are printed with it. */
function positionOf(record: CrmRecord, { sortBy }: ListRequest): PagePosition {
  if (sortBy === 'id') return { key: record.id, id: record.id }
  const instant = parseInstant(String(own(record, sortBy))) ?? 0
  return { key: String(instant).padStart(15, '0'), id: record.id }
}

function compare(one: PagePosition, other: PagePosition): number {
  if (one.key !== other.key) return one.key < other.key ? -1 : 1
  if (one.id === other.id) return 0
  return one.id < other.id ? -1 : 1
}
