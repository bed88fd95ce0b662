import { ProviderResponseError } from 'evergrant'
import type { ZohoApi } from '../request/api-place.ts'
import type { ZohoAnswer } from '../request/zoho-request.ts'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import { isRecord } from './json-object.ts'

/** Zoho Calendar: its host is not the connection's `api_domain`, but one of its own at each data centre. */
export const calendarApi: ZohoApi = {
  root: '/api/v1',
  originAt: ({ calendarHost }) => `https://${calendarHost}`,
}

/**
 * The list that an answer holds under a name. Where there is nothing to list, Zoho sends an empty list, `{}`, or nothing; some
 * lists come without a name around them.
 */
export function listIn(
  { body }: ZohoAnswer,
  name: string,
  requests: ZohoRequests,
): readonly Readonly<Record<string, unknown>>[] {
  if (body === null || body === undefined) return []
  const list = isRecord(body) ? (body[name] ?? (Object.keys(body).length === 0 ? [] : null)) : body
  if (Array.isArray(list) && list.every(isRecord)) return list
  throw notUnderstood(`an answer without a list of ${name}`, requests)
}

/** Zoho's answer is not what its documentation has. */
export function notUnderstood(what: string, { connection }: ZohoRequests): ProviderResponseError {
  const { clientId, provider } = connection
  return new ProviderResponseError(`${provider} of ${clientId}: Zoho Calendar sent ${what}.`, {
    clientId,
    provider,
  })
}
