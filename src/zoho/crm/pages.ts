import { ZohoApiError } from '../request/zoho-api-error.ts'
import type { ZohoParameters, ZohoRequest } from '../request/zoho-request.ts'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import { type AnswerObject, type Page, pageOf } from './answers.ts'

/** A list of Zoho's, whatever its length. */
export interface PagedList {
  readonly path: readonly string[]
  /** Without `page` and `page_token`; the same for each page, as Zoho demands. */
  readonly query: ZohoParameters
  readonly scopes: readonly string[]
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly heavy?: boolean | undefined
  /** The list's name in an answer. Default `data`. */
  readonly name?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a list of records is read by: `page` at first, then its tokens, which reach further. */
interface Position {
  readonly page: number
  readonly token: string | null
}

const START: Position = { page: 1, token: null }

/**
 * The rows of a list, page by page, as they are asked for. Tokens end after 24 hours: a list that is read for longer is begun
 * again, and what was given already is left out.
 * @throws what `send` throws
 */
export async function* rowsOf(
  requests: ZohoRequests,
  list: PagedList,
): AsyncGenerator<AnswerObject, void, void> {
  const given = new Set<unknown>()
  let position: Position | null = START
  let isNew = true
  while (position !== null) {
    const page: Page | null = await pageAt(requests, list, position, isNew)
    if (page === null) {
      position = START
      isNew = false
      continue
    }
    for (const row of page.rows) {
      // A record may move to a later page while the pages are read.
      if (row.id !== undefined && given.has(row.id)) continue
      given.add(row.id)
      isNew = true
      yield row
    }
    position = nextOf(page, position)
  }
}

function nextOf({ moreRecords, nextToken, rows }: Page, { page }: Position): Position | null {
  // An empty page that promises more would be asked for without end.
  if (!moreRecords || rows.length === 0) return null
  return { page: page + 1, token: nextToken }
}

/** Null: the token of the page has ended, and the list has come on since it was last begun. */
async function pageAt(
  requests: ZohoRequests,
  list: PagedList,
  { page, token }: Position,
  mayBeginAgain: boolean,
): Promise<Page | null> {
  const where = token === null ? (page === 1 ? {} : { page }) : { page_token: token }
  const request: ZohoRequest = {
    method: 'GET',
    path: list.path,
    query: { ...list.query, ...where },
    scopes: list.scopes,
    headers: list.headers,
    heavy: list.heavy,
    signal: list.signal,
  }
  try {
    return pageOf(await requests.send(request), list.name ?? 'data', requests.connection)
  } catch (error) {
    const hasEnded = error instanceof ZohoApiError && error.zohoCode === 'EXPIRED_VALUE' && token !== null
    if (hasEnded && mayBeginAgain) return null
    throw error
  }
}
