import { outcomeOf } from './code-outcome.ts'
import type { Connected } from './connect/connected.ts'
import { type Grant, grantedScopes, missingScopes, remedyOf } from './connect/granted.ts'
import { digestOf } from './connect/unguessable.ts'
import { type EvergrantError, ProviderResponseError, StoreUnavailableError } from './errors.ts'
import type { RefreshAnswer } from './ports/provider.ts'
import type { ConnectionKey, ConnectionRow, Metadata } from './ports/store.ts'
import type { AccountAnswer } from './providers/account.ts'
import type { ProviderProfile } from './providers/profile.ts'
import { waitAtMost } from './refresh/giving-up.ts'
import { persist } from './refresh/persist.ts'
import type { RefreshPorts } from './refresh/ports.ts'
import { named } from './refresh/refusal-error.ts'
import type { StoreHealth } from './refresh/store-health.ts'
import { type NewTokens, storeTokens } from './refresh/store-tokens.ts'

/** Tokens that a provider has just given, and what is known of them. */
export interface Offer {
  readonly key: ConnectionKey
  readonly profile: ProviderProfile
  readonly answer: RefreshAnswer
  /** Whether an ID token came with it. */
  readonly hasIdToken: boolean
  readonly account: AccountAnswer
  /** By the monotonic clock, when they were asked for: their lifetime began no earlier. */
  readonly sentAt: number
  /** What the connection is to remember beside what the answer says. */
  readonly metadata: Metadata
  /** What the caller asked for. */
  readonly wanted: readonly string[]
  /** All that was asked for. */
  readonly asked: readonly string[]
  readonly returnTo: string | null
}

/** What was wrong with an answer that held a refresh token all the same. */
export interface Salvaged {
  readonly detail: string
  /** For a caller, where the token is not needed after all. */
  readonly error: EvergrantError
}

/** Tokens that are ready to be stored. */
export interface ReadyTokens {
  readonly key: ConnectionKey
  readonly tokens: NewTokens
  readonly grant: Grant
  readonly account: string | null
  readonly accountDigest: string | null
  readonly sentAt: number
  readonly returnTo: string | null
  /** The answer failed, and a refresh token was in it. Null: it did not. */
  readonly salvaged: Salvaged | null
}

/** `other_account`: the connection is of another, or nobody can say whose these are; nothing was stored. */
export type Kept =
  | { readonly kind: 'connected'; readonly connected: Connected }
  | { readonly kind: 'other_account'; readonly ready: ReadyTokens }

export interface NewGrantsContext {
  readonly ports: RefreshPorts
  readonly health: StoreHealth
  /** After a write: nothing that was read before is used again. */
  readonly forget: (key: ConnectionKey) => void
}

/** Stores what was granted: whoever has it holds the only copy, so it is tried as long as the process lives. */
export class NewGrants {
  readonly #context: NewGrantsContext
  readonly #inFlight = new Set<Promise<unknown>>()
  readonly #stop = new AbortController()

  constructor(context: NewGrantsContext) {
    this.#context = context
  }

  /** Does something that must go on although nobody waits for it any more. `close` waits for it. */
  async whatever<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => {},
      () => {},
    )
    this.#inFlight.add(settled)
    void settled.finally(() => this.#inFlight.delete(settled))
    return work
  }

  /**
   * What there is to store of an offer.
   * @throws EvergrantError the answer holds no tokens, or is not meant for us
   */
  async ready(offer: Offer): Promise<ReadyTokens> {
    const { key, profile, answer, account, sentAt, returnTo } = offer
    const { ports } = this.#context
    const outcome = outcomeOf(answer, key, profile, ports.clock)
    if (outcome.kind === 'issued' && account.kind === 'wrong') {
      throw new ProviderResponseError(
        `${named(key)}: the provider's answer to the code holds ${account.detail}. Nothing was stored.`,
        key,
      )
    }
    const { tokens } = outcome
    const lifetimeMs = tokens.expiresInMs ?? profile.traits.lifetimeMs
    const known = outcome.kind === 'issued' && account.kind === 'known' ? account : null
    const grant: Grant = {
      wanted: offer.wanted,
      asked: offer.asked,
      answered: tokens.scopes,
      hasRefreshToken: tokens.refreshToken !== null,
      hasIdToken: offer.hasIdToken,
      expires: lifetimeMs !== null && Number.isFinite(lifetimeMs),
    }
    if (outcome.kind === 'issued') {
      for (const warning of outcome.tokens.warnings) ports.emit({ type: 'answer_warning', ...key, warning })
    }
    return {
      key,
      tokens: {
        accessToken: tokens.accessToken,
        refreshToken: tokens.refreshToken,
        expiresInMs: lifetimeMs,
        refreshTokenExpiresInMs: outcome.kind === 'issued' ? outcome.tokens.refreshTokenExpiresInMs : null,
        scopes: grantedScopes(grant),
        metadata: { ...offer.metadata, ...tokens.metadata },
      },
      grant,
      account: known?.account ?? null,
      accountDigest:
        known === null
          ? null
          : await digestOf(JSON.stringify([key.clientId, key.provider, known.issuer, known.account])),
      sentAt,
      returnTo,
      salvaged: outcome.kind === 'salvaged' ? outcome : null,
    }
  }

  /**
   * Stores it.
   * @param anyAccount whether the connection may be of another account
   * @throws StoreUnavailableError the database does not answer; it is tried again all the same
   */
  async keep(
    ready: ReadyTokens,
    profile: ProviderProfile,
    anyAccount: boolean,
    after: (kept: Kept) => Promise<void> = async () => {},
  ): Promise<Kept> {
    const { ports, health } = this.#context
    const work = persist(ports, health, () => this.#storeOnce(ready, profile, anyAccount), {
      onDelay: () => {},
      until: Infinity,
      stop: this.#stop.signal,
    }).then(async done => {
      if (done === null) return null
      await after(done.result)
      return done.result
    })
    const waited = await waitAtMost(this.whatever(work), ports.policy.expiredWaitMs, ports.clock, undefined)
    if (waited.kind === 'done' && waited.value !== null) return waited.value
    throw new StoreUnavailableError(
      `${named(ready.key)}: the account is connected at the provider, and the database does not answer. The tokens are ` +
        'stored as soon as it does, as long as this process lives.',
      'UNWRITTEN',
      ready.key,
    )
  }

  /** Waits for what is in flight, at most `policy.closeTimeoutMs`. */
  async close(): Promise<void> {
    const { clock, policy } = this.#context.ports
    const drained = new AbortController()
    void Promise.all(this.#inFlight).then(() => drained.abort())
    await clock.delay(policy.closeTimeoutMs, { signal: drained.signal, keepAlive: true })
    this.#stop.abort()
  }

  async #storeOnce(ready: ReadyTokens, profile: ProviderProfile, anyAccount: boolean): Promise<Kept> {
    const { ports, forget } = this.#context
    const { key, accountDigest } = ready
    let keptRefreshToken = false
    const isOthers = (row: ConnectionRow): boolean =>
      row.accountDigest !== null && row.accountDigest !== accountDigest
    const keeps = (row: ConnectionRow): boolean => {
      keptRefreshToken = row.refreshToken !== null && !isOthers(row)
      // What was saved out of a failure replaces nothing that works.
      const works = row.status === 'active' && row.refreshToken !== null
      return ready.salvaged === null ? isOthers(row) && !anyAccount : works || isOthers(row)
    }
    // A refresh token of one account must not stay behind an access token of another.
    const stored = await storeTokens(ports, key, this.#asOld(ready), profile.traits, {
      keeps,
      accountDigest,
      dropsGrant: isOthers,
    }).finally(() => forget(key))
    if (stored === 'exists') {
      if (ready.salvaged !== null) throw ready.salvaged.error
      return { kind: 'other_account', ready }
    }
    if (ready.salvaged !== null) ports.emit({ type: 'salvaged', ...key, detail: ready.salvaged.detail })
    const { grant, account, returnTo, tokens } = ready
    const final = { ...grant, hasRefreshToken: tokens.refreshToken !== null || keptRefreshToken }
    return {
      kind: 'connected',
      connected: {
        kind: 'connected',
        ...key,
        scopes: grantedScopes(grant),
        missingScopes: missingScopes(final, profile),
        refreshable: final.hasRefreshToken,
        remedy: remedyOf(final, profile),
        account,
        returnTo,
      },
    }
  }

  // What was stored late does not live longer.
  #asOld({ tokens, sentAt }: ReadyTokens): NewTokens {
    const elapsed = this.#context.ports.clock.monotonicMs() - sentAt
    const left = (ms: number | null): number | null => (ms === null ? null : Math.max(0, ms - elapsed))
    return {
      ...tokens,
      expiresInMs: left(tokens.expiresInMs),
      refreshTokenExpiresInMs: left(tokens.refreshTokenExpiresInMs ?? null),
    }
  }
}
