import { EvergrantError } from '../errors.ts'
import { gateOf } from '../lifecycle/gate.ts'
import { longestGateMs, longestLeaseMs } from '../lifecycle/policy.ts'
import { stateOf } from '../lifecycle/state.ts'
import { momentOf } from '../ports/moment.ts'
import type { TokenProvider } from '../ports/provider.ts'
import type { ConnectionRow, DuePage, DueRequest } from '../ports/store.ts'
import { connectionOf, databaseNow, type Observed, observe } from './observed.ts'
import type { Target } from './outcome.ts'
import type { RefreshPorts } from './ports.ts'
import type { Refresher } from './refresher.ts'
import type { Revoker } from './revoker.ts'
import { RequestSlots } from './slots.ts'
import type { StoreHealth } from './store-health.ts'

/** What a look at everything that is due has come to. Counts of connections. */
export interface SweepReport {
  /** Have new tokens. */
  readonly refreshed: number
  /** Were tried, and failed; what failed is told as events. */
  readonly failed: number
  /** Were left to others: another process was faster, they are not due yet after all, or a circuit breaker is open. */
  readonly passedOver: number
  /** Revocations that a provider had not confirmed before, and has now. */
  readonly revoked: number
}

/** A provider whose connections can be refreshed without a caller. */
export interface SweptProvider extends Pick<TokenProvider, 'name' | 'traits'> {
  /** Null: not this one; its app credentials are not known. */
  targetOf(row: ConnectionRow): Target | null
}

type End = Exclude<keyof SweepReport, 'revoked'>
type Ends = Pick<SweepReport, End>

const PAGE = 100
/** What waits for half a minute at least is looked at less often. */
const LOOKS_BETWEEN_TIDYING = 6

/**
 * Refreshes what is due although nobody asks for it, through the very claim and commit of callers. Bounded at each
 * token endpoint in requests at once and in requests a second. Any number of processes may do it at the same time.
 */
export class Sweeper {
  readonly #ports: RefreshPorts
  readonly #health: StoreHealth
  readonly #refresher: Refresher
  readonly #revoker: Revoker
  readonly #providers: () => readonly SweptProvider[]
  readonly #slots: RequestSlots
  /** When the next request may start at an endpoint, by the monotonic clock. */
  readonly #nextStart = new Map<string, number>()
  readonly #closing = new AbortController()

  constructor(
    ports: RefreshPorts,
    health: StoreHealth,
    refresher: Refresher,
    revoker: Revoker,
    providers: () => readonly SweptProvider[],
  ) {
    this.#ports = ports
    this.#health = health
    this.#refresher = refresher
    this.#revoker = revoker
    this.#providers = providers
    this.#slots = new RequestSlots(ports.policy.sweepConcurrency)
  }

  /** Looks again and again, until `close`. One slow provider does not hold up the others. */
  start(): void {
    for (const provider of this.#providers()) void this.#keepDoing(1, () => this.#sweep(provider, false))
    void this.#keepDoing(LOOKS_BETWEEN_TIDYING, () => this.#tidy())
  }

  /** One look: all that is due now. @throws StoreUnavailableError */
  async tick(): Promise<SweepReport> {
    const [reports, revoked] = await Promise.all([
      Promise.all(this.#providers().map(provider => this.#sweep(provider, true))),
      this.#tidy(),
    ])
    return { ...total(reports), revoked }
  }

  /** Starts nothing more; what is under way, the refresher drains. */
  close(): void {
    this.#closing.abort()
  }

  async #keepDoing(intervals: number, look: () => Promise<unknown>): Promise<void> {
    const { clock, policy, randomness } = this.#ports
    const intervalMs = intervals * policy.sweepIntervalMs
    const { signal } = this.#closing
    // Processes that start together do not look together.
    await clock.delay(intervalMs * randomness.fraction(), { signal })
    while (!signal.aborted) {
      // A database that does not answer now is looked at again; everything else has been told as an event.
      await look().catch(() => {})
      await clock.delay(intervalMs * (0.75 + 0.5 * randomness.fraction()), { signal })
    }
  }

  /** Asks again for revocations, and lets flows go that nobody came back from. Gives how many are confirmed. */
  async #tidy(): Promise<number> {
    const [revoked] = await Promise.all([
      this.#revoker.tick(this.#closing.signal),
      this.#ports.store.flows.expire(),
    ])
    return revoked
  }

  /** @param keepAlive whether somebody waits for it; else only a request under way keeps the process alive */
  async #sweep(provider: SweptProvider, keepAlive: boolean): Promise<Ends> {
    const { store, clock, policy } = this.#ports
    const reports: Ends[] = []
    let after: string | null = null
    do {
      const asked = momentOf(clock)
      const request: DueRequest = {
        provider: provider.name,
        needsRefreshToken: provider.traits.grant === 'refresh_token',
        longestLeaseMs: longestLeaseMs(policy),
        longestGateMs: longestGateMs(policy),
        limit: PAGE,
        after,
      }
      const page: DuePage = await this.#health.watch(() => store.due(request))
      const ends = await Promise.all(
        this.#shuffled(page.rows).map(row =>
          this.#refresh(provider, observe(row, asked, this.#ports), keepAlive),
        ),
      )
      reports.push(countOf(ends))
      after = page.next
    } while (after !== null && !this.#closing.signal.aborted)
    return total(reports)
  }

  async #refresh(provider: SweptProvider, observed: Observed, keepAlive: boolean): Promise<End> {
    const target = provider.targetOf(observed.row)
    if (target === null || !this.#isDue(observed, target)) return 'passedOver'
    const endpoint = endpointOf(observed, target)
    if (endpoint === null || this.#refresher.isBarred(observed, target)) return 'passedOver'
    const giveBack = await this.#slots.take(endpoint)
    try {
      await this.#waitForTurn(endpoint, keepAlive)
      if (this.#closing.signal.aborted) return 'passedOver'
      const { kind } = await this.#refresher.refresh(observed, target, 'sweep').outcome
      return kind === 'changed' ? 'passedOver' : kind
    } finally {
      giveBack()
    }
  }

  /** The row is due by its own word; the provider may want another instant. */
  #isDue(observed: Observed, { provider: { traits } }: Target): boolean {
    const connection = connectionOf(observed.row)
    const now = databaseNow(observed, this.#ports.clock)
    if (gateOf(connection, now, traits, this.#ports.policy, false) !== null) return false
    // A token that never ends is refreshed so that its grant does not die of idleness.
    const isIdle = connection.expiresAt === null && traits.refreshTokenIdleMs !== null
    return isIdle || stateOf(connection, now, traits, this.#ports.policy) !== 'fresh'
  }

  async #waitForTurn(endpoint: string, keepAlive: boolean): Promise<void> {
    const { clock, policy } = this.#ports
    const now = clock.monotonicMs()
    const start = Math.max(now, this.#nextStart.get(endpoint) ?? now)
    this.#nextStart.set(endpoint, start + 1_000 / policy.sweepPerSecond)
    if (start > now) await clock.delay(start - now, { signal: this.#closing.signal, keepAlive })
  }

  // Processes that look at the same time do not all begin with the same row.
  #shuffled<Row>(rows: readonly Row[]): readonly Row[] {
    return rows
      .map(row => ({ row, at: this.#ports.randomness.fraction() }))
      .sort((a, b) => a.at - b.at)
      .map(({ row }) => row)
  }
}

function endpointOf({ row }: Observed, { provider }: Target): string | null {
  try {
    return provider.endpointOf(row.metadata).href
  } catch (error) {
    // Metadata that name a data centre that does not exist: who asks for this connection is told.
    if (error instanceof EvergrantError) return null
    throw error
  }
}

function countOf(ends: readonly End[]): Ends {
  const count = (wanted: End): number => ends.filter(end => end === wanted).length
  return { refreshed: count('refreshed'), failed: count('failed'), passedOver: count('passedOver') }
}

function total(reports: readonly Ends[]): Ends {
  const sum = (end: End): number => reports.reduce((so, report) => so + report[end], 0)
  return { refreshed: sum('refreshed'), failed: sum('failed'), passedOver: sum('passedOver') }
}
