import { InvalidInputError } from 'evergrant'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import type { AnswerObject } from './answers.ts'
import { parseApiName, parseFields, parseId, zohoTime } from './crm-input.ts'
import type { ZohoFieldOf } from './modules.ts'
import { rowsOf } from './pages.ts'

/** The records of a list. */
export interface ListOptions<Module extends string = string> {
  /** The fields to read, 1 to 50: Zoho gives no others, and wants to be told. `id` always comes. */
  readonly fields: readonly ZohoFieldOf<Module>[]
  /** Default `id`. Another order is a heavy call at Zoho. */
  readonly sortBy?: 'id' | 'Created_Time' | 'Modified_Time' | undefined
  /** Default `desc`. */
  readonly sortOrder?: 'asc' | 'desc' | undefined
  /** Records a page, 1 to 200. Default 200. */
  readonly perPage?: number | undefined
  /** These alone; at most 100. */
  readonly ids?: readonly string[] | undefined
  /** The id of a custom view. */
  readonly customView?: string | undefined
  /** Of leads: those that were converted. Default: those that were not. */
  readonly converted?: boolean | 'both' | undefined
  /** Those that were approved, or were not. */
  readonly approved?: boolean | 'both' | undefined
  /** Those that were changed since. */
  readonly modifiedSince?: Date | undefined
  readonly signal?: AbortSignal | undefined
}

/** Records that were deleted. */
export interface DeletedOptions {
  /** Those in the recycle bin (60 days), those that left it (120 days), or both. Default `all`. */
  readonly type?: 'all' | 'recycle' | 'permanent' | undefined
  /** Those that were deleted since. */
  readonly since?: Date | undefined
  readonly signal?: AbortSignal | undefined
}

/** A record that was deleted. */
export interface ZohoDeletedRecord {
  /** Of the record that was. */
  readonly id: string
  /** As it was shown; null: not known. */
  readonly display_name?: string | null | undefined
  /** `recycle` or `permanent`. */
  readonly type?: string | undefined
  /** ISO 8601. */
  readonly deleted_time?: string | undefined
  /** The user. */
  readonly deleted_by?: { readonly id: string; readonly name?: string | undefined } | null | undefined
}

const MOST_IDS = 100

/** The rows of `GET /{Module}`. @throws InvalidInputError an option */
export function listedRows(
  requests: ZohoRequests,
  module: string,
  options: ListOptions,
): AsyncGenerator<AnswerObject> {
  const name = parseApiName(module, 'module')
  const { sortBy, sortOrder, ids, customView, converted, approved, modifiedSince, signal } = options
  if (ids !== undefined && (ids.length === 0 || ids.length > MOST_IDS)) {
    throw new InvalidInputError(`The ids of a list are 1 to ${MOST_IDS}; Zoho takes no more.`)
  }
  return rowsOf(requests, {
    path: [name],
    query: {
      fields: parseFields(options.fields),
      per_page: parsePerPage(options.perPage),
      sort_by: sortBy,
      sort_order: sortOrder,
      ids: ids?.map(parseId).join(','),
      cvid: customView === undefined ? undefined : parseId(customView),
      converted,
      approved,
    },
    scopes: [`ZohoCRM.modules.${name}.READ`],
    headers: modifiedSince === undefined ? undefined : { 'If-Modified-Since': zohoTime(modifiedSince) },
    heavy: (sortBy !== undefined && sortBy !== 'id') || customView !== undefined,
    signal,
  })
}

/** The rows of `GET /{Module}/deleted`. @throws InvalidInputError an option */
export function deletedRows(
  requests: ZohoRequests,
  module: string,
  options: DeletedOptions,
): AsyncGenerator<AnswerObject> {
  const name = parseApiName(module, 'module')
  const { type = 'all', since, signal } = options
  return rowsOf(requests, {
    path: [name, 'deleted'],
    query: { type, per_page: 200 },
    scopes: [`ZohoCRM.modules.${name}.READ`],
    headers: since === undefined ? undefined : { 'If-Modified-Since': zohoTime(since) },
    signal,
  })
}

/** How many records a page has. @throws InvalidInputError */
export function parsePerPage(perPage = 200): number {
  if (Number.isInteger(perPage) && perPage >= 1 && perPage <= 200) return perPage
  throw new InvalidInputError('perPage must be a whole number from 1 to 200.')
}
