import { InvalidInputError } from 'evergrant'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import type { AnswerObject } from './answers.ts'
import { type Criteria, conditionsOf, criteriaText } from './criteria.ts'
import { parseApiName, parseFieldName, parseFields } from './crm-input.ts'
import { hasEmail, hasPhone, holds } from './exactness.ts'
import { parsePerPage } from './list.ts'
import type { ZohoFieldOf } from './modules.ts'
import { rowsOf } from './pages.ts'

/** What to search by: one of these. Zoho ignores all but the first. */
export interface SearchSelector {
  /** Made by `criteria`; or as Zoho writes it, where you have escaped the values yourself. */
  readonly criteria?: Criteria | string | undefined
  /** In any field for e-mail addresses; parts of one are found as well. */
  readonly email?: string | undefined
  /** In any field for phone numbers, by its digits; parts of one are found as well. */
  readonly phone?: string | undefined
  /** A word in any field, 2 to 100 characters. */
  readonly word?: string | undefined
}

/** A search. Zoho gives 2,000 records at most; an error `LIMIT_REACHED` says that there are more. */
export interface SearchOptions<Module extends string = string> extends SearchSelector {
  /**
   * Whether records that only resemble what was searched for are left out: their values are compared again, to the letter
   * (e-mail addresses without case, phone numbers by their digits). Not with `word`, and not with criteria as text. With
   * `email` and `phone` it needs all fields: leave `fields` out. Default false.
   */
  readonly exact?: boolean | undefined
  /** The fields to read, at most 50. Default: all. */
  readonly fields?: readonly ZohoFieldOf<Module>[] | undefined
  /** Any field. Default `id`. */
  readonly sortBy?: ZohoFieldOf<Module> | undefined
  /** Default `desc`. */
  readonly sortOrder?: 'asc' | 'desc' | undefined
  /** Records a page, 1 to 200. Default 200. */
  readonly perPage?: number | undefined
  /** Of leads: those that were converted. Default: those that were not. */
  readonly converted?: boolean | 'both' | undefined
  readonly signal?: AbortSignal | undefined
}

/** The rows of `GET /{Module}/search`. @throws InvalidInputError an option */
export function foundRows(
  requests: ZohoRequests,
  module: string,
  options: SearchOptions,
): AsyncGenerator<AnswerObject> {
  const name = parseApiName(module, 'module')
  const { sortBy, sortOrder, converted, signal } = options
  const isExact = exactnessOf(options)
  const rows = rowsOf(requests, {
    path: [name, 'search'],
    query: {
      ...selectorOf(options),
      fields: fieldsOf(options),
      per_page: parsePerPage(options.perPage),
      sort_by: sortBy === undefined ? undefined : parseFieldName(sortBy),
      sort_order: sortOrder,
      converted,
    },
    scopes: [`ZohoCRM.modules.${name}.READ`, 'ZohoSearch.securesearch.READ'],
    heavy: true,
    signal,
  })
  return filtered(rows, isExact)
}

async function* filtered(
  rows: AsyncGenerator<AnswerObject>,
  isWanted: (row: AnswerObject) => boolean,
): AsyncGenerator<AnswerObject, void, void> {
  for await (const row of rows) if (isWanted(row)) yield row
}

function selectorOf(options: SearchOptions): Readonly<Record<string, string>> {
  const { criteria, email, phone, word } = options
  const given = Object.entries({ criteria, email, phone, word }).filter(([, value]) => value !== undefined)
  const [[name, value] = []] = given
  if (given.length !== 1 || name === undefined) {
    throw new InvalidInputError(
      'A search takes one of criteria, email, phone and word; Zoho ignores all but one.',
    )
  }
  if (name === 'criteria' && typeof value === 'object') return { criteria: criteriaText(value) }
  const rule = rules[name]
  if (typeof value === 'string' && rule?.test(value)) return { [name]: value }
  throw new InvalidInputError(`Zoho cannot search by this ${name}: ${told[name]}.`)
}

const rules: Readonly<Record<string, RegExp>> = {
  criteria: /^[\s\S]{1,3000}$/,
  email: /^\S{1,255}$/,
  phone: /^\+?[0-9\s\-().]{3,50}$/,
  word: /^[\s\S]{2,100}$/,
}
const told: Readonly<Record<string, string>> = {
  criteria: 'they are made by criteria, or are a text of at most 3,000 characters',
  email: 'it is a text of at most 255 characters without spaces',
  phone: 'it has 3 to 50 digits, spaces and -().',
  word: 'it has 2 to 100 characters',
}

function exactnessOf({
  exact = false,
  criteria,
  email,
  phone,
  fields,
}: SearchOptions): (row: AnswerObject) => boolean {
  if (!exact) return () => true
  if (typeof criteria === 'object') return row => holds(criteria, row)
  if (fields !== undefined || (email === undefined && phone === undefined)) {
    throw new InvalidInputError(
      'An exact search is by criteria that were made by criteria, or by email or phone without fields.',
    )
  }
  return row => (email === undefined ? hasPhone(row, phone ?? '') : hasEmail(row, email))
}

/** What is compared again has to be read. */
function fieldsOf({ fields, exact = false, criteria }: SearchOptions): string | undefined {
  if (fields === undefined) return undefined
  const compared =
    exact && typeof criteria === 'object' ? conditionsOf(criteria).map(({ field }) => field) : []
  return parseFields([...new Set([...fields, ...compared])])
}
