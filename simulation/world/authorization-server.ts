import { appTokenOf, type Happening, type Settings } from '../history.ts'

type Rotation = Settings['rotation']

export interface ServerSettings {
  readonly grant: Settings['grant']
  readonly rotation: Rotation
  readonly lifetimeMs: number
  /** How long a spent refresh token still gives another successor. */
  readonly retryWindowMs: number
  /** How many requests it wants for one grant in how much time. It counts on others to keep to it. */
  readonly budget: Settings['budget']
  /** A spent refresh token that is used again ends its whole grant. */
  readonly detectsReuse: boolean
  /** How old an access token must be before it is refreshed. */
  readonly earliestMs: number
}

/** What the server does with a refresh token, and what it would say of it. */
export type Verdict =
  | {
      readonly kind: 'issued'
      readonly access: string
      /** Null: the refresh token stays. */
      readonly successor: string | null
    }
  | { readonly kind: 'refused' | 'too early' }

interface Grant {
  readonly name: string
  alive: boolean
  tokens: number
  issuedAt: number
}

interface RefreshToken {
  readonly grant: Grant
  spentAt: number | null
}

/** A token endpoint with books: the only one who knows which refresh token is good. */
export class AuthorizationServer {
  readonly #settings: ServerSettings
  readonly #grants = new Map<string, Grant>()
  readonly #tokens = new Map<string, RefreshToken>()
  readonly #record: (happening: Happening) => void

  constructor(settings: ServerSettings, record: (happening: Happening) => void) {
    this.#settings = settings
    this.#record = record
  }

  /** A person connects: a new grant's tokens. */
  connect(client: string, now: number): { readonly access: string; readonly refresh: string } {
    const grant: Grant = { name: `${client}.${this.#grants.size + 1}`, alive: true, tokens: 0, issuedAt: now }
    this.#grants.set(grant.name, grant)
    return { access: this.#issueAccess(grant, now), refresh: this.#issueRefresh(grant) }
  }

  /** Another access token of a grant that its owner got by hand. */
  issueByHand(refresh: string, now: number): string | null {
    const token = this.#tokens.get(refresh)
    return token === undefined || !token.grant.alive ? null : this.#issueAccess(token.grant, now)
  }

  /** The app is registered: it needs nobody to ask for tokens of its own. */
  register(client: string): void {
    const grant: Grant = { name: `${client}.app`, alive: true, tokens: 0, issuedAt: -Infinity }
    this.#grants.set(grant.name, grant)
    this.#tokens.set(appTokenOf(client), { grant, spentAt: null })
  }

  refresh(request: number, refresh: string, now: number): Verdict {
    const verdict = this.#judge(refresh, now)
    this.#record({
      kind: 'served',
      request,
      verdict: verdict.kind,
      spent: refresh,
      access: verdict.kind === 'issued' ? verdict.access : null,
      accessUntil: now + this.#settings.lifetimeMs,
      successor: verdict.kind === 'issued' ? verdict.successor : null,
    })
    return verdict
  }

  revoke(refresh: string): void {
    const token = this.#tokens.get(refresh)
    if (token !== undefined) token.grant.alive = false
  }

  /** Every refresh token that would be honoured. */
  live(now: number): readonly string[] {
    return [...this.#tokens.keys()].filter(name => this.#isGood(name, now))
  }

  #judge(refresh: string, now: number): Verdict {
    const token = this.#tokens.get(refresh)
    if (token === undefined || !token.grant.alive) return { kind: 'refused' }
    if (!this.#isGood(refresh, now)) {
      if (this.#settings.detectsReuse) token.grant.alive = false
      return { kind: 'refused' }
    }
    if (now - token.grant.issuedAt < this.#settings.earliestMs) return { kind: 'too early' }
    const access = this.#issueAccess(token.grant, now)
    if (this.#settings.rotation === 'static') return { kind: 'issued', access, successor: null }
    token.spentAt ??= now
    return { kind: 'issued', access, successor: this.#issueRefresh(token.grant) }
  }

  #isGood(refresh: string, now: number): boolean {
    const token = this.#tokens.get(refresh)
    if (token === undefined || !token.grant.alive) return false
    return token.spentAt === null || now - token.spentAt < this.#settings.retryWindowMs
  }

  #issueAccess(grant: Grant, now: number): string {
    grant.tokens += 1
    grant.issuedAt = now
    return `${grant.name}/a/${grant.tokens}`
  }

  #issueRefresh(grant: Grant): string {
    grant.tokens += 1
    const name = `${grant.name}/r/${grant.tokens}`
    this.#tokens.set(name, { grant, spentAt: null })
    return name
  }
}
