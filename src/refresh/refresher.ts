import { EvergrantError, StoreUnavailableError } from '../errors.ts'
import { allowanceOf } from '../lifecycle/budget.ts'
import { gateOf, isLeased } from '../lifecycle/gate.ts'
import { isDead } from '../lifecycle/grant.ts'
import { longestLeaseMs } from '../lifecycle/policy.ts'
import { momentOf } from '../ports/moment.ts'
import type { RefreshTrigger } from '../ports/telemetry.ts'
import type { Secret } from '../secret.ts'
import { attempt } from './attempt.ts'
import { type Asked, type Barred, Breakers, NO_SIGNS, NOT_ENTERED } from './breakers.ts'
import type { TokenCache } from './cache.ts'
import { type Claim, outlivesRequest, takeClaim } from './claim.ts'
import type { AttemptContext } from './context.ts'
import { type Flight, Flights } from './flights.ts'
import { connectionOf, databaseNow, type Observed, observe } from './observed.ts'
import type { Outcome, Target } from './outcome.ts'
import type { RefreshPorts } from './ports.ts'
import { failureError } from './refusal-error.ts'
import type { Rescue } from './rescue.ts'
import { settleLease } from './settle.ts'
import { RequestSlots } from './slots.ts'
import type { StoreHealth } from './store-health.ts'

interface Run {
  readonly target: Target
  /** Only an explicit `refreshToken` may pass the gate of a refresh without progress. */
  readonly trigger: RefreshTrigger
  readonly land: (outcome: Outcome) => void
  readonly startedAt: number
}

/** Refreshes connections: one request at a time for each, over all processes. */
export class Refresher {
  readonly #ports: RefreshPorts
  readonly #health: StoreHealth
  readonly #rescue: Rescue
  readonly #cache: TokenCache | null
  readonly #slots: RequestSlots
  readonly #breakers: Breakers
  readonly #flights = new Flights()
  readonly #inFlight = new Set<Promise<void>>()
  /** Fires when no new claim may be taken. */
  readonly #closing = new AbortController()
  /** Fires when what is in flight is not waited for any longer. */
  readonly #stop = new AbortController()
  /** What a slow database adds to the next lease, so that a claim that took long still leaves time to ask. */
  #extraLeaseMs = 0

  constructor(ports: RefreshPorts, health: StoreHealth, rescue: Rescue, cache: TokenCache | null) {
    this.#ports = ports
    this.#health = health
    this.#rescue = rescue
    this.#cache = cache
    this.#slots = new RequestSlots(ports.policy.requestSlots)
    this.#breakers = new Breakers(ports)
  }

  /** How many circuit breakers are open. */
  get openBreakers(): number {
    return this.#breakers.open
  }

  /** Whether a circuit breaker keeps the connection from being asked for now. */
  isBarred(observed: Observed, target: Target): boolean {
    return this.#breakers.barred(askedFor(observed, target)) !== null
  }

  /** Joins the refresh under way, or starts one. */
  refresh(observed: Observed, target: Target, trigger: RefreshTrigger): Flight {
    return this.#flights.join(observed.row, target.app, () => this.#start(observed, target, trigger))
  }

  /** Takes no new claims and waits for what is in flight, at most `policy.closeTimeoutMs`. */
  async close(): Promise<void> {
    this.#closing.abort()
    const { clock, policy } = this.#ports
    const drained = new AbortController()
    void Promise.all(this.#inFlight).then(() => drained.abort())
    await clock.delay(policy.closeTimeoutMs, { signal: drained.signal, keepAlive: true })
    this.#stop.abort()
  }

  #start(observed: Observed, target: Target, trigger: RefreshTrigger): Flight {
    let land: (outcome: Outcome) => void = () => {}
    const outcome = new Promise<Outcome>(resolve => {
      land = resolve
    })
    const landOnce = (result: Outcome): void => {
      if (result.kind === 'refreshed')
        this.#cache?.put(result.held, target.provider.traits, this.#ports.policy)
      land(result)
    }
    const run: Run = { target, trigger, land: landOnce, startedAt: this.#ports.clock.monotonicMs() }
    const settled = this.#run(run, observed).catch(error => landOnce(failedBy(error)))
    this.#inFlight.add(settled)
    void settled.finally(() => this.#inFlight.delete(settled))
    return { outcome, settled }
  }

  async #run(run: Run, first: Observed): Promise<void> {
    const { clock, policy } = this.#ports
    let observed = first
    let pauseMs = policy.pollFirstMs
    for (;;) {
      const reached = await this.#claimAndAsk(run, observed)
      if (reached === 'done') return
      if (reached === 'wait') {
        if (clock.monotonicMs() - run.startedAt >= policy.expiredWaitMs)
          return run.land(this.#gaveUp(observed))
        await clock.delay(pauseMs * (0.75 + 0.5 * this.#ports.randomness.fraction()), {
          signal: this.#closing.signal,
        })
        pauseMs = Math.min(policy.pollLongestMs, pauseMs * 1.5)
      }
      const next = await this.#look(observed)
      if (next === null || this.#heldBack(next, run)) return run.land({ kind: 'changed' })
      observed = next
    }
  }

  /**
   * One try of claim and request.
   * @returns `done`: landed and settled; `wait`: somebody else is at it; `again`: look at the row and go on
   */
  async #claimAndAsk(run: Run, observed: Observed): Promise<'done' | 'wait' | 'again'> {
    if (this.#closing.signal.aborted) return this.#refuseToStart(run, observed)
    if (isLeased(connectionOf(observed.row), databaseNow(observed, this.#ports.clock))) return 'wait'
    // An attempt that was never settled may have brought a refresh token as far as the disk.
    const replayed = observed.row.attemptId === null ? null : await this.#rescue.replayRow(observed.row.id)
    if (replayed === 'restored') return 'again'
    // The lease of whoever left it is over by our reckoning, and not by the database's: it is, in a moment.
    if (replayed === 'not_yet') return 'wait'
    // Before the claim: what cannot be opened or asked must not hold a lease.
    const spent = this.#openSpent(observed, run.target)
    const asked = askedFor(observed, run.target)
    const barredBefore = this.#breakers.barred(asked)
    if (barredBefore !== null) return this.#refuseBarred(run, observed, barredBefore)
    const giveBack = await this.#slots.take(asked.endpoint)
    const barred = this.#breakers.barred(asked)
    const pass = barred === null ? this.#breakers.enter(asked) : NOT_ENTERED
    try {
      if (this.#closing.signal.aborted) return this.#refuseToStart(run, observed)
      if (barred !== null) return this.#refuseBarred(run, observed, barred)
      const claim = await this.#claim(run, observed)
      if (claim === null) return 'wait'
      if (!outlivesRequest(claim, this.#ports)) {
        await this.#giveUpLease(claim)
        return 'again'
      }
      const context: AttemptContext = {
        ports: this.#ports,
        health: this.#health,
        rescue: this.#rescue,
        target: run.target,
        pass,
        land: run.land,
        answered: giveBack,
        stop: this.#stop.signal,
      }
      const { next } = await this.#ports.measurements.refresh(
        { provider: claim.key.provider, trigger: run.trigger },
        this.#ports.clock,
        () => attempt(context, claim, spent),
      )
      if (next === 'late') await this.#giveUpLease(claim)
      return next === 'done' ? 'done' : 'again'
    } finally {
      pass.end(NO_SIGNS)
      giveBack()
    }
  }

  async #claim(run: Run, observed: Observed): Promise<Claim | null> {
    const { clock, policy } = this.#ports
    const leaseMs = policy.leaseMs + this.#extraLeaseMs
    const longest = longestLeaseMs(policy)
    const { traits } = run.target.provider
    const askedAt = clock.monotonicMs()
    const claim = await takeClaim(this.#ports, this.#health, observed, {
      leaseMs,
      longestLeaseMs: longest,
      skipNoProgress: isExplicit(run),
      strict: traits.rotation === 'strict',
      allowance: allowanceOf(connectionOf(observed.row), databaseNow(observed, clock), traits, policy),
    })
    const tookMs = clock.monotonicMs() - askedAt
    this.#extraLeaseMs = Math.min(2 * tookMs, longest - policy.leaseMs)
    return claim
  }

  async #giveUpLease(claim: Claim): Promise<void> {
    const { clientId, provider } = claim.key
    this.#ports.emit({ type: 'lease_lost', clientId, provider, sent: false })
    await this.#health.watch(() => settleLease(this.#ports, claim, null, false))
  }

  /** The row again; null when somebody brought other tokens, or it is gone. */
  async #look(observed: Observed): Promise<Observed | null> {
    const asked = momentOf(this.#ports.clock)
    const row = await this.#health.watch(() => this.#ports.store.read(observed.row))
    if (row === null || row.id !== observed.row.id || row.generation !== observed.row.generation) return null
    return observe(row, asked, this.#ports)
  }

  #heldBack(observed: Observed, run: Run): boolean {
    const connection = connectionOf(observed.row)
    const { traits } = run.target.provider
    if (isDead(connection, traits)) return true
    const now = databaseNow(observed, this.#ports.clock)
    return gateOf(connection, now, traits, this.#ports.policy, isExplicit(run)) !== null
  }

  /** The refresh token that is to be spent; null: none is, the app's own credentials are asked with. */
  #openSpent({ row }: Observed, target: Target): Secret | null {
    if (target.provider.traits.grant === 'client_credentials') return null
    const { clientId, provider, refreshToken } = row
    return this.#ports.cipher.open(refreshToken ?? '', { purpose: 'refresh_token', clientId, provider })
  }

  #refuseToStart(run: Run, observed: Observed): 'done' {
    run.land({ kind: 'failed', error: this.#unfinished(observed, 'the service is closing'), code: null })
    return 'done'
  }

  // Nothing is written: what failed is not this connection.
  #refuseBarred(run: Run, observed: Observed, { code, until, isProbed }: Barred): 'done' {
    const { clock } = this.#ports
    const retryAt = databaseNow(observed, clock) + (until - clock.monotonicMs())
    const error = failureError(code, retryAt, observed.row, 'as a moment ago')
    run.land({ kind: 'failed', error, code, isProbed })
    return 'done'
  }

  #gaveUp(observed: Observed): Outcome {
    const error = this.#unfinished(observed, 'another process is still refreshing the connection')
    return { kind: 'failed', error, code: null }
  }

  #unfinished(observed: Observed, detail: string): EvergrantError {
    const until = observed.row.leaseUntil ?? databaseNow(observed, this.#ports.clock)
    return failureError('PROVIDER_UNAVAILABLE', until, observed.row, detail)
  }
}

function isExplicit({ trigger }: Run): boolean {
  return trigger === 'explicit'
}

function askedFor({ row }: Observed, { provider, app }: Target): Asked {
  return { endpoint: provider.endpointOf(row.metadata).href, app, key: row }
}

function failedBy(error: unknown): Outcome {
  if (error instanceof EvergrantError) return { kind: 'failed', error, code: null }
  // A fault of our own. Its message may hold anything, so only its kind goes out.
  const name = error instanceof Error ? error.name : typeof error
  return {
    kind: 'failed',
    error: new StoreUnavailableError(`The refresh broke off: ${name}.`, 'INTERNAL'),
    code: null,
  }
}
