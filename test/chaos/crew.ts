import { setTimeout as pause } from 'node:timers/promises'
import { type Aim, BackEnd, type Line, type Order } from './back-end.ts'
import type { Asked, Incident, Kept, Served, SlowCall } from './evidence.ts'

/** A process of the crew, by number: 1, 2, … */
export interface Member {
  readonly number: number
  readonly process: BackEnd
  /** Settles when the process has stopped itself, and goes on. */
  readonly resumed: Promise<void>
}

/** The back-end processes of a campaign, and what they said. */
export class Crew {
  readonly served: Served = {
    calls: 0,
    longestWaitMs: 0,
    waits: [],
    clockErrorMs: 0,
    refused: 0,
    errors: [],
    events: {},
  }
  readonly incidents: (Incident & { until: number })[] = []
  readonly asked: Asked[] = []
  readonly kept: Kept[] = []
  readonly slow: SlowCall[] = []
  readonly #order: Omit<Order, 'aim'>
  readonly #members = new Set<Member>()
  #count = 0

  constructor(order: Omit<Order, 'aim'>) {
    this.#order = order
  }

  /**
   * Starts a back end. Its callers call as soon as it is ready.
   * @param frozenMs how long it stays stopped, if it stops itself
   */
  start(aim: Aim | null = null, frozenMs = 0, env: Readonly<Record<string, string>> = {}): Member {
    this.#count += 1
    const number = this.#count
    let resumed: () => void = () => {}
    const member: Member = {
      number,
      resumed: new Promise(resolve => {
        resumed = resolve
      }),
      process: new BackEnd(
        { ...this.#order, aim },
        line => {
          this.#hear(line, number, aim)
          if (line.kind === 'struck') this.#continueAfter(frozenMs, member)
          if (line.kind === 'resumed') resumed()
        },
        env,
      ),
    }
    this.#members.add(member)
    void member.process.ended.then(() => this.#members.delete(member))
    return member
  }

  /** Kills a process, unless it was quicker itself. */
  async kill({ number, process }: Member): Promise<void> {
    const hasStruck = (): boolean => this.incidents.some(one => one.process === number && one.kind === 'kill')
    const at = Date.now()
    await process.kill()
    if (!hasStruck())
      this.#note({ kind: 'kill', process: number, at, until: Date.now(), point: null, connection: null })
  }

  /** SIGSTOP, and SIGCONT after this time. */
  async freeze({ number, process }: Member, forMs: number): Promise<void> {
    const at = Date.now()
    process.signal('SIGSTOP')
    await pause(forMs)
    process.signal('SIGCONT')
    this.#note({ kind: 'freeze', process: number, at, until: Date.now(), point: null, connection: null })
  }

  /** Something was done to the wires of whoever used them, from then until now. */
  noteCut(how: string, at: number, refreshToken?: string): void {
    const wire = { kind: 'cut', process: null, at, until: Date.now(), point: null, connection: null } as const
    this.#note(refreshToken === undefined ? { ...wire, how } : { ...wire, how, refreshToken })
  }

  /** The provider was told to fail, from then until now. */
  noteFault(how: string, at: number): void {
    const until = Date.now()
    this.#note({ kind: 'fault', process: null, at, until, point: null, connection: null, how })
  }

  /** Ends all that run, in order, and gives those that would not. */
  async dismiss(): Promise<readonly string[]> {
    const complaints = await Promise.all(
      [...this.#members].map(async member => {
        member.process.signal('SIGCONT')
        return this.stop(member, 15_000)
      }),
    )
    return complaints.filter(words => words !== null)
  }

  /** SIGTERM. Null: it ended well and in time. */
  async stop({ number, process }: Member, withinMs: number): Promise<string | null> {
    const askedAt = performance.now()
    process.signal('SIGTERM')
    const timer = setTimeout(() => process.signal('SIGKILL'), withinMs)
    const code = await process.ended
    clearTimeout(timer)
    if (code === 0) return null
    const tookMs = Math.round(performance.now() - askedAt)
    return `process ${number} did not end in order (exit code ${code} after ${tookMs} ms)`
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#members].map(({ process }) => process.kill()))
  }

  #continueAfter(frozenMs: number, { process }: Member): void {
    if (frozenMs > 0) setTimeout(() => process.signal('SIGCONT'), frozenMs)
  }

  #note(incident: Incident): void {
    this.incidents.push({ ...incident })
  }

  #hear(line: Line, number: number, aim: Aim | null): void {
    const { served } = this
    switch (line.kind) {
      case 'served':
        served.calls += line.calls
        served.longestWaitMs = Math.max(served.longestWaitMs, line.longestWaitMs)
        for (const [index, count] of line.waits.entries())
          served.waits[index] = (served.waits[index] ?? 0) + count
        served.clockErrorMs = Math.max(served.clockErrorMs, Math.abs(line.wallMs - Date.now()))
        for (const [type, count] of Object.entries(line.events)) {
          served.events[type] = (served.events[type] ?? 0) + count
        }
        return
      case 'error':
        served.errors.push(line)
        return
      case 'refused':
        served.refused += 1
        return
      case 'slow':
        this.slow.push({ connection: line.connection, at: epochOf(line.at), waitMs: line.waitMs })
        return
      case 'asks':
        this.asked.push({ process: number, connection: line.connection, at: epochOf(line.at) })
        return
      case 'kept':
        this.kept.push({ process: number, connection: line.connection, at: epochOf(line.at) })
        return
      case 'struck': {
        const { point, connection } = line
        const at = epochOf(line.at)
        const kind = aim?.signal === 'SIGSTOP' ? 'freeze' : 'kill'
        this.#note({ kind, process: number, at, until: kind === 'kill' ? at : Infinity, point, connection })
        return
      }
      case 'resumed': {
        const frozen = this.incidents.find(one => one.process === number && one.until === Infinity)
        if (frozen !== undefined) frozen.until = Date.now()
        return
      }
      case 'ready':
      case 'closed':
        return
    }
  }
}

/** An instant of the machine's monotonic clock in ms since the epoch, by the wall clock of this process. */
function epochOf(monotonicMs: number): number {
  return Date.now() - (Number(process.hrtime.bigint() / 1_000n) / 1_000 - monotonicMs)
}
