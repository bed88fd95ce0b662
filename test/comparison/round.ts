import pg from 'pg'
import { apps, credentialsOf } from '../conformance/apps.ts'
import { type AuthorizationServer, digestOf } from '../conformance/authorization-server.ts'
import { ForkedProcess } from '../conformance/forked-process.ts'
import { isActive, login } from '../conformance/login.ts'
import { historyOf } from '../conformance/rotation-history.ts'
import type { Place } from './contender.ts'
import { load } from './contenders.ts'

export const PROCESSES = 2
/** How long the provider takes for an answer. */
export const LATENCY_MS = 250

const app = apps.post

/** What the provider saw and what the callers had, when a token had expired. */
export interface Round {
  readonly requests: number
  /** Requests that came while another with the same grant was under way. */
  readonly overlapping: number
  readonly refused: number
  /** Callers that were given an error, or a token that the provider does not accept when all is over. */
  readonly failed: number
  /** Whether what is stored can be refreshed again. */
  readonly survived: boolean
  /** When the last caller had its answer. */
  readonly slowestCallerMs: number
  /** How long a query of the rest of the program took at most. */
  readonly longestQueryMs: number
}

interface Done {
  readonly kind: 'done'
  readonly tokens: readonly (string | null)[]
  readonly slowestCallerMs: number
  readonly longestQueryMs: number
}

export function placeAt(server: AuthorizationServer, database: string, rotates: boolean): Place {
  const { clientId, clientSecret = '' } = credentialsOf(app)
  return { database, issuer: server.url, app: { clientId, clientSecret }, rotates }
}

/**
 * Connects a customer whose access token has expired, and has all callers of all processes ask for one.
 * @param callers in each process
 */
export async function play(
  name: string,
  place: Place,
  server: AuthorizationServer,
  callers: number,
): Promise<Round> {
  const pool = new pg.Pool({ connectionString: place.database })
  const open = await load(name)
  const contender = await open(place, pool)
  const granted = await login(server.url, app, 'openid offline_access')
  await contender.connect(granted)
  await server.clear()
  await server.configure({ latencyMs: LATENCY_MS })

  const done = await askEverywhere(name, place, callers)
  const requests = await server.requests()
  const history = historyOf(requests, digestOf(granted.refreshToken))
  const tokens = done.flatMap(one => one.tokens)
  const good = await goodAmong(tokens, server)
  const stored = await contender.storedRefreshToken()
  await contender.close()
  await pool.end()
  return {
    requests: requests.length,
    overlapping: history.overlaps,
    refused: history.refused,
    failed: tokens.filter(token => token === null || !good.has(token)).length,
    survived: stored !== null && (await isActive(server.url, app, stored)),
    slowestCallerMs: Math.max(...done.map(({ slowestCallerMs }) => slowestCallerMs)),
    longestQueryMs: Math.max(...done.map(({ longestQueryMs }) => longestQueryMs)),
  }
}

async function askEverywhere(name: string, place: Place, callers: number): Promise<readonly Done[]> {
  const program = new URL('./caller-process.ts', import.meta.url).href
  const options = { name, place, callers }
  const processes = Array.from(
    { length: PROCESSES },
    () => new ForkedProcess<{ kind: 'ready' } | Done>(program, options),
  )
  try {
    await Promise.all(processes.map(one => one.hear('ready')))
    for (const one of processes) one.say('ask')
    return await Promise.all(processes.map(one => one.hear('done')))
  } finally {
    await Promise.all(processes.map(one => one.kill()))
  }
}

async function goodAmong(
  tokens: readonly (string | null)[],
  server: AuthorizationServer,
): Promise<ReadonlySet<string>> {
  const good = new Set<string>()
  for (const token of new Set(tokens)) {
    if (token !== null && (await isActive(server.url, app, token))) good.add(token)
  }
  return good
}
