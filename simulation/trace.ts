import type { Entry, Happening, Row, RowChange } from './history.ts'

/** A history as people read it, a line for each thing that happened: when, who, what. */
export function traceOf(history: readonly Entry[]): string {
  return history.map(entry => `${clock(entry.at)}  ${whoOf(entry).padEnd(6)}  ${whatOf(entry)}`).join('\n')
}

/** Since the world began: h:mm:ss.mmm. */
function clock(ms: number): string {
  const at = new Date(Math.floor(ms)).toISOString()
  const hours = Math.floor(ms / 3_600_000)
  return `${String(hours).padStart(2)}${at.slice(13, 23)}`
}

function whoOf(entry: Happening): string {
  switch (entry.kind) {
    case 'settings':
    case 'ledger':
      return 'world'
    case 'served':
      return 'server'
    case 'fault':
      return entry.fault === 'refused without cause' ? 'server' : (entry.machine ?? 'world')
    default:
      return entry.machine
  }
}

function whatOf(entry: Happening): string {
  switch (entry.kind) {
    case 'settings': {
      const { rotation, lifetimeMs, lifeboat, cacheAgeMs } = entry
      return `${rotation} rotation, tokens live ${lifetimeMs} ms, lifeboat: ${lifeboat}, cache: ${cacheAgeMs} ms`
    }
    case 'call': {
      const given = [entry.access, entry.refresh].filter(token => token !== null).join(' ')
      return `call ${entry.call}: ${entry.method} ${entry.client} ${given}`.trimEnd()
    }
    case 'return': {
      const reason = entry.reason === null ? '' : ` (${entry.reason})`
      return `call ${entry.call} ends: ${entry.error ?? entry.token ?? 'done'}${reason}`
    }
    case 'statement':
      return `database runs ${entry.method}: ${entry.result}${entry.changes.map(change => changeOf(change, entry.now)).join('')}`
    case 'store error':
      return `${entry.method} fails: ${entry.code}`
    case 'request':
      return `request ${entry.request} leaves with ${entry.refresh}`
    case 'served': {
      const successor = entry.successor === null ? '' : ` and ${entry.successor}`
      return `request ${entry.request}: ${entry.verdict}${entry.access === null ? '' : `, ${entry.access}${successor}`}`
    }
    case 'answer': {
      const carried = entry.carried === null ? '' : `, with ${entry.carried}`
      return `request ${entry.request} ends: ${entry.how} (${entry.detail})${carried}`
    }
    case 'aboard':
      return `${entry.refresh} is in the lifeboat`
    case 'fault':
      return `*** ${entry.fault}${entry.ms === 0 ? '' : ` (${entry.ms} ms)`}`
    case 'ledger':
      return `the server honours ${entry.live.join(' ')}`
  }
}

function changeOf({ client, before, after }: RowChange, now: number): string {
  if (after === null) return `; ${client} is gone`
  const values = (Object.keys(after) as (keyof Row)[])
    .filter(name => before === null || before[name] !== after[name])
    .filter(name => before !== null || after[name] !== null)
    .map(name => `${name} ${valueTold(name, after, now)}`)
  return `; ${client}: ${values.join(', ')}`
}

// Instants as what is left of them.
function valueTold(name: keyof Row, row: Row, now: number): string {
  const value = row[name]
  const isInstant = name === 'expiresAt' || name === 'leaseUntil' || name === 'nextAttemptAt'
  return isInstant && typeof value === 'number' ? `in ${Math.round(value - now)} ms` : String(value)
}
