// One of several processes of a back end: its callers all ask for the customer's access token at once, while another
// part of the program uses the same pool.
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Place } from './contender.ts'
import { load } from './contenders.ts'

const { name, place, callers }: { name: string; place: Place; callers: number } = JSON.parse(
  process.argv[2] ?? '',
)

/** How long a query of the rest of the program took at most, in milliseconds. */
async function otherQueries(pool: pg.Pool, until: AbortSignal): Promise<number> {
  let longest = 0
  while (!until.aborted) {
    const from = performance.now()
    await pool.query('select 1')
    longest = Math.max(longest, performance.now() - from)
    await pause(5)
  }
  return longest
}

const pool = new pg.Pool({ connectionString: place.database, max: 10 })
// The pool is warm, as it is in a program that runs.
await Promise.all(Array.from({ length: 10 }, () => pool.query('select pg_sleep(0.05)')))
const open = await load(name)
const contender = await open(place, pool)
process.send?.({ kind: 'ready' })
await once(process, 'message')

const over = new AbortController()
const others = otherQueries(pool, over.signal)
const from = performance.now()
const calls = Array.from({ length: callers }, () => contender.getAccessToken())
const settled = await Promise.allSettled(calls)
const slowestCallerMs = performance.now() - from
over.abort()
const tokens = settled.map(call => (call.status === 'fulfilled' ? call.value : null))
const longestQueryMs = await others
await contender.close()
await pool.end()
process.send?.({ kind: 'done', tokens, slowestCallerMs, longestQueryMs })
process.disconnect()
