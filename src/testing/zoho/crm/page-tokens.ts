import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../ports/clock.ts'

/** How long an expired token is still told from one that was never there. */
const FORGOTTEN_MS = 86_400_000

/** Where a page begins: behind a record, and how many came before. `before` is where the page before it began. */
export interface PageStart {
  /** The last record of the page before; null: the first page. */
  readonly after: PagePosition | null
  readonly seen: number
  readonly before: PageStart | null
}

/** A record's place in the order of a list: by the value that it is sorted by, then by its id. */
export interface PagePosition {
  readonly key: string
  readonly id: string
}

/** What a page token leads to. */
export type PageTokenUse =
  | { readonly kind: 'start'; readonly start: PageStart }
  | { readonly kind: 'expired' | 'mismatch' }

interface PageToken {
  readonly start: PageStart
  readonly request: string
  readonly expiresAt: number
}

/** Tokens of pages. Each is good for one request, word for word, for some time. */
export class PageTokens {
  readonly #clock: Clock
  readonly #tokens = new Map<string, PageToken>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param request everything of the request that must stay the same */
  issue(start: PageStart, request: string, lifetimeMs: number): string {
    const token = randomBytes(48).toString('hex')
    this.#forgetOld()
    this.#tokens.set(token, { start, request, expiresAt: this.#clock.monotonicMs() + lifetimeMs })
    return token
  }

  use(token: string, request: string): PageTokenUse {
    const known = this.#tokens.get(token)
    if (known === undefined || known.request !== request) return { kind: 'mismatch' }
    if (known.expiresAt <= this.#clock.monotonicMs()) return { kind: 'expired' }
    return { kind: 'start', start: known.start }
  }

  /** They are in the order in which they were issued. One that is long over is a token that nobody knows. */
  #forgetOld(): void {
    const now = this.#clock.monotonicMs()
    for (const [token, { expiresAt }] of this.#tokens) {
      if (expiresAt + FORGOTTEN_MS > now) return
      this.#tokens.delete(token)
    }
  }
}
