import type { Clock } from '../../ports/clock.ts'
import type { CodeChallenge } from './code-challenge.ts'
import type { ZohoEnvironment } from './settings.ts'
import { newToken } from './token-shape.ts'

/** What a grant code was issued for. */
export interface CodeOwner {
  readonly app: string
  readonly user: string
  readonly scopes: readonly string[]
  readonly environment: ZohoEnvironment
  /** `access_type=offline`: its exchange gives a refresh token, at the first consent or with `promptsConsent`. */
  readonly offline: boolean
  readonly promptsConsent: boolean
  /** Null: a Self Client code, which needs none. */
  readonly redirectUri: string | null
  /** Null: its exchange needs no verifier. */
  readonly challenge: CodeChallenge | null
}

/** `reason` tells why a code is refused. */
export type CodeUse =
  | { readonly kind: 'good'; readonly owner: CodeOwner }
  | { readonly kind: 'refused'; readonly reason: 'unknown' | 'used' | 'expired' }

interface Code {
  readonly owner: CodeOwner
  readonly expiresAt: number
  used: boolean
}

/** Grant codes: single use, short-lived (RFC 6749 §4.1.2). */
export class GrantCodes {
  readonly #clock: Clock
  readonly #codes = new Map<string, Code>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(owner: CodeOwner, lifetimeMs: number): string {
    const code = newToken()
    this.#codes.set(code, { owner, expiresAt: this.#clock.monotonicMs() + lifetimeMs, used: false })
    return code
  }

  /** Looks at a code without using it up. */
  check(code: string, app: string): CodeUse {
    const known = this.#codes.get(code)
    if (known === undefined || known.owner.app !== app) return { kind: 'refused', reason: 'unknown' }
    if (known.used) return { kind: 'refused', reason: 'used' }
    if (known.expiresAt <= this.#clock.monotonicMs()) return { kind: 'refused', reason: 'expired' }
    return { kind: 'good', owner: known.owner }
  }

  useUp(code: string): void {
    const known = this.#codes.get(code)
    if (known !== undefined) known.used = true
  }
}
