// A back-end process of a campaign: callers that ask for access tokens again and again. It prints what becomes of
// them as lines of JSON, each written before the next step, so that a line survives the kill that follows it.
import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { instant, watched } from './crash-points.js'

const order = JSON.parse(process.argv[2])
const { index, service, providers, open, provider, connections, accepts, aim } = order
const PAUSE_MS = 100
/** How often a connection's token is shown to the provider, beside each new one. */
const SHOW_EVERY_MS = 2_000
const REPORT_EVERY_MS = 200

const { OAuthTokenService } = await import(index)
const { assemblyOf } = await import(service)
const { defineProvider } = await import(providers)

const say = line => writeSync(1, `${JSON.stringify(line)}\n`)
const zero = () => ({
  calls: 0,
  longestWaitMs: 0,
  waits: [...order.waitBoundsMs, 0].map(() => 0),
  events: {},
})
const counts = zero()
let stopping = false

const tokens = await OAuthTokenService.open({
  ...open,
  providers: {
    [provider.definition.name]: { ...provider.app, profile: defineProvider(provider.definition) },
  },
  onEvent: ({ type, code }) => {
    const name = code === undefined ? type : `${type} ${code}`
    counts.events[name] = (counts.events[name] ?? 0) + 1
  },
})
watched(await assemblyOf(tokens), aim, say)
say({ kind: 'ready' })

function report() {
  if (counts.calls === 0) return
  say({ kind: 'served', ...counts, wallMs: Date.now() })
  Object.assign(counts, zero())
}

/** One caller that wants this connection's token again and again, as a request handler does. */
async function ask(connection, pauseMs) {
  let shown = null
  let shownAt = 0
  await pause(pauseMs * Math.random())
  while (!stopping) {
    const askedAt = instant()
    try {
      const token = await tokens.getAccessToken(connection, provider.definition.name)
      note(connection, askedAt)
      if (shown === null) {
        // Back ends that live for a moment show some of what they find; all show what comes anew.
        shown = token
        shownAt = performance.now() - SHOW_EVERY_MS * Math.random()
      }
      if (token !== shown || performance.now() - shownAt > SHOW_EVERY_MS) {
        shown = token
        shownAt = performance.now()
        await show(token, connection)
      }
    } catch (error) {
      // What a stopping back end is told belongs to nobody: its own callers are gone.
      if (stopping) return
      note(connection, askedAt)
      const { code, reason, message } = error
      say({
        kind: 'error',
        connection,
        at: Date.now(),
        code: code ?? error.name,
        reason: reason ?? null,
        message,
      })
      await pause(2 * PAUSE_MS)
    }
    await pause(pauseMs * (0.5 + Math.random()))
  }
}

function note(connection, askedAt) {
  const waitMs = Math.round(instant() - askedAt)
  counts.calls += 1
  counts.longestWaitMs = Math.max(counts.longestWaitMs, waitMs)
  const bucket = order.waitBoundsMs.findIndex(bound => waitMs <= bound)
  counts.waits[bucket === -1 ? order.waitBoundsMs.length : bucket] += 1
  if (waitMs > order.slowMs) say({ kind: 'slow', connection, at: askedAt, waitMs })
}

async function show(token, connection) {
  const answer = await fetch(accepts, { headers: { authorization: `Bearer ${token}` } }).catch(() => null)
  await answer?.arrayBuffer().catch(() => {})
  if (answer === null || answer.status === 200) return
  say({ kind: 'refused', connection })
  await tokens.reportRejected(connection, provider.definition.name, token).catch(() => {})
}

process.once('SIGTERM', async () => {
  stopping = true
  const askedAt = performance.now()
  await tokens.close()
  report()
  say({ kind: 'closed', tookMs: Math.round(performance.now() - askedAt) })
  process.exit(0)
})
// The campaign is over, however it ended.
process.stdin.on('end', () => process.exit(1)).resume()
setInterval(report, REPORT_EVERY_MS)
for (const [index, connection] of connections.entries()) {
  void ask(connection, index % 2 === 1 && order.rarelyMs !== null ? order.rarelyMs : PAUSE_MS)
}
