import { InvalidInputError } from 'evergrant'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import { type AnswerObject, pageOf } from './answers.ts'
import { parseApiName, parseFieldName, parseId } from './crm-input.ts'
import type { ZohoFieldOf } from './modules.ts'

/** The rows of a query. */
export interface CoqlResult {
  /** At most 2,000. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Whether there are more behind the limit of the query. */
  readonly moreRecords: boolean
}

/** A query whose rows are read to the end, however many there are. */
export interface CoqlAllOptions<Module extends string = string> {
  /** The fields to read, by their API names; those of a lookup behind a dot: `Account_Name.Phone`. `id` always comes. */
  readonly fields: readonly ZohoFieldOf<Module>[]
  /** The condition, as COQL writes it: `Lead_Status = 'Contacted'`. Values by {@link coqlText}. Default: all records. */
  readonly where?: string | undefined
  /** Rows a call, 1 to 2,000. Default 2,000: three credits, where 200 are one. */
  readonly pageSize?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const MOST_ROWS = 2_000

/**
 * A text as a value of COQL, in quotes.
 * @throws InvalidInputError it holds a backslash or a line break: nobody says how Zoho reads those
 *
 * @example
 * ```ts
 * await crm.coql(`select Last_Name from Leads where Company = ${coqlText("O'Neill & Sons")} limit 200`)
 * ```
 */
export function coqlText(value: string): string {
  if (typeof value === 'string' && !/[\\\p{Cc}]/u.test(value)) return `'${value.replaceAll("'", "''")}'`
  throw new InvalidInputError('A text of a COQL query is one without backslashes and line breaks.')
}

/** Runs a query. @throws InvalidInputError it is empty */
export async function runCoql(
  requests: ZohoRequests,
  query: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly rows: readonly AnswerObject[]; readonly moreRecords: boolean }> {
  if (typeof query !== 'string' || query.trim() === '') throw new InvalidInputError('A COQL query is a text.')
  const module = /\bfrom\s+(\w+)/i.exec(query)?.[1]
  const answer = await requests.send({
    method: 'POST',
    path: ['coql'],
    body: { select_query: query },
    scopes: ['ZohoCRM.coql.READ', ...(module === undefined ? [] : [`ZohoCRM.modules.${module}.READ`])],
    // A POST that only reads.
    idempotent: true,
    heavy: true,
    signal,
  })
  const { rows, moreRecords } = pageOf(answer, 'data', requests.connection)
  return { rows, moreRecords }
}

/**
 * Every row of a query, by its id: each call asks for what is behind the last one, so that no offset runs out.
 * @throws InvalidInputError an option
 */
export function allRows(
  requests: ZohoRequests,
  module: string,
  options: CoqlAllOptions,
): AsyncGenerator<AnswerObject> {
  const { fields, where, pageSize = MOST_ROWS, signal } = options
  const name = parseApiName(module, 'module')
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > MOST_ROWS) {
    throw new InvalidInputError(`pageSize must be a whole number from 1 to ${MOST_ROWS}.`)
  }
  const names = [...new Set(['id', ...fields.map(parseFieldName)])].join(', ')
  const queryBehind = (last: string): string => {
    const behind = `id > ${last}`
    const condition = where === undefined ? behind : `((${where}) and ${behind})`
    return `select ${names} from ${name} where ${condition} order by id asc limit ${pageSize}`
  }
  return behindEach(last => runCoql(requests, queryBehind(last), signal))
}

async function* behindEach(
  ask: (last: string) => Promise<{ readonly rows: readonly AnswerObject[]; readonly moreRecords: boolean }>,
): AsyncGenerator<AnswerObject, void, void> {
  for (let last = '0'; ; ) {
    const { rows, moreRecords } = await ask(last)
    yield* rows
    const end = rows.at(-1)
    if (!moreRecords || end === undefined) return
    last = parseId(end.id)
  }
}
