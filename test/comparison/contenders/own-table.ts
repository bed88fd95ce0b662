import type pg from 'pg'
import type { Granted } from '../../conformance/login.ts'
import { CUSTOMER, type Place } from '../contender.ts'

/** A row of a back end's own table of tokens. */
export interface Row {
  readonly access_token: string
  readonly refresh_token: string
  readonly token_expiry: Date
}

interface Answer {
  readonly access_token: string
  /** Not there: the one before goes on. */
  readonly refresh_token?: string
  readonly expires_in: number
  readonly error?: string
}

/** The table that the loops by hand keep grants in. */
export async function createTable(pool: pg.Pool): Promise<void> {
  await pool.query(`create table if not exists tokens (
    customer text primary key, access_token text not null, refresh_token text not null,
    token_expiry timestamptz not null)`)
}

export async function insertExpired(pool: pg.Pool, granted: Granted): Promise<void> {
  await pool.query('delete from tokens')
  await pool.query(`insert into tokens values ($1, $2, $3, now() - interval '1 hour')`, [
    CUSTOMER,
    granted.accessToken,
    granted.refreshToken,
  ])
}

export async function storedIn(pool: pg.Pool): Promise<string | null> {
  const { rows } = await pool.query<Row>('select * from tokens where customer = $1', [CUSTOMER])
  return rows[0]?.refresh_token ?? null
}

/** A refresh request (RFC 6749 §6), and the row that comes of the answer. */
export async function refreshed({ issuer, app }: Place, row: Row): Promise<Row> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: row.refresh_token,
      client_id: app.clientId,
      client_secret: app.clientSecret,
    }),
  })
  const answer = (await response.json()) as Answer
  if (!response.ok) throw new Error(answer.error)
  return {
    access_token: answer.access_token,
    refresh_token: answer.refresh_token ?? row.refresh_token,
    token_expiry: new Date(Date.now() + answer.expires_in * 1_000),
  }
}

/** Writes a row, through a pool or in a transaction. */
export async function update(database: pg.Pool | pg.PoolClient, row: Row): Promise<void> {
  await database.query(
    'update tokens set access_token = $2, refresh_token = $3, token_expiry = $4 where customer = $1',
    [CUSTOMER, row.access_token, row.refresh_token, row.token_expiry],
  )
}
