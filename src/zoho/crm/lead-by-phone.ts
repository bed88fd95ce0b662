import { InvalidInputError } from 'evergrant'
import type { ZohoTokens } from '../request/zoho-connection.ts'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import type { AnswerObject } from './answers.ts'
import { phoneDigits } from './exactness.ts'
import { foundRows } from './search.ts'

/** The module and the ways to find a person by telephone. */
const MODULE = 'Leads'

/**
 * A phone number as it is stored and searched for: `+` and digits, or digits alone.
 * @throws InvalidInputError it is none
 */
export function parsePhone(phone: unknown): string {
  const digits =
    typeof phone === 'string' && /^\s*\+?[0-9\s\-().]{3,60}$/.test(phone) ? phoneDigits(phone) : ''
  if (digits.length < 3 || digits.length > 20) {
    throw new InvalidInputError(
      'A phone number has 3 to 20 digits, with spaces and -(). between them, and + before.',
    )
  }
  return /^\s*(?:\+|00)/.test(String(phone)) ? `+${digits}` : digits
}

/** The lead with exactly this number in one of its fields; of several the first that was made. Null: none. */
export async function leadByPhone(
  requests: ZohoRequests,
  phone: string,
  signal: AbortSignal | undefined,
): Promise<AnswerObject | null> {
  const rows = foundRows(requests, MODULE, {
    phone: parsePhone(phone),
    exact: true,
    sortOrder: 'asc',
    signal,
  })
  for await (const row of rows) return row
  return null
}

/** The lead with exactly this address in one of its fields; of several the first that was made. Null: none. */
export async function leadByEmail(
  requests: ZohoRequests,
  email: string,
  signal: AbortSignal | undefined,
): Promise<AnswerObject | null> {
  const rows = foundRows(requests, MODULE, { email, exact: true, sortOrder: 'asc', signal })
  for await (const row of rows) return row
  return null
}

// Of one service object: whoever asks for a number waits for those who asked for it before.
const queues = new WeakMap<ZohoTokens, Map<string, Promise<unknown>>>()

/** Runs work alone among all that has the same name, in this process, in order. */
export async function alone<Result>(
  { connection: { tokens, provider, clientId } }: ZohoRequests,
  phone: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const known = queues.get(tokens) ?? new Map<string, Promise<unknown>>()
  queues.set(tokens, known)
  const name = [provider, clientId, phoneDigits(phone)].join('\n')
  const before = known.get(name) ?? Promise.resolve()
  const result = before.then(work, work)
  const ended = result.catch(() => {})
  known.set(name, ended)
  try {
    return await result
  } finally {
    if (known.get(name) === ended) known.delete(name)
  }
}
