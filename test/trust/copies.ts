import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { OAuthTokenService } from 'evergrant'
import pg from 'pg'
import { type Canary, ENCODINGS, type Encoding, encoded, makeCanary } from './canary.ts'
import { json, type Reply } from './token-endpoint.ts'

/** A PostgreSQL that writes down as much as it can. */
export const TALKATIVE: readonly string[] = [
  'log_statement=all',
  'log_min_duration_statement=0',
  'log_duration=on',
  'log_error_verbosity=verbose',
  'log_min_error_statement=debug5',
  'log_parameter_max_length=-1',
  'log_parameter_max_length_on_error=-1',
  'shared_preload_libraries=pg_stat_statements,auto_explain',
  'auto_explain.log_min_duration=0',
  'auto_explain.log_analyze=on',
  'auto_explain.log_nested_statements=on',
  'pg_stat_statements.track=all',
  // Every write-ahead log of the test is still there at its end.
  'max_wal_size=4GB',
]

/** A token endpoint's reply: both tokens new, both with the mark. */
export function rotating(canary: Canary): Reply {
  return socket => {
    const tokens = { access_token: canary.secret('access'), refresh_token: canary.secret('refresh') }
    socket.write(json({ ...tokens, token_type: 'Bearer', expires_in: 3_600 }))
  }
}

/** Stores as many connections, and refreshes each twice. */
export async function fill(
  tokens: OAuthTokenService,
  provider: string,
  canary: Canary,
  connections: number,
): Promise<void> {
  const clients = Array.from({ length: connections }, (_, index) => `client-${index}`)
  const worker = async (): Promise<void> => {
    for (let client = clients.pop(); client !== undefined; client = clients.pop()) {
      const stored = { accessToken: canary.secret('access'), refreshToken: canary.secret('refresh') }
      await tokens.storeTokens(client, provider, stored)
      await tokens.refreshToken(client, provider)
      await tokens.refreshToken(client, provider)
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

/** Writes another canary into the database as plaintext, in every encoding: what the search must find. */
export async function plantPlaintext(url: string): Promise<Canary> {
  const planted = makeCanary()
  await withClient(url, async client => {
    await client.query('create table planted (value text)')
    for (const encoding of ENCODINGS) {
      const value = encoded(`x${planted.secret('planted')}`, encoding)
      await client.query('insert into planted values ($1)', [value])
      await client.query(`do $plant$ begin perform '${value}'; end $plant$`)
    }
    // What is in memory goes to the data files.
    await client.query('checkpoint')
  })
  return planted
}

/** Writes what was planted again and again, so that it is in the write-ahead log of what is copied meanwhile. */
export async function rewritePlanted(url: string, meanwhile: Promise<unknown>): Promise<void> {
  let isOver = false
  const end = (): void => {
    isOver = true
  }
  meanwhile.then(end, end)
  await withClient(url, async client => {
    while (!isOver) await client.query('update planted set value = value')
  })
  await meanwhile
}

/** All rows of all tables as text, and what the server remembers of statements. */
export async function rowsAsText(
  url: string,
): Promise<{ readonly rows: string; readonly statements: string }> {
  return withClient(url, async client => {
    const tables = await client.query(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    const texts: string[] = []
    for (const { name } of tables.rows) {
      const { rows } = await client.query(`select t::text as row from ${name} t`)
      texts.push(...rows.map(({ row }) => row))
    }
    await client.query('create extension if not exists pg_stat_statements')
    const { rows } = await client.query('select query from pg_stat_statements')
    return { rows: texts.join('\n'), statements: rows.map(({ query }) => query).join('\n') }
  })
}

/**
 * The encodings of a canary in the files of a folder, those in folders below included. In PostgreSQL's write-ahead log,
 * where a value may go on over the end of a page, it is put together again.
 */
export function findInFiles(canary: Canary, ...folder: readonly string[]): readonly Encoding[] {
  const found = new Set(
    filesIn(join(...folder)).flatMap(path => {
      const bytes = readFileSync(path)
      const isLog = basename(dirname(path)) === 'pg_wal'
      return [bytes, ...(isLog ? [withoutPageHeaders(bytes)] : [])].flatMap(text => canary.findIn(text))
    }),
  )
  return ENCODINGS.filter(encoding => found.has(encoding))
}

const LOG_PAGE_BYTES = 8_192
const LONG_HEADER = 0x0002

// The headers of src/include/access/xlog_internal.h, by which pages of the log begin.
export function withoutPageHeaders(log: Buffer): Buffer {
  const pages: Buffer[] = []
  for (let start = 0; start + LOG_PAGE_BYTES <= log.length; start += LOG_PAGE_BYTES) {
    const isLong = (log.readUInt16LE(start + 2) & LONG_HEADER) !== 0
    pages.push(log.subarray(start + (isLong ? 40 : 24), start + LOG_PAGE_BYTES))
  }
  return Buffer.concat(pages)
}

export function filesIn(path: string): readonly string[] {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map(name => join(path, name))
    .filter(file => statSync(file).isFile())
}

async function withClient<Result>(url: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
