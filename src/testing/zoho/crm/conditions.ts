import type { Answer } from '../answer.ts'
import { invalidData } from './answers.ts'
import type { CrmCall } from './call.ts'
import { parseInstant } from './times.ts'

/** The instant of a conditional header, in ms since the epoch; null: it was not sent. Or the answer that refuses it. */
export function conditionOf(
  { header }: CrmCall,
  name: 'If-Modified-Since' | 'If-Unmodified-Since',
): number | null | Answer {
  const sent = header(name)
  if (sent === undefined) return null
  // A client of HTTP may write the header as HTTP has it.
  const instant = parseInstant(sent) ?? (/^[A-Z][a-z]{2}, .* GMT$/.test(sent) ? Date.parse(sent) : Number.NaN)
  return Number.isNaN(instant) ? invalidData({ header_name: name }) : instant
}

/** Whether it is an answer already, not a value. */
export function isAnswer<Value>(value: Value | Answer): value is Answer {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value
}
