import type { ProviderTraits } from '../../src/lifecycle/provider-traits.ts'
import type {
  RefreshAnswer,
  RefreshRequest,
  RenewalRequest,
  RevokeAnswer,
  RevokeRequest,
  TokenProvider,
} from '../../src/ports/provider.ts'
import { genericProvider } from '../../src/providers/generic-provider.ts'
import type { ProviderProfile } from '../../src/providers/profile.ts'
import { Secret } from '../../src/secret.ts'
import { HOUR, zohoLike } from './lifecycle.ts'

type Answer = Exclude<RefreshAnswer, { kind: 'issued' }>

/** How a fake provider answers instead of the truth: before it looks at the token, or after it has rotated it. */
export type Mishap =
  | { readonly kind: 'instead'; readonly answer: Answer }
  | { readonly kind: 'lost'; readonly answer: Answer }

/**
 * A provider in memory that keeps books: which refresh token is good, which is spent, what was in flight at the
 * same time. With `rotation: 'strict'` the reuse of a spent token ends its grant.
 */
export class FakeProvider implements TokenProvider {
  readonly name: string
  readonly traits: ProviderTraits
  readonly profile: ProviderProfile
  /** The refresh tokens of all requests, in order. */
  readonly asked: string[] = []
  readonly apps: string[] = []
  /** What each refresh was told of its connection. */
  readonly told: Pick<RefreshRequest, 'metadata' | 'scopes'>[] = []
  readonly revoked: string[] = []
  /** Which token it wants to be shown. With `access_token`, one that has ended is no proof of anything. */
  revokes: RevokeRequest['kind'] = 'refresh_token'
  /** Why it does not revoke; null: it does. */
  revocationFault: string | null = null
  overlaps = 0
  /** The most requests that were under way at the same time, each with a refresh token of its own. */
  mostAtOnce = 0
  endpoint = 'https://accounts.example/token'
  lifetimeMs: number | null = HOUR
  refreshTokenExpiresInMs: number | null = null
  /** Refresh tokens rotate. */
  rotates = false
  /** The refresh token of an answer whose grant was not rotated; null: none. */
  sends: () => string | null = () => null
  /** Each request waits for this before the provider looks at it. */
  before: () => Promise<void> = async () => {}
  /** Each answer waits for this on its way back. */
  after: () => Promise<void> = async () => {}
  readonly mishaps: Mishap[] = []
  readonly #good = new Map<string, string>()
  readonly #spent = new Map<string, string>()
  /** Access tokens that it takes, with their families. */
  readonly #accessTokens = new Map<string, string>()
  readonly #inFlight = new Set<string>()
  #issued = 0

  constructor(name = 'zoho_crm', traits: ProviderTraits = zohoLike) {
    this.name = name
    this.traits = traits
    const revocationEndpoint = 'https://accounts.example/revoke'
    const tokenEndpoint = this.endpointOf().href
    this.profile = { ...genericProvider({ name, tokenEndpoint, revocationEndpoint }), traits }
  }

  /** A new grant's refresh token. */
  grant(name = `grant-${this.#issued}`): string {
    this.#issued += 1
    this.#good.set(name, name)
    return name
  }

  isGood(refreshToken: string): boolean {
    return this.#good.has(refreshToken)
  }

  kill(refreshToken: string): void {
    this.#good.delete(refreshToken)
  }

  /** Every access token is too old from now on. */
  endAccessTokens(): void {
    this.#accessTokens.clear()
  }

  endpointOf(): URL {
    return new URL(this.endpoint)
  }

  /** It plays refreshes, and connects no accounts. */
  async exchangeCode(): Promise<never> {
    throw new Error('nobody can be connected at the fake provider')
  }

  async deviceAuthorization(): Promise<never> {
    throw new Error('nobody can be connected at the fake provider')
  }

  async deviceToken(): Promise<never> {
    throw new Error('nobody can be connected at the fake provider')
  }

  async accountOf(): Promise<never> {
    throw new Error('nobody can be connected at the fake provider')
  }

  refresh(request: RefreshRequest): Promise<RefreshAnswer> {
    this.told.push({ metadata: request.metadata, scopes: request.scopes })
    return this.#asked(request.refreshToken.reveal(), request)
  }

  /** By the app's own credentials: what is in flight twice is a connection, told by `connection` of its metadata. */
  clientCredentials(request: RenewalRequest): Promise<RefreshAnswer> {
    return this.#asked(`app ${String(request.metadata.connection ?? '')}`, request)
  }

  async #asked(token: string, request: RenewalRequest): Promise<RefreshAnswer> {
    this.asked.push(token)
    this.apps.push(request.app.clientId)
    if (this.#inFlight.has(token)) this.overlaps += 1
    this.#inFlight.add(token)
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#inFlight.size)
    try {
      await this.before()
      const mishap = this.mishaps.shift()
      if (mishap?.kind === 'instead') return mishap.answer
      const answer = this.#answer(token)
      await this.after()
      return mishap?.kind === 'lost' ? mishap.answer : answer
    } finally {
      this.#inFlight.delete(token)
    }
  }

  async revoke({ token, kind }: RevokeRequest): Promise<RevokeAnswer> {
    this.revoked.push(token.reveal())
    await this.before()
    if (this.revocationFault !== null) {
      return { kind: 'failed', detail: this.revocationFault, retryAfterMs: null }
    }
    if (this.revokes === 'access_token') return this.#revokeFamily(kind, token.reveal())
    this.#good.delete(token.reveal())
    return { kind: 'revoked' }
  }

  #revokeFamily(kind: RevokeRequest['kind'], token: string): RevokeAnswer {
    const family = this.#accessTokens.get(token)
    if (kind !== 'access_token' || family === undefined) return { kind: 'ended' }
    for (const tokens of [this.#good, this.#accessTokens]) {
      for (const [good, itsFamily] of tokens) if (itsFamily === family) tokens.delete(good)
    }
    return { kind: 'revoked' }
  }

  #answer(token: string): RefreshAnswer {
    const isOfApp = this.traits.grant === 'client_credentials'
    const family = isOfApp ? token : this.#good.get(token)
    if (family === undefined) {
      const reused = this.#spent.get(token)
      if (reused !== undefined) {
        for (const [good, itsFamily] of this.#good) if (itsFamily === reused) this.#good.delete(good)
      }
      return { kind: 'refused', detail: 'invalid_grant', retryAfterMs: null, refreshToken: null }
    }
    this.#issued += 1
    let successor = this.sends()
    if (this.rotates) {
      successor = `${family}-${this.#issued}`
      this.#good.delete(token)
      this.#spent.set(token, family)
      this.#good.set(successor, family)
    }
    this.#accessTokens.set(`access-${this.#issued}`, family)
    return {
      kind: 'issued',
      tokens: {
        accessToken: Secret.of(`access-${this.#issued}`),
        refreshToken: successor === null ? null : Secret.of(successor),
        expiresInMs: this.lifetimeMs,
        refreshTokenExpiresInMs: this.refreshTokenExpiresInMs,
        scopes: null,
        metadata: {},
        warnings: [],
      },
    }
  }
}

/** The answers of the failure table. */
export const answers = {
  unsent: { kind: 'unsent', detail: 'ECONNREFUSED' },
  timeout: {
    kind: 'ambiguous',
    code: 'PROVIDER_UNAVAILABLE',
    detail: 'TIMEOUT',
    retryAfterMs: null,
    refreshToken: null,
  },
  html: {
    kind: 'ambiguous',
    code: 'PROVIDER_RESPONSE',
    detail: 'not JSON',
    retryAfterMs: null,
    refreshToken: null,
  },
  refused: { kind: 'refused', detail: 'invalid_grant', retryAfterMs: null, refreshToken: null },
  misconfigured: { kind: 'misconfigured', detail: 'invalid_client', retryAfterMs: null, refreshToken: null },
  throttled: { kind: 'throttled', detail: 'Access Denied', retryAfterMs: null, refreshToken: null },
  failed: { kind: 'failed', detail: 'unknown code', retryAfterMs: null, refreshToken: null },
} as const satisfies Record<string, Answer>
