/** How a circuit opens, and for how long. */
export interface CircuitRules {
  /** Connections that have to fail, with no success in between, until nobody is let through. */
  readonly connections: number
  /** How long nobody is let through after so many openings in a row, in ms. */
  readonly pauseMs: (openings: number) => number
  /** Whether a connection that fails is held back by itself as well: its row has no back-off of its own. */
  readonly holdsConnections: boolean
}

/** What a request says about the circuit that it went through; `nothing`: it was not sent, or is no sign. */
export type Verdict = 'works' | 'fails' | 'nothing'

/** What became of the circuit by that. */
export type Change = 'opened' | 'closed' | null

/** A request on its way. */
export interface Passage {
  end(verdict: Verdict, now: number): Change
}

// Connections that are held back by themselves; beyond that, those that failed longest ago are let go.
const MOST_HELD = 10_000

/**
 * A circuit breaker (Nygard, "Release It!"): what failed for several connections is not asked again for a while, then
 * by one of them, then by all. One connection that always fails opens it for nobody else. Pure: instants are given.
 */
export class Circuit {
  readonly #rules: CircuitRules
  /** The connections that have failed since the last success. */
  readonly #failing = new Set<string>()
  readonly #held = new Map<string, { readonly failures: number; readonly until: number }>()
  #openUntil: number | null = null
  #openings = 0
  #isProbed = false
  #inFlight = 0

  constructor(rules: CircuitRules) {
    this.#rules = rules
  }

  get isOpen(): boolean {
    return this.#openUntil !== null
  }

  /** Whether nothing is left to remember. */
  get isIdle(): boolean {
    return !this.isOpen && this.#inFlight === 0 && this.#failing.size === 0 && this.#held.size === 0
  }

  /** When the connection may be asked for again; null: now. While one probes, the others hear of the end before. */
  barredUntil(connection: string, now: number): number | null {
    const held = this.#held.get(connection)
    if (held !== undefined && now < held.until) return held.until
    if (this.#openUntil === null) return null
    return now < this.#openUntil || this.#isProbed ? Math.max(now, this.#openUntil) : null
  }

  /** Only after `barredUntil` gave null. */
  enter(connection: string): Passage {
    const probes = this.isOpen
    if (probes) this.#isProbed = true
    this.#inFlight += 1
    let isOver = false
    return {
      end: (verdict, now) => {
        if (isOver) return null
        isOver = true
        this.#inFlight -= 1
        if (probes) this.#isProbed = false
        return this.#end(connection, verdict, probes, now)
      },
    }
  }

  #end(connection: string, verdict: Verdict, probed: boolean, now: number): Change {
    switch (verdict) {
      case 'works':
        return this.#works(connection)
      case 'fails':
        return this.#fails(connection, probed, now)
      case 'nothing':
        return null
    }
  }

  #works(connection: string): Change {
    const wasOpen = this.isOpen
    this.#failing.clear()
    this.#held.delete(connection)
    this.#openUntil = null
    this.#openings = 0
    return wasOpen ? 'closed' : null
  }

  #fails(connection: string, probed: boolean, now: number): Change {
    if (this.#rules.holdsConnections) this.#hold(connection, now)
    // What was sent before it opened says nothing new.
    if (this.isOpen && !probed) return null
    if (!this.isOpen) {
      this.#failing.add(connection)
      if (this.#failing.size < this.#rules.connections) return null
    }
    this.#openings += 1
    this.#openUntil = now + this.#rules.pauseMs(this.#openings)
    return probed ? null : 'opened'
  }

  #hold(connection: string, now: number): void {
    const failures = (this.#held.get(connection)?.failures ?? 0) + 1
    this.#held.delete(connection)
    this.#held.set(connection, { failures, until: now + this.#rules.pauseMs(failures) })
    const [oldest] = this.#held.keys()
    if (this.#held.size > MOST_HELD && oldest !== undefined) this.#held.delete(oldest)
  }
}
