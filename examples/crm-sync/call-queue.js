// The calls that are still to be brought to Zoho, in a table of your own PostgreSQL: what the caller's flow writes, and
// workers of any number take. Nobody waits for Zoho here.

const TABLE = `create table if not exists incoming_calls (
  id          text primary key,
  call        jsonb not null,
  state       text not null default 'waiting' check (state in ('waiting', 'done', 'parked')),
  attempts    int not null default 0,
  due_at      timestamptz not null default now(),
  result      jsonb,
  last_error  text,
  received_at timestamptz not null default now()
)`

export class CallQueue {
  #pool
  #leaseMs

  /** `leaseMs` is longer than a worker can take for one call: before it is over nobody else begins with it. */
  constructor(pool, { leaseMs = 10 * 60_000 } = {}) {
    this.#pool = pool
    this.#leaseMs = leaseMs
  }

  async createTable() {
    await this.#pool.query(TABLE)
  }

  /** Takes a call in. The same id again changes nothing. */
  async enqueue(call) {
    await this.#pool.query('insert into incoming_calls (id, call) values ($1, $2) on conflict do nothing', [
      call.id,
      call,
    ])
  }

  /** The call that has waited longest, for as long as the lease lasts; null: none is due. */
  async claim() {
    const { rows } = await this.#pool.query(
      `update incoming_calls set attempts = attempts + 1, due_at = now() + $1 * interval '1 ms'
        where id = (select id from incoming_calls where state = 'waiting' and due_at <= now()
          order by due_at limit 1 for update skip locked)
        returning call, attempts`,
      [this.#leaseMs],
    )
    return rows[0] ?? null
  }

  /** It is done. Says nothing to whoever lost it: another worker has the same result. */
  async done({ call, attempts }, result) {
    await this.#end(call, attempts, { state: 'done', result })
  }

  /** It is to be tried again at a time. */
  async retry({ call, attempts }, at, error) {
    await this.#end(call, attempts, { state: 'waiting', at, error })
  }

  /** It needs a person. */
  async park({ call, attempts }, error) {
    await this.#end(call, attempts, { state: 'parked', error })
  }

  /** A parked call goes on: its cause was mended. */
  async resume(id) {
    await this.#pool.query(
      `update incoming_calls set state = 'waiting', due_at = now() where id = $1 and state = 'parked'`,
      [id],
    )
  }

  /** How many there are in each state, and the parked ones with their reasons. */
  async report() {
    const counts = await this.#pool.query('select state, count(*)::int from incoming_calls group by state')
    const parked = await this.#pool.query(
      `select id, last_error, attempts from incoming_calls where state = 'parked' order by received_at limit 100`,
    )
    return {
      ...{ waiting: 0, done: 0, parked: 0 },
      ...Object.fromEntries(counts.rows.map(({ state, count }) => [state, count])),
      reasons: parked.rows,
    }
  }

  // `attempts` is what fences: a worker that lost its lease changes nothing.
  async #end(call, attempts, { state, at = null, result = null, error = null }) {
    await this.#pool.query(
      `update incoming_calls set state = $3, due_at = coalesce($4, due_at), result = $5, last_error = $6
        where id = $1 and attempts = $2 and state = 'waiting'`,
      [call.id, attempts, state, at, result, error],
    )
  }
}
