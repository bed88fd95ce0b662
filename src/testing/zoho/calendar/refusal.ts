import { type Answer, htmlAnswer, jsonAnswer } from '../answer.ts'
import type { CalendarSettings } from './settings.ts'

/** The words of the security filter in front of Zoho’s APIs, as far as they were seen. */
export type CalendarKeyword =
  | 'INVALID_OAUTHTOKEN'
  | 'INVALID_TICKET'
  | 'INVALID_OAUTHSCOPE'
  | 'LESS_THAN_MIN_OCCURANCE'
  | 'MORE_THAN_MAX_OCCURANCE'
  | 'MORE_THAN_MAX_LENGTH'
  | 'EXTRA_PARAM_FOUND'
  | 'EXTRA_KEY_FOUND_IN_JSON'
  | 'PATTERN_NOT_MATCHED'
  | 'INVALID_DATA'
  | 'ETAG_MISSING'
  | 'ETAG_NOT_MATCHED'
  | 'URL_RULE_NOT_CONFIGURED'
  | 'URL_ROLLING_THROTTLES_LIMIT_EXCEEDED'

/** Why the Calendar does not do what it was asked. A value, not an exception. */
export class Refusal {
  readonly status: number
  readonly keyword: string
  readonly message: string
  readonly headers: Readonly<Record<string, string>>

  constructor(
    keyword: string,
    status = 400,
    message: string = keyword,
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.keyword = keyword
    this.status = status
    this.message = message
    this.headers = headers
  }
}

/** Whether a parser refused. */
export function isRefusal(value: unknown): value is Refusal {
  return value instanceof Refusal
}

/** The answer in the form of the settings. https://www.zoho.com/calendar/help/api/introduction.html has none. */
export function refusalAnswer(refusal: Refusal, settings: CalendarSettings): Answer {
  if (refusal.keyword === 'URL_RULE_NOT_CONFIGURED' && settings.wrongUrl === 'html') return htmlAnswer(404)
  const answer = jsonAnswer(bodyOf(refusal, settings), refusal.status)
  return { ...answer, headers: { ...answer.headers, ...refusal.headers } }
}

function bodyOf({ keyword, status, message }: Refusal, { errorForm }: CalendarSettings): object {
  const isMore = message !== keyword
  switch (errorForm) {
    case 'object':
      return { error: [isMore ? { message: keyword, description: message } : { message: keyword }] }
    case 'array':
      return [isMore ? { message: keyword, description: message } : { message: keyword }]
    case 'mail_array':
      return [2, { msg: message, errorCode: keyword }]
    case 'mail_object':
      return { status: { code: status, description: message }, data: { errorCode: keyword } }
    case 'projects':
      return {
        error: {
          status_code: String(status),
          title: keyword,
          error_type: 'SECURITY_VALIDATION_ERROR',
          details: [{ message }],
        },
      }
  }
}
