// The crash points C0 to C8 of one refresh, reached from outside: the ports of an opened service are wrapped, and at
// the chosen call this process sends itself the signal. What they are: docs/reliability.md.
import { setTimeout as pause } from 'node:timers/promises'

/** How long after a request has begun: on its way; or worked on, with the answer held back. */
const SENT_MS = 1
const ANSWERING_MS = 50

/**
 * Tells of each request that the service makes, and when the successor of its refresh token is on a disk; strikes one
 * refresh.
 * @param aim `point`: C0 to C8; `after`: how many refreshes go by first; `signal`: SIGKILL or SIGSTOP; null: none
 */
export function watched(assembly, aim, say) {
  const { ports, providers } = assembly
  const strike = new Strike(aim, say)
  const keeps = connection => say({ kind: 'kept', connection, at: instant() })
  ports.store = wrapped(ports.store, storeCalls(strike, keeps))
  if (ports.lifeboat !== null) ports.lifeboat = wrapped(ports.lifeboat, lifeboatCalls(strike, keeps))
  assembly.providers = {
    names: providers.names,
    appOf: name => providers.appOf(name),
    get: name => wrapped(providers.get(name), providerCalls(strike, say)),
  }
}

/** In ms, by the monotonic clock, which all processes of a machine share: a wall clock may be wrong here. */
export const instant = () => Number(process.hrtime.bigint() / 1_000n) / 1_000

/** The refresh that was chosen, and whether it is over. */
class Strike {
  #point
  #left
  #signal
  #say
  /** The row whose refresh it is; null: not yet, or not any more. */
  #chosen = null

  constructor(aim, say) {
    this.#point = aim?.point ?? null
    this.#left = aim?.after ?? 0
    this.#signal = aim?.signal
    this.#say = say
  }

  choose(row) {
    if (this.#point !== null && this.#left === 0) this.#chosen ??= row
  }

  /** It was not granted, or came through: the next one then. */
  pass(row) {
    if (this.#chosen?.id === row.id) this.#chosen = null
  }

  count() {
    if (this.#left > 0) this.#left -= 1
  }

  isAt(point, is) {
    return this.#point === point && this.#chosen !== null && is(this.#chosen)
  }

  at(point, is) {
    if (!this.isAt(point, is)) return
    this.#point = null
    this.#say({ kind: 'struck', point, connection: this.#chosen.clientId, at: instant() })
    process.kill(process.pid, this.#signal)
    // Only who was stopped gets here.
    this.#say({ kind: 'resumed', point })
  }
}

function storeCalls(strike, keeps) {
  const connections = new Map()
  return {
    async claim(claim, request) {
      const { row } = request
      connections.set(row.id, row.clientId)
      const is = ({ id }) => id === row.id
      strike.choose(row)
      strike.at('C0', is)
      const taken = await claim(request)
      if (!taken) strike.pass(row)
      else strike.count()
      return taken
    },
    async commit(commit, request) {
      const is = ({ id }) => id === request.id
      strike.at('C6', is)
      const done = commit(request)
      if (strike.isAt('C7', is)) {
        // On its way, or done and the answer lost: whichever it is at this moment.
        await pause(Math.random() * 3)
        strike.at('C7', is)
      }
      const result = await done
      if (result) keeps(connections.get(request.id))
      strike.at('C8', is)
      strike.pass(request)
      return result
    },
    async settle(settle, request) {
      const result = await settle(request)
      strike.pass(request)
      return result
    },
  }
}

function providerCalls(strike, say) {
  return {
    async refresh(refresh, request) {
      const { connection } = request.metadata
      const is = ({ clientId }) => clientId === connection
      say({ kind: 'asks', connection, at: instant() })
      strike.at('C1', is)
      const answer = refresh(request)
      if (strike.isAt('C2', is)) await pause(SENT_MS)
      strike.at('C2', is)
      if (strike.isAt('C3', is)) await pause(ANSWERING_MS)
      strike.at('C3', is)
      const answered = await answer
      strike.at('C4', is)
      return answered
    },
  }
}

function lifeboatCalls(strike, keeps) {
  return {
    async launch(launch, entry) {
      const launched = await launch(entry)
      if (launched.kind === 'aboard') keeps(entry.clientId)
      strike.at('C5', ({ clientId }) => clientId === entry.clientId)
      return launched
    },
  }
}

/** The same port, with some of its calls seen first. */
function wrapped(port, calls) {
  return new Proxy(port, {
    get(target, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const call = (...args) => Reflect.apply(value, target, args)
      const seen = calls[name]
      return seen === undefined ? call : (...args) => seen(call, ...args)
    },
  })
}
