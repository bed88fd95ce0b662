import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../src/errors.ts'
import { runMigrations } from '../../src/schema.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts'
import { dumpSchema } from '../support/schema-dump.ts'
import { claimOf, commitOf, firstPut, freshKey, rowOf } from '../support/store-contract/harness.ts'

const ORIGINAL = {
  id: 'uuid primary key default gen_random_uuid()',
  client_id: 'text not null',
  provider: 'text not null',
  access_token: 'text',
  refresh_token: 'text',
  token_expiry: 'timestamptz',
  scopes: 'text',
  metadata: 'jsonb',
  created_at: 'timestamptz not null default now()',
  updated_at: 'timestamptz not null default now()',
}

const STRICT_VARCHAR = {
  ...ORIGINAL,
  id: 'uuid primary key',
  client_id: 'varchar(100) not null',
  provider: 'varchar(50) not null',
  access_token: 'varchar(255) not null',
  refresh_token: 'varchar(255) not null',
  token_expiry: 'timestamptz not null',
  scopes: 'varchar(20) not null',
  metadata: 'jsonb not null',
  created_at: 'timestamptz not null',
  updated_at: 'timestamptz',
}

type Columns = Partial<Record<string, string>>

function createTable(columns: Columns): string {
  const parts = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
  return `create table oauth_tokens (${parts.join(', ')})`
}

const ROWS = `insert into oauth_tokens
    (id, client_id, provider, access_token, refresh_token, token_expiry, scopes, metadata, created_at, updated_at)
  values
    ('11111111-1111-4111-8111-111111111111', 'smart-tax-nation', 'zoho_crm', '1000.a b''"\\\\é', '1000.refresh',
      '2031-05-06 07:08:09.123456+02', 'ZohoCRM.modules.ALL', '{"api_domain":"https://www.zohoapis.eu","n":1.50}',
      '2020-01-01 00:00:00+00', '2020-02-02 02:02:02.000002+00'),
    ('22222222-2222-4222-8222-222222222222', 'acme', 'zoho_crm', 'old', 'old-refresh', '1999-01-01', '', '[]', now(), now()),
    ('33333333-3333-4333-8333-333333333333', 'acme', 'google', 'forever', 'r', 'infinity', 'a', '{}', now(), now())`

const VALUES = `select id::text, client_id, provider, access_token, refresh_token, token_expiry::text, scopes,
  metadata::text, created_at::text, updated_at::text from oauth_tokens order by id`

async function adopted(database: FreshDatabase, columns: Columns, ...more: string[]): Promise<void> {
  for (const text of [createTable(columns), ...more, ROWS]) await database.query(text)
}

describe.each([
  [
    'text columns and a unique index of another name',
    ORIGINAL,
    'create unique index tokens_idx on oauth_tokens (client_id, provider)',
  ],
  [
    'text columns and a unique constraint, the other way round',
    ORIGINAL,
    'alter table oauth_tokens add constraint one_per_client unique (provider, client_id)',
  ],
  [
    'varchar columns, NOT NULL everywhere, no defaults',
    STRICT_VARCHAR,
    'create unique index on oauth_tokens (client_id, provider)',
  ],
  [
    'varchar columns without a length',
    { ...ORIGINAL, client_id: 'varchar', access_token: 'varchar' },
    'create index on oauth_tokens (client_id)',
  ],
  [
    'json for jsonb, and columns of its own',
    { ...ORIGINAL, metadata: 'json', note: "text not null default 'n'", seq: 'serial' },
    'create index on oauth_tokens (client_id)',
  ],
  [
    'columns in another order',
    Object.fromEntries(Object.entries(ORIGINAL).reverse()),
    'create index on oauth_tokens (client_id)',
  ],
])('an original table with %s', async (_, columns, index) => {
  const database = await freshDatabase()

  test('keeps every value byte for byte, and works', async () => {
    await adopted(database, columns, index)
    const before = await database.query(VALUES)
    await runMigrations(database.url)
    expect(await database.query(VALUES)).toEqual(before)

    const store = await openPostgresStore({ timeoutMs: PATIENT_MS, database: database.url })
    const row = await rowOf(store, { clientId: 'smart-tax-nation', provider: 'zoho_crm' })
    expect(row).toMatchObject({
      id: '11111111-1111-4111-8111-111111111111',
      accessToken: `1000.a b'"\\\\é`,
      refreshToken: '1000.refresh',
      expiresAt: Date.parse('2031-05-06T05:08:09.123Z'),
      generation: 0,
      status: 'active',
      lifetimeMs: null,
      metadata: { api_domain: 'https://www.zohoapis.eu', n: 1.5 },
      createdAt: Date.parse('2020-01-01T00:00:00Z'),
    })
    expect(row.refreshAt).toBe(Date.parse('2031-05-06T04:58:09.123Z'))
    expect(await rowOf(store, { clientId: 'acme', provider: 'google' })).toMatchObject({
      expiresAt: Number.POSITIVE_INFINITY,
      refreshAt: Number.POSITIVE_INFINITY,
    })

    expect(await store.claim(claimOf(row))).toBe(true)
    const sealed = 's'.repeat(5_000)
    expect(
      await store.commit(commitOf(row, { accessToken: sealed, refreshToken: sealed, scopes: sealed })),
    ).toBe(true)
    expect(await rowOf(store, row)).toMatchObject({
      accessToken: sealed,
      refreshToken: sealed,
      generation: 1,
    })
    const key = { clientId: 'c'.repeat(255), provider: 'p'.repeat(255) }
    expect(await store.put(firstPut(key, { grant: { kind: 'keep' }, expiresInMs: null, scopes: null }))).toBe(
      true,
    )
    expect(await store.put(firstPut(key))).toBe(false)
    await store.insertEmpty(freshKey(), {})
    await store[Symbol.asyncDispose]()
  })

  test('has one unique index on client and provider', async () => {
    const unique = (await dumpSchema(database))
      .split('\n')
      .filter(line => /unique .*(client_id, provider|provider, client_id)/i.test(line))
    expect(unique).toHaveLength(1)
  })
})

describe('adopted rows', async () => {
  const database = await freshDatabase()

  test('are due: ten minutes before they expire, at once without an expiry, never without a refresh token', async () => {
    await database.query(createTable(ORIGINAL))
    await database.query(`insert into oauth_tokens (client_id, provider, access_token, refresh_token, token_expiry) values
      ('a', 'expires', 'x', 'r', '2040-01-01T00:10:00Z'), ('b', 'unknown', 'x', 'r', null), ('c', 'none', 'x', null, null)`)
    await runMigrations(database.url)
    const rows = await database.query(
      `select provider, refresh_at = '2040-01-01T00:00:00Z' as before, refresh_at <= now() as due
        from oauth_tokens order by client_id`,
    )
    expect(rows).toEqual([
      { provider: 'expires', before: true, due: false },
      { provider: 'unknown', before: false, due: true },
      { provider: 'none', before: null, due: null },
    ])
  })
})

describe('a table that cannot be adopted', async () => {
  const database = await freshDatabase()

  async function refusal(...statements: string[]): Promise<string> {
    await database.query('drop table if exists oauth_tokens cascade')
    for (const text of statements) await database.query(text)
    const before = await dumpSchema(database)
    const error: unknown = await runMigrations(database.url).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(await dumpSchema(database)).toBe(before)
    return String(error)
  }

  test('is refused with the names of the columns that it lacks', async () => {
    const { scopes: _, token_expiry: __, ...columns } = ORIGINAL
    expect(await refusal(createTable(columns))).toMatch(/lacks the columns token_expiry, scopes/)
  })

  test.each([
    ['id', 'bigserial primary key', 'bigint'],
    ['id', 'text primary key', 'text'],
    ['token_expiry', 'timestamp', 'timestamp without time zone'],
    ['token_expiry', 'bigint', 'bigint'],
    ['client_id', 'integer not null', 'integer'],
    ['scopes', 'text[]', 'text[]'],
    ['metadata', 'text', 'text'],
    ['access_token', 'bytea', 'bytea'],
  ])('is refused for its column %s %s', async (name, type, shown) => {
    expect(await refusal(createTable({ ...ORIGINAL, [name]: type }))).toContain(
      `its column ${name} is ${shown} and not`,
    )
  })

  test('is refused for a lifecycle column of another type', async () => {
    expect(await refusal(createTable({ ...ORIGINAL, status: 'integer' }))).toMatch(
      /status is integer and not text/,
    )
  })

  test('is refused for a column that no insert of ours would fill', async () => {
    expect(await refusal(createTable({ ...ORIGINAL, tenant: 'text not null' }))).toMatch(/tenant is NOT NULL/)
  })

  test('is refused for two rows of one connection, naming it', async () => {
    const twice = `insert into oauth_tokens (client_id, provider) values ('acme', 'google'), ('acme', 'google')`
    expect(await refusal(createTable(ORIGINAL), twice)).toMatch(
      /several rows for client acme, provider google/,
    )
  })

  test.each([
    ['no client', { client_id: 'text' }, null, 'google'],
    ['no provider', { provider: 'text' }, 'acme', null],
    ['an empty client', {}, '', 'google'],
    ['a client in other letters than ASCII', {}, 'Müller', 'google'],
    ['a space at the end', {}, 'acme ', 'google'],
    ['a line break', {}, 'acme\n', 'google'],
    ['a provider of 256 characters', {}, 'acme', 'x'.repeat(256)],
  ])('is refused for a row that no call could ask for: %s', async (_, columns, client, provider) => {
    const id = '44444444-4444-4444-8444-444444444444'
    await database.query('drop table if exists oauth_tokens cascade')
    await database.query(createTable({ ...ORIGINAL, ...columns }))
    await database.query(ROWS)
    await database.query('insert into oauth_tokens (id, client_id, provider) values ($1, $2, $3)', [
      id,
      client,
      provider,
    ])
    await expect(runMigrations(database.url)).rejects.toThrow(
      new RegExp(`1 of its rows have others or none, the first with id ${id}`),
    )
  })

  test('is not refused for the shortest and the longest names', async () => {
    await database.query('drop table if exists oauth_tokens cascade')
    await database.query(createTable(ORIGINAL))
    await database.query('insert into oauth_tokens (client_id, provider) values ($1, $2), ($3, $4)', [
      '!',
      '~',
      `a${' '.repeat(253)}b`,
      'x'.repeat(255),
    ])
    expect(await runMigrations(database.url)).not.toEqual([])
    await database.query('drop schema public cascade')
    await database.query('create schema public')
  })

  test('is refused when it is a view', async () => {
    const view = `create view oauth_tokens as select ${Object.keys(ORIGINAL)
      .map(name => `null::text as ${name}`)
      .join(', ')}`
    await database.query('drop table if exists oauth_tokens cascade')
    await database.query(view)
    await expect(runMigrations(database.url)).rejects.toThrow(/it is not a table/)
  })
})

describe('tables that drizzle-kit made', async () => {
  const database = await freshDatabase()
  const other = await freshDatabase()

  test('are used as they are', async () => {
    await runMigrations(other.url)
    const made = (await dumpSchema(other)).split(';\n').filter(statement => statement.trim() !== '')
    for (const statement of made) await database.query(statement)
    await runMigrations(database.url)
    expect(await dumpSchema(database)).toBe(await dumpSchema(other))
  })
})
