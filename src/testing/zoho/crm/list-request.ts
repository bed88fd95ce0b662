import type { Answer } from '../answer.ts'
import { invalidData, missingParam, refusal } from './answers.ts'
import { isId } from './ids.ts'

const MOST_FIELDS = 50
const MOST_IDS = 100
const MOST_ROWS = 200
const sortKeys = ['id', 'Created_Time', 'Modified_Time'] as const

/** What a list was asked for. */
export interface ListRequest {
  readonly fields: readonly string[]
  readonly perPage: number
  readonly page: number
  readonly pageToken: string | null
  readonly sortBy: (typeof sortKeys)[number]
  readonly sortOrder: 'asc' | 'desc'
  /** Only these; null: all. */
  readonly ids: readonly string[] | null
}

/** Reads the parameters of a list, or gives the answer that refuses them. */
export function parseListRequest(query: URLSearchParams): ListRequest | Answer {
  const fields = parseFields(query)
  if (fields === null) return missingParam('fields')
  if (fields.length > MOST_FIELDS) return tooManyFields()
  const perPage = parseCount(query.get('per_page'), MOST_ROWS, MOST_ROWS)
  if (perPage === null) return invalidData({ param_name: 'per_page', maximum: MOST_ROWS })
  const page = parseCount(query.get('page'), 1, Number.MAX_SAFE_INTEGER)
  if (page === null) return invalidData({ param_name: 'page' })
  const pageToken = query.get('page_token')
  if (pageToken !== null && query.has('page')) {
    const details = { ambiguity_due_to: [{ param_name: 'page' }, { param_name: 'page_token' }] }
    return refusal(400, 'AMBIGUITY_DURING_PROCESSING', 'Ambiguity while processing the request', details)
  }
  const sortBy = sortKeys.find(key => key === (query.get('sort_by') ?? 'id'))
  if (sortBy === undefined) return invalidData({ param_name: 'sort_by', supported_values: sortKeys })
  const sortOrder = query.get('sort_order') ?? 'desc'
  if (sortOrder !== 'asc' && sortOrder !== 'desc')
    return invalidData({ param_name: 'sort_order', supported_values: ['asc', 'desc'] })
  const ids = query.has('ids') ? splitList(query.get('ids')) : null
  if (ids !== null && ids.length > MOST_IDS)
    return refusal(400, 'LIMIT_EXCEEDED', 'limit exceeded', { limit: MOST_IDS, param_name: 'ids' })
  if (ids?.some(id => !isId(id))) return invalidData({ param_name: 'ids' })
  return { fields, perPage, page, pageToken, sortBy, sortOrder, ids }
}

/** The names of `fields`; null: the parameter is missing, or names none. */
export function parseFields(query: URLSearchParams): readonly string[] | null {
  const names = splitList(query.get('fields'))
  return names.length === 0 ? null : names
}

export function tooManyFields(): Answer {
  return refusal(400, 'LIMIT_EXCEEDED', 'limit exceeded', { limit: MOST_FIELDS, param_name: 'fields' })
}

/** Whether there are more names than a request may have. */
export function exceedsFields(fields: readonly string[] | null): boolean {
  return (fields?.length ?? 0) > MOST_FIELDS
}

/** A list with commas; empty parts do not count, and nothing counts twice. */
export function splitList(text: string | null): readonly string[] {
  const parts = (text ?? '').split(',').map(part => part.trim())
  return [...new Set(parts)].filter(part => part !== '')
}

/** A whole number from 1; null: it is none, or too large. */
export function parseCount(text: string | null, absent: number, most: number): number | null {
  if (text === null) return absent
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0
  return count >= 1 && count <= most ? count : null
}
