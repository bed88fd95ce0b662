// A back-end process of a campaign: callers that ask for access tokens again and again. It prints what becomes of
// them as lines of JSON, each written before the next step, so that a line survives the kill that follows it.
import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { watched } from './crash-points.js'

const { index, service, providers, open, provider, connections, accepts, aim } = JSON.parse(process.argv[2])
const PAUSE_MS = 100
/** How often a connection's token is shown to the provider, beside each new one. */
const SHOW_EVERY_MS = 2_000
const REPORT_EVERY_MS = 200

const { OAuthTokenService } = await import(index)
const { assemblyOf } = await import(service)
const { defineProvider } = await import(providers)

const say = line => writeSync(1, `${JSON.stringify(line)}\n`)
const counts = { calls: 0, longestWaitMs: 0, events: {} }
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
  Object.assign(counts, { calls: 0, longestWaitMs: 0, events: {} })
}

/** One caller that wants this connection's token all the time, as a request handler does. */
async function ask(connection) {
  let shown = ''
  let shownAt = 0
  while (!stopping) {
    const askedAt = performance.now()
    try {
      const token = await tokens.getAccessToken(connection, provider.definition.name)
      note(askedAt)
      if (token !== shown || performance.now() - shownAt > SHOW_EVERY_MS) {
        shown = token
        shownAt = performance.now()
        await show(token, connection)
      }
    } catch (error) {
      // What a stopping back end is told belongs to nobody: its own callers are gone.
      if (stopping) return
      note(askedAt)
      const { code, reason, message } = error
      say({ kind: 'error', connection, code: code ?? error.name, reason: reason ?? null, message })
      await pause(2 * PAUSE_MS)
    }
    await pause(PAUSE_MS * (0.5 + Math.random()))
  }
}

function note(askedAt) {
  counts.calls += 1
  counts.longestWaitMs = Math.max(counts.longestWaitMs, Math.round(performance.now() - askedAt))
}

async function show(token, connection) {
  const answer = await fetch(accepts, { headers: { authorization: `Bearer ${token}` } }).catch(() => null)
  await answer?.arrayBuffer().catch(() => {})
  if (answer !== null && answer.status !== 200) say({ kind: 'refused', connection })
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
for (const connection of connections) void ask(connection)
