import { type Answer, jsonAnswer } from '../answer.ts'

/** An error as Zoho CRM puts it, for a whole request or for one record. */
export interface CrmError {
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>
  readonly message: string
  readonly status: 'error'
}

export function crmError(
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): CrmError {
  return { code, details, message, status: 'error' }
}

/** An error of the whole request. */
export function refusal(
  status: number,
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): Answer {
  return jsonAnswer(crmError(code, message, details), status)
}

/** Something of the request is not what Zoho takes there. */
export function invalidData(details: Readonly<Record<string, unknown>>, message = 'invalid data'): Answer {
  return refusal(400, 'INVALID_DATA', message, details)
}

export function missingParam(name: string): Answer {
  return refusal(400, 'REQUIRED_PARAM_MISSING', 'One of the expected parameter is missing', {
    param_name: name,
  })
}

/** Zoho's answer where there is nothing: no body at all. */
export const noContent: Answer = { status: 204, headers: {}, body: '' }

/** Nothing has changed since the time of the header. */
export const notModified: Answer = { status: 304, headers: {}, body: '' }

/** What a write says of a record. */
export type RecordResult = CrmError | (Readonly<Record<string, unknown>> & { readonly status: 'success' })

/** All good, some good or none good: 200 or 201, 207, and 400 or the older 202. */
export function resultsAnswer(
  results: readonly RecordResult[],
  allGood: 200 | 201,
  { legacy202 }: { readonly legacy202: boolean },
  envelope = 'data',
): Answer {
  const errors = results.filter((result): result is CrmError => result.status === 'error')
  const status = (): number => {
    if (errors.length === 0) return allGood
    if (errors.length < results.length) return 207
    if (errors.every(({ code }) => code === 'ALREADY_MODIFIED')) return 412
    return legacy202 ? 202 : 400
  }
  return jsonAnswer({ [envelope]: results }, status())
}
