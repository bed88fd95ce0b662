import type { Clock } from '../../ports/clock.ts'
import type { LocalZohoSettings, ZohoEnvironment } from './settings.ts'
import { newToken } from './token-shape.ts'

/** What an access token was issued for. `grant` and `user` are null for client credentials. */
export interface AccessTokenOwner {
  readonly grant: number | null
  /** The client id of the app that it was given to. */
  readonly app: string
  readonly user: string | null
  readonly scopes: readonly string[]
  /** The one where it is good: unknown in others. */
  readonly environment: ZohoEnvironment
}

interface LiveToken extends AccessTokenOwner {
  readonly token: string
  readonly expiresAt: number
}

/** The access tokens that are alive. Time is monotonic: a provider is another machine, our jumps are not its. */
export class AccessTokens {
  readonly #clock: Clock
  readonly #live = new Map<string, LiveToken>()
  readonly #byGrant = new Map<number, LiveToken[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Issues one; where its grant has its full number of live ones, the oldest ends. */
  issue(owner: AccessTokenOwner, settings: LocalZohoSettings): string {
    const now = this.#clock.monotonicMs()
    const issued: LiveToken = {
      grant: owner.grant,
      app: owner.app,
      user: owner.user,
      scopes: owner.scopes,
      environment: owner.environment,
      token: newToken(),
      expiresAt: now + settings.accessTokenLifetimeMs,
    }
    this.#live.set(issued.token, issued)
    if (owner.grant !== null) this.#keepNewest(owner.grant, issued, now, settings.accessTokensPerRefreshToken)
    return issued.token
  }

  /** Null: unknown, expired or ended. */
  ownerOf(token: string): AccessTokenOwner | null {
    const found = this.#live.get(token)
    if (found === undefined || found.expiresAt <= this.#clock.monotonicMs()) return null
    return found
  }

  /** False: it was not alive. */
  end(token: string): boolean {
    const wasAlive = this.ownerOf(token) !== null
    this.#live.delete(token)
    return wasAlive
  }

  endAllOf(grant: number): void {
    for (const { token } of this.#byGrant.get(grant) ?? []) this.#live.delete(token)
    this.#byGrant.delete(grant)
  }

  #keepNewest(grant: number, issued: LiveToken, now: number, most: number): void {
    const siblings = this.#byGrant.get(grant) ?? []
    const alive = siblings.filter(({ token, expiresAt }) => expiresAt > now && this.#live.has(token))
    const kept = [...alive, issued].slice(-most)
    for (const { token } of siblings) {
      if (!kept.some(other => other.token === token)) this.#live.delete(token)
    }
    this.#byGrant.set(grant, kept)
  }
}
