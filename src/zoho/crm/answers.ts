import { ProviderResponseError } from 'evergrant'
import type { ZohoConnection } from '../request/zoho-connection.ts'
import type { ZohoAnswer } from '../request/zoho-request.ts'

/** An object of an answer, of which nothing is known. */
export type AnswerObject = Readonly<Record<string, unknown>>

/** One page of a list. */
export interface Page {
  readonly rows: readonly AnswerObject[]
  readonly moreRecords: boolean
  readonly nextToken: string | null
}

/**
 * The list under a name in an answer; empty where there is no content (204), or nothing new (304).
 * @throws ProviderResponseError it is something else
 */
export function listOf(
  { body }: ZohoAnswer,
  name: string,
  connection: ZohoConnection,
): readonly AnswerObject[] {
  if (body === null) return []
  const list = isObject(body) ? body[name] : undefined
  if (Array.isArray(list) && list.every(isObject)) return list
  const { clientId, provider } = connection
  throw new ProviderResponseError(`${provider} of ${clientId}: Zoho's answer has no list "${name}".`, {
    clientId,
    provider,
  })
}

/** The page that an answer is. @throws ProviderResponseError it is none */
export function pageOf(answer: ZohoAnswer, name: string, connection: ZohoConnection): Page {
  const rows = listOf(answer, name, connection)
  const info = isObject(answer.body) && isObject(answer.body.info) ? answer.body.info : {}
  const token = info.next_page_token
  return {
    rows,
    moreRecords: info.more_records === true,
    nextToken: typeof token === 'string' && token !== '' ? token : null,
  }
}

export function isObject(value: unknown): value is AnswerObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
