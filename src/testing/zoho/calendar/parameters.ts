import type { CalendarOperation } from './operations.ts'
import { Refusal } from './refusal.ts'

/** A request’s parameters: of the query, and of a body of the type of a form. A JSON body is not read. */
export interface RequestParameters {
  readonly query: URLSearchParams
  readonly form: URLSearchParams
}

export function parametersOf(url: string, contentType: string | undefined, body: string): RequestParameters {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType ?? '')
  const query = url.indexOf('?')
  return {
    query: new URLSearchParams(query < 0 ? '' : url.slice(query)),
    form: new URLSearchParams(isForm ? body : ''),
  }
}

/** Each by its name, if the operation knows all of them, has what it needs, and none twice. */
export function checkedParameters(
  { query, form }: RequestParameters,
  { parameters, mandatory }: CalendarOperation,
): ReadonlyMap<string, string> | Refusal {
  const found = new Map<string, string>()
  for (const [name, value] of [...query, ...form]) {
    if (!parameters.includes(name)) return new Refusal('EXTRA_PARAM_FOUND')
    if (found.has(name)) return new Refusal('MORE_THAN_MAX_OCCURANCE')
    found.set(name, value)
  }
  const isMissing = mandatory.some(name => !found.has(name))
  return isMissing ? new Refusal('LESS_THAN_MIN_OCCURANCE') : found
}
