import {
  type EvergrantError,
  InvalidInputError,
  ProviderMisconfiguredError,
  ProviderUnavailableError,
  StoreUnavailableError,
} from '../errors.ts'
import type { LastError } from '../lifecycle/connection.ts'
import { type Decision, type Demand, decide, mostValidMs } from '../lifecycle/decide.ts'
import type { Refusal } from '../lifecycle/refusal.ts'
import { hasSlept } from '../ports/moment.ts'
import type { AppCredentials, TokenProvider } from '../ports/provider.ts'
import type { ConnectionKey } from '../ports/store.ts'
import type { TokenSource } from '../ports/telemetry.ts'
import type { TokenCache } from './cache.ts'
import { unlessAborted, waitAtMost } from './giving-up.ts'
import { type HeldToken, isStillServable, openAccessToken, remainingOfHeld } from './held-token.ts'
import { connectionOf, databaseNow, type Observed } from './observed.ts'
import type { RefreshPorts } from './ports.ts'
import type { RowReads } from './reads.ts'
import type { Refresher } from './refresher.ts'
import { named, refusalError } from './refusal-error.ts'

/** What one call asks for. */
export interface TokenRequest {
  readonly key: ConnectionKey
  readonly provider: TokenProvider
  /** Null: none are known; then the stored token is served for as long as it lives. */
  readonly app: AppCredentials | null
  /** The variables that would give them, for messages. Absent: there are none for this provider. */
  readonly appVariables?: readonly string[] | undefined
  readonly demand: Demand
  /** Turns what was read into a row: plants a seed where there is none, or begins one. @throws TokenNotFoundError */
  readonly seeded: (observed: Observed | null) => Promise<Observed>
  readonly signal: AbortSignal | undefined
}

export interface ObtainContext {
  readonly ports: RefreshPorts
  readonly reads: RowReads
  readonly cache: TokenCache | null
  readonly refresher: Refresher
  /** Is told of each refresh that no caller waits for; null: background refresh is off. */
  readonly behind: ((settled: Promise<void>) => void) | null
}

/** A token for a caller, and where it came from. */
interface HandOut {
  readonly held: HeldToken
  readonly source: TokenSource
}

/**
 * A token that satisfies the request, or a typed error. Waits only when it must, and never without a bound. While
 * the database does not answer, the last token known is served until its expiry.
 */
export async function obtain(context: ObtainContext, request: TokenRequest): Promise<HeldToken> {
  const { clock, measurements } = context.ports
  const { key, signal } = request
  const remainingMs = (handOut: HandOut): number => remainingOfHeld(handOut.held, clock)
  const { held } = await measurements.call({ provider: key.provider, signal, remainingMs }, clock, () =>
    obtainByAnyMeans(context, request),
  )
  return held
}

async function obtainByAnyMeans(context: ObtainContext, request: TokenRequest): Promise<HandOut> {
  try {
    return await obtainByRow(context, request)
  } catch (error) {
    const held = error instanceof StoreUnavailableError ? lastKnown(context, request) : null
    if (held === null) throw error
    return { held, source: 'memory' }
  }
}

async function obtainByRow(context: ObtainContext, request: TokenRequest): Promise<HandOut> {
  const { ports, reads } = context
  const startedAt = ports.clock.monotonicMs()
  let demand = request.demand
  let first: Observed | null = null
  let waited = false
  for (;;) {
    const read = reads.read(request.key).then(observed => request.seeded(observed))
    const observed = await unlessAborted(read, request.signal)
    // `refreshToken` is content with what anybody has refreshed since it was called.
    if (first !== null && isNewer(observed, first)) demand = { ...demand, refreshNow: false }
    first ??= observed
    if (hasSlept(observed, ports.clock)) {
      reads.forget(request.key)
      continue
    }

    const pending = pendingIn(context, request, observed, demand)
    if (pending !== null) return { held: pending, source: 'memory' }

    const decision = decideFor(context, request, observed, demand)
    if (decision.kind === 'fail') throw refusalError(decision.refusal, request.key)
    if (decision.kind === 'refresh') {
      const handOut = await refreshAndWait(context, request, observed, demand, decision, startedAt)
      if (handOut !== null) return handOut
      waited = true
      continue
    }
    if (decision.kind === 'serve_and_refresh') refreshBehind(context, request, observed)
    const held = serve(context, request, observed)
    if (decision.kind !== 'serve_while_failing') return { held, source: waited ? 'refreshed' : 'stored' }
    reportServed(context, request, codeOf(decision.refusal))
    return { held, source: 'failing' }
  }
}

function decideFor(
  { ports }: ObtainContext,
  { key, provider }: TokenRequest,
  observed: Observed,
  demand: Demand,
): Decision {
  const connection = connectionOf(observed.row)
  const most = mostValidMs(connection, provider.traits)
  if (demand.minValidMs > 0 && demand.minValidMs >= most) throw tooMuch(key, demand, most)
  return decide(connection, databaseNow(observed, ports.clock), demand, provider.traits, ports.policy)
}

/** Null: the row moved, or the machine slept: look again. */
async function refreshAndWait(
  context: ObtainContext,
  request: TokenRequest,
  observed: Observed,
  demand: Demand,
  decision: Extract<Decision, { kind: 'refresh' }>,
  startedAt: number,
): Promise<HandOut | null> {
  const { ports, refresher } = context
  const { key, provider, app, signal } = request
  const serveStored = (code: LastError): HandOut | null => {
    if (!decision.servable) return null
    const held = serve(context, request, observed)
    if (!isStillServable(held, ports.clock, provider.traits, ports.policy)) return null
    reportServed(context, request, code)
    return { held, source: 'failing' }
  }
  const serveOr = (error: EvergrantError, code: LastError): HandOut => {
    const handOut = serveStored(code)
    if (handOut === null) throw error
    return handOut
  }
  if (app === null) return serveOr(missingApp(request), 'PROVIDER_MISCONFIGURED')

  const flight = refresher.refresh(observed, { provider, app }, demand.refreshNow ? 'explicit' : 'caller')
  const leftMs = decision.waitMs - (ports.clock.monotonicMs() - startedAt)
  const waited = await waitAtMost(flight.outcome, Math.max(0, leftMs), ports.clock, signal)
  // How much time has passed since the row was read, nobody here knows.
  if (hasSlept(observed, ports.clock)) return null
  if (waited.kind === 'timeout') {
    if (!decision.servable) throw tooLong(key, decision.waitMs)
    // Null as well where the token ran out meanwhile: who has none may wait longer.
    return serveStored('PROVIDER_UNAVAILABLE')
  }
  switch (waited.value.kind) {
    case 'refreshed':
      // A process that was frozen since, or whose machine slept, may hold a token that has expired meanwhile.
      if (hasSlept(waited.value.held.observed, ports.clock)) return null
      if (hasDied(waited.value.held, request, ports)) return null
      return { held: longEnough(waited.value.held, demand, request, ports), source: 'refreshed' }
    case 'failed': {
      const { error, code, isProbed = false } = waited.value
      if (isProbed && !decision.servable && (await waitForProbe(context, startedAt, signal))) return null
      return serveOr(error, code ?? 'PROVIDER_UNAVAILABLE')
    }
    case 'changed':
      context.reads.forget(key)
      return null
  }
}

/** Pauses for who has no token, while another connection finds out whether the provider is back. False: long enough. */
async function waitForProbe(
  { ports: { clock, policy, randomness } }: ObtainContext,
  startedAt: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const leftMs = policy.hardWaitMs - (clock.monotonicMs() - startedAt)
  if (leftMs <= 0) return false
  const pauseMs = policy.pollLongestMs * (0.5 + 0.5 * randomness.fraction())
  await unlessAborted(clock.delay(Math.min(leftMs, pauseMs), { keepAlive: true }), signal)
  return true
}

// One that lives no longer than a request may take is handed out as it is: another would be no better.
function hasDied(held: HeldToken, { provider }: TokenRequest, { clock, policy }: RefreshPorts): boolean {
  const { lifetimeMs } = held.observed.row
  if (lifetimeMs !== null && lifetimeMs <= policy.requestTimeoutMs) return false
  return !isStillServable(held, clock, provider.traits, policy)
}

// A provider may issue a token that lives shorter than it used to.
function longEnough(
  held: HeldToken,
  demand: Demand,
  { key }: TokenRequest,
  { clock }: RefreshPorts,
): HeldToken {
  const remaining = remainingOfHeld(held, clock)
  if (demand.minValidMs === 0 || remaining > demand.minValidMs) return held
  throw tooMuch(key, demand, Math.floor(remaining))
}

function tooMuch(key: ConnectionKey, { minValidMs }: Demand, most: number): EvergrantError {
  return new InvalidInputError(
    `${named(key)}: minValidMs is ${minValidMs}, but a new token is valid for no more than ${most} ms. Ask for less.`,
    key,
  )
}

function refreshBehind(context: ObtainContext, request: TokenRequest, observed: Observed): void {
  const { provider, app } = request
  if (context.behind === null || app === null) return
  context.behind(context.refresher.refresh(observed, { provider, app }, 'background').settled)
}

/** @throws DecryptionError */
function serve(
  { ports, cache }: ObtainContext,
  { key, provider }: TokenRequest,
  observed: Observed,
): HeldToken {
  const held = openAccessToken(observed, ports.cipher, () =>
    ports.emit({ type: 'decryption_failed', ...key }),
  )
  cache?.put(held, provider.traits, ports.policy)
  return held
}

function lastKnown(
  { ports, cache }: ObtainContext,
  { key, provider, demand }: TokenRequest,
): HeldToken | null {
  const held = demand.refreshNow ? null : (cache?.last(key) ?? null)
  if (held === null || !isStillServable(held, ports.clock, provider.traits, ports.policy)) return null
  return remainingOfHeld(held, ports.clock) > demand.minValidMs ? held : null
}

/** A newer token that this process has and the database could not take yet; null: there is none that suffices. */
function pendingIn(
  { ports, cache }: ObtainContext,
  { key, provider }: TokenRequest,
  observed: Observed,
  demand: Demand,
): HeldToken | null {
  const held = cache?.last(key) ?? null
  if (held === null || held.observed.row.id !== observed.row.id) return null
  if (held.observed.row.generation <= observed.row.generation) return null
  const now = databaseNow(held.observed, ports.clock)
  const decision = decide(connectionOf(held.observed.row), now, demand, provider.traits, ports.policy)
  return decision.kind === 'serve' || decision.kind === 'serve_and_refresh' ? held : null
}

function isNewer(observed: Observed, than: Observed): boolean {
  return observed.row.id !== than.row.id || observed.row.generation !== than.row.generation
}

function reportServed({ ports }: ObtainContext, { key }: TokenRequest, code: LastError): void {
  ports.emit({ type: 'served_while_failing', clientId: key.clientId, provider: key.provider, code })
}

function codeOf(refusal: Refusal): LastError {
  switch (refusal.kind) {
    case 'held_back':
      return refusal.code
    case 'over_budget':
      return 'PROVIDER_RATE_LIMITED'
    case 'reauthorization':
      return 'REAUTHORIZATION_REQUIRED'
  }
}

/** The error for whoever asks where no app credentials are known. */
export function missingApp({
  key,
  appVariables = [],
}: Pick<TokenRequest, 'key' | 'appVariables'>): EvergrantError {
  const set =
    appVariables.length === 0
      ? 'At the command line, name them in the file of --config. In code, give'
      : `Set ${appVariables.join(' and ')}, or give`
  return new ProviderMisconfiguredError(
    `${named(key)}: a refresh needs the app credentials of ${key.provider}. ${set} { clientId, clientSecret } to ` +
      'open({ providers }) or to the call.',
    key,
  )
}

function tooLong(key: ConnectionKey, waitMs: number): EvergrantError {
  return new ProviderUnavailableError(
    `${named(key)}: no refresh ended within ${waitMs} ms. It goes on; try again.`,
    key,
  )
}
