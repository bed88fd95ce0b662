// A process of its own that uses a store: node store-worker.mjs <compiled source> <url> <job> [row as JSON].
// Says `ready`, waits for a line on its input, does its job, and says the result as JSON.
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'

const [, , compiled, url, job, row] = process.argv
const load = path => import(pathToFileURL(`${compiled}/${path}`).href)
const { openPostgresStore } = await load('store/postgres/open.js')
const { openSqliteStore } = await load('store/sqlite/open.js')

const open = () =>
  url.startsWith('file:')
    ? openSqliteStore({ url, timeoutMs: 20_000 })
    : openPostgresStore({ database: url, timeoutMs: 20_000 })

const jobs = {
  /** Opens the store, which migrates the database. */
  open: async () => (await open())[Symbol.asyncDispose](),

  /** Claims one row fifty times at once; how many were granted. */
  claim: async () => {
    const store = await open()
    const requests = Array.from({ length: 50 }, (_, index) => ({
      row: JSON.parse(row),
      leaseId: `${process.pid}-${index}`,
      leaseMs: 60_000,
      attemptId: `${process.pid}-${index}`,
      skipNoProgress: false,
      longestLeaseMs: 120_000,
      longestGateMs: 600_000,
      allowance: null,
    }))
    const granted = await Promise.all(requests.map(request => store.claim(request)))
    await store[Symbol.asyncDispose]()
    return granted.filter(Boolean).length
  },

  /** Puts new tokens over a row fifty times, each over what it has just read. */
  put: async () => {
    const store = await open()
    const { clientId, provider } = JSON.parse(row)
    for (let done = 0; done < 50; ) {
      const { id, generation } = await store.read({ clientId, provider })
      const put = await store.put({
        clientId,
        provider,
        expected: { id, generation },
        accessToken: `${process.pid}-${done}`,
        grant: { kind: 'keep' },
        expiresInMs: null,
        expiresAtMost: null,
        lifetimeMs: null,
        refreshInMs: null,
        scopes: null,
        metadata: {},
      })
      if (put) done += 1
    }
    await store[Symbol.asyncDispose]()
  },
}

process.stdout.write('ready\n')
await once(process.stdin, 'data')
process.stdin.destroy()
process.stdout.write(`${JSON.stringify((await jobs[job]()) ?? null)}\n`)
