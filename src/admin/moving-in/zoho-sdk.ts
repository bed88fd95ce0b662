import { createReadStream } from 'node:fs'
import { InvalidInputError } from '../../errors.ts'
import { expiryOf } from './instant.ts'
import { type DumpRow, readMysqlDump } from './mysql-dump.ts'
import type { SourceRow } from './source-row.ts'
import { keyOf } from './token-table.ts'
import { refused, type Verdict } from './verdict.ts'

/** Who the client of a row becomes: the user that the SDK was told of, or the row's id. */
export type ZohoSdkClient = 'user' | 'id'

/** A text, from a file by its path, or in pieces. */
export type TextInput = string | AsyncIterable<string | Uint8Array>

const USUAL_TABLE = 'oauthtoken'
/** `id` and `user_…` name a row; the SDKs for JavaScript write the one, those for TypeScript the other. */
const USER_COLUMNS = ['user_name', 'user_mail']
const NEEDED = ['refresh_token', 'access_token', 'client_id']
/** What Zoho's tokens are made of. Anything else means that columns have moved or that quotes were added. */
const TOKEN = /^[\w.~+/=-]*$/

/** A row, and whether the store has as many fields as its heading. */
interface StoredRow {
  readonly place: Readonly<Record<string, string>>
  /** Null: it has not. */
  readonly fields: DumpRow | null
}

/**
 * The rows of a token store of Zoho's SDKs for Node.js and TypeScript: the CSV file of `FileStore`, or a dump of the
 * MySQL table of `DBStore`. Which of them it is, the text says.
 * @throws InvalidInputError it is neither, or cannot be read
 */
export async function readZohoStore(
  input: TextInput,
  options: {
    readonly table: string | undefined
    readonly client: ZohoSdkClient
    readonly provider: string
  },
): Promise<readonly SourceRow[]> {
  const pieces = piecesOf(input)
  const head = await headOf(pieces)
  const all = chained(head, pieces)
  const rows = /^\uFEFF?\s*\w+,\w+,/.test(head)
    ? await csvRows(all)
    : (await readMysqlDump(all, options.table ?? USUAL_TABLE)).map((fields, index) => ({
        place: { row: `${index + 1}` },
        fields,
      }))
  refuseOther(rows)
  return rows.map(row => sourceRow(row, options.client, options.provider))
}

async function* piecesOf(input: TextInput): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8')
  try {
    for await (const piece of typeof input === 'string' ? createReadStream(input) : input) {
      yield typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true })
    }
    yield decoder.decode()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault'
    const name = typeof input === 'string' ? `The source ${input}` : 'The source'
    throw new InvalidInputError(`${name} cannot be read (${code}). Correct its path, and who may read it.`)
  }
}

/** Enough to see what it is. */
async function headOf(pieces: AsyncIterator<string>): Promise<string> {
  let head = ''
  while (head.length < 200) {
    const { value, done } = await pieces.next()
    if (done) break
    head += value
  }
  return head
}

async function* chained(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield head
  yield* rest
}

/** As `FileStore` reads it: a comma parts fields, a line break rows, and nothing is quoted. */
async function csvRows(pieces: AsyncIterable<string>): Promise<readonly StoredRow[]> {
  let text = ''
  for await (const piece of pieces) text += piece
  const [heading = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const columns = heading.split(',').map(name => name.trim())
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    const values = line.split(',')
    const fits = values.length === columns.length
    const fields = Object.fromEntries(columns.map((column, at) => [column, values[at] ?? null]))
    return [{ place: { line: `${index + 2}` }, fields: fits ? fields : null }]
  })
}

/** What it has instead is not told: without a heading, it would be the first row. */
function refuseOther(rows: readonly StoredRow[]): void {
  const fields = rows.find(row => row.fields !== null)?.fields ?? null
  const lacking = fields === null ? [] : NEEDED.filter(name => !Object.hasOwn(fields, name))
  if (lacking.length === 0) return
  throw new InvalidInputError(
    `This is no token store of Zoho's SDKs: among its columns are no ${lacking.join(', ')}. A CSV file has their ` +
      'names in its first line.',
  )
}

function sourceRow({ place, fields }: StoredRow, client: ZohoSdkClient, provider: string): SourceRow {
  if (fields === null) return { ...NOTHING, key: place, provider, fault: MALFORMED }
  // Both write nothing for null: to the one it is an empty field, to the other an empty text.
  const field = (name: string): string | null => fields[name] || null
  const user = USER_COLUMNS.map(field).find(name => name !== null) ?? null
  const apiDomain = field('api_domain')
  return {
    key: { ...place, ...keyOf({ id: field('id'), user }) },
    clientId: client === 'user' ? user : field('id'),
    provider,
    accessToken: field('access_token'),
    refreshToken: field('refresh_token'),
    expiry: expiryOf({ kind: 'text', text: field('expiry_time') ?? '' }),
    scopes: null,
    metadata: apiDomain === null ? null : { api_domain: apiDomain.replace(/\/$/, '') },
    appId: field('client_id'),
    fault: faultOf(fields, client === 'user' && user === null),
  }
}

const NOTHING = {
  clientId: null,
  accessToken: null,
  refreshToken: null,
  expiry: { kind: 'unknown' },
  scopes: null,
  metadata: null,
  appId: null,
} as const

const MALFORMED: Verdict = refused(
  'malformed',
  'has not as many fields as the heading: a value holds a comma',
)

function faultOf(fields: DumpRow, lacksUser: boolean): Verdict | null {
  const tokens = [fields.access_token ?? '', fields.refresh_token ?? '']
  if (tokens.every(token => token === '')) return null
  if (!tokens.every(token => TOKEN.test(token))) {
    return refused('invalid', 'a token holds characters that no token of Zoho has')
  }
  return lacksUser
    ? refused('invalid', 'names no user: --client id (in code: client) takes the id of the row instead')
    : null
}
