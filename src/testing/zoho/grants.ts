import type { Clock } from '../../ports/clock.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { RefreshTokenState } from './control.ts'
import type { LocalZohoSettings, ZohoEnvironment } from './settings.ts'
import { newToken } from './token-shape.ts'

/** What a user gave to an app: a family of refresh tokens, of which one is current. */
export interface Grant {
  /** Counts from 1. */
  readonly id: number
  readonly app: string
  readonly user: string
  readonly scopes: readonly string[]
  readonly environment: ZohoEnvironment
}

/** `successor` is null where the refresh token stays. */
export type Redemption =
  | { readonly kind: 'redeemed'; readonly successor: string | null }
  | { readonly kind: 'refused'; readonly reason: 'revoked' | 'replaced' | 'reused' }

interface GrantState extends Grant {
  currentToken: string
  revoked: boolean
}

interface RefreshToken {
  readonly grant: GrantState
  successor: string | null
  replacedAt: number
}

/** Grants and their refresh tokens. A refresh token is never forgotten: reuse has to be recognized. */
export class Grants {
  readonly #clock: Clock
  readonly #accessTokens: AccessTokens
  readonly #refreshTokens = new Map<string, RefreshToken>()
  readonly #live: GrantState[] = []
  #count = 0

  constructor(clock: Clock, accessTokens: AccessTokens) {
    this.#clock = clock
    this.#accessTokens = accessTokens
  }

  /** A new grant and its refresh token; where the user has the full number for this app, the oldest ends. */
  create(request: Omit<Grant, 'id'>, settings: LocalZohoSettings): { grant: Grant; refreshToken: string } {
    this.#count += 1
    const { app, user, scopes, environment } = request
    const grant: GrantState = {
      id: this.#count,
      app,
      user,
      scopes,
      environment,
      currentToken: newToken(),
      revoked: false,
    }
    this.#remember(grant)
    this.#live.push(grant)
    const siblings = this.#live.filter(other => other.app === app && other.user === user)
    for (const oldest of siblings.slice(0, -settings.refreshTokensPerUser)) this.#end(oldest)
    return { grant, refreshToken: grant.currentToken }
  }

  /** The grant that a refresh token belongs to, over or not. */
  find(refreshToken: string): Grant | null {
    return this.#refreshTokens.get(refreshToken)?.grant ?? null
  }

  /** Whether a user has given an app all of these scopes, and not taken them back. */
  hasLive({ app, user, scopes }: Pick<Grant, 'app' | 'user' | 'scopes'>): boolean {
    return this.#live.some(
      grant =>
        grant.app === app && grant.user === user && scopes.every(scope => grant.scopes.includes(scope)),
    )
  }

  stateOf(refreshToken: string): RefreshTokenState {
    const known = this.#refreshTokens.get(refreshToken)
    if (known === undefined) return 'unknown'
    if (known.grant.revoked) return 'revoked'
    return known.successor === null ? 'current' : 'replaced'
  }

  /** Ends a grant by any of its refresh tokens. False: there was none, or it was over. */
  revoke(refreshToken: string): boolean {
    const known = this.#refreshTokens.get(refreshToken)
    if (known === undefined || known.grant.revoked) return false
    this.#end(known.grant)
    return true
  }

  /** Uses a known refresh token: the three ways of rotation. */
  redeem(refreshToken: string, settings: LocalZohoSettings): Redemption {
    const known = this.#refreshTokens.get(refreshToken)
    if (known === undefined || known.grant.revoked) return { kind: 'refused', reason: 'revoked' }
    if (known.successor !== null) return this.#redeemReplaced(known, known.successor, settings)
    if (settings.rotation === 'static') return { kind: 'redeemed', successor: null }
    const successor = newToken()
    known.successor = successor
    known.replacedAt = this.#clock.monotonicMs()
    known.grant.currentToken = successor
    this.#remember(known.grant)
    return { kind: 'redeemed', successor }
  }

  /** A client that lost the answer may ask again, until somebody used the successor or the window closed. */
  #redeemReplaced(known: RefreshToken, successor: string, settings: LocalZohoSettings): Redemption {
    const { grant, replacedAt } = known
    if (settings.rotation === 'strict') {
      this.#end(grant)
      return { kind: 'refused', reason: 'reused' }
    }
    const inWindow = this.#clock.monotonicMs() - replacedAt <= settings.retryWindowMs
    if (settings.rotation === 'window' && inWindow && grant.currentToken === successor) {
      return { kind: 'redeemed', successor }
    }
    return { kind: 'refused', reason: 'replaced' }
  }

  #remember(grant: GrantState): void {
    this.#refreshTokens.set(grant.currentToken, { grant, successor: null, replacedAt: 0 })
  }

  #end(grant: GrantState): void {
    grant.revoked = true
    this.#live.splice(this.#live.indexOf(grant), 1)
    this.#accessTokens.endAllOf(grant.id)
  }
}
