import type { EvergrantError } from 'evergrant'
import { ZohoApiError } from '../request/zoho-api-error.ts'
import type { ZohoConnection } from '../request/zoho-connection.ts'
import type { ZohoAnswer } from '../request/zoho-request.ts'
import { type AnswerObject, isObject } from './answers.ts'

/** What became of one record of a write. Results are in the order of the records, one for each. */
export type ZohoRecordResult = ZohoRecordSuccess | ZohoRecordFailure

/** A record that was written. */
export interface ZohoRecordSuccess {
  /** Tells the two apart. */
  readonly status: 'success'
  /** Of the record. */
  readonly id: string
  /** What was done: of an upsert, whichever it was. */
  readonly action: 'insert' | 'update' | 'delete'
  /** Of an upsert: the field by which Zoho found the record; null: it found none, or does not say. */
  readonly duplicateField: string | null
  /** `Modified_Time`, `Created_By`, … as Zoho gives them. */
  readonly details: Readonly<Record<string, unknown>>
}

/** A record that was not written, or of which nobody knows. */
export interface ZohoRecordFailure {
  /** Tells the two apart. */
  readonly status: 'error'
  /**
   * Zoho's: `DUPLICATE_DATA`, `MANDATORY_NOT_FOUND`, … Ours: `CALL_FAILED` where the call for this record and its neighbours
   * failed (`error` says how), `NOT_SENT` where it was not made because the one before it failed.
   */
  readonly code: string
  /** What Zoho says. */
  readonly message: string
  /** `api_name`, `json_path`, `duplicate_record`, … as Zoho gives them. */
  readonly details: Readonly<Record<string, unknown>>
  /** `unknown`: the record may have been written; read before you repeat it. */
  readonly outcome: 'not_done' | 'unknown'
  /** Why the call failed; null: it did not, Zoho refuses this record. It may be the reason of a signal. */
  readonly error: EvergrantError | Error | null
}

type Action = ZohoRecordSuccess['action']

const LISTS = [200, 201, 202, 207, 400, 403, 404, 409, 412]

/**
 * Whether an answer tells of each record. Zoho gives the same list with 200, 201, 202, 207 and, where all failed, with 400.
 * @param count how many records were sent
 */
export function tellsOfEach({ status, body }: ZohoAnswer, count: number): boolean {
  if (!LISTS.includes(status) || !isObject(body) || !Array.isArray(body.data)) return false
  return body.data.length === count && body.data.every(isResult)
}

function isResult(entry: unknown): boolean {
  if (!isObject(entry)) return false
  const { status, code, details } = entry
  const id = isObject(details) ? details.id : undefined
  return status === 'success' ? typeof id === 'string' : status === 'error' && typeof code === 'string'
}

/**
 * The results of an answer.
 * @throws ZohoApiError the answer is a good one and does not tell of each record: what was written is not known
 */
export function resultsOf(
  answer: ZohoAnswer,
  sent: { readonly count: number; readonly action: Action; readonly call: string },
  { clientId, provider }: ZohoConnection,
): readonly ZohoRecordResult[] {
  if (tellsOfEach(answer, sent.count) && isObject(answer.body)) {
    return (answer.body.data as readonly AnswerObject[]).map(entry => resultOf(entry, sent.action))
  }
  throw new ZohoApiError(
    `${provider} of ${clientId}: ${sent.call}: Zoho answered with HTTP ${answer.status} and does not tell of each record. ` +
      'They may have been written all the same: read before you repeat it.',
    {
      status: answer.status,
      zohoCode: null,
      details: {},
      retryable: false,
      outcome: 'unknown',
      retryAt: null,
    },
    { clientId, provider },
  )
}

function resultOf(entry: AnswerObject, usual: Action): ZohoRecordResult {
  const details = isObject(entry.details) ? entry.details : {}
  if (entry.status === 'success') {
    const action = entry.action === 'insert' || entry.action === 'update' ? entry.action : usual
    const field = entry.duplicate_field
    return {
      status: 'success',
      id: String(details.id),
      action,
      duplicateField: typeof field === 'string' && action === 'update' ? field : null,
      details,
    }
  }
  const message = typeof entry.message === 'string' ? entry.message : ''
  return { status: 'error', code: String(entry.code), message, details, outcome: 'not_done', error: null }
}

/** The results of records whose call failed, or was not made. */
export function failedResults(
  count: number,
  code: 'CALL_FAILED' | 'NOT_SENT',
  error: EvergrantError | Error,
  outcome: ZohoRecordFailure['outcome'],
): readonly ZohoRecordFailure[] {
  const message = code === 'NOT_SENT' ? 'not sent: the call before it failed' : error.message
  return Array.from({ length: count }, () => ({
    status: 'error',
    code,
    message,
    details: {},
    outcome,
    error,
  }))
}
