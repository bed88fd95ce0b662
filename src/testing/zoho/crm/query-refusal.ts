import type { Answer } from '../answer.ts'
import { refusal } from './answers.ts'

/** Why a query is not answered: what of Zoho's error body depends on it. */
export interface QueryRefusal {
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>
  readonly message: string
}

/** A query of which something is not as it should be; the details say what. */
export function invalidQuery(
  details: QueryRefusal['details'],
  message = 'Invalid query formed',
): QueryRefusal {
  return { code: 'INVALID_QUERY', details, message }
}

export function queryRefused({ code, message, details }: QueryRefusal): Answer {
  return refusal(400, code, message, details)
}
