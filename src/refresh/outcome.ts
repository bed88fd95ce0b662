import type { EvergrantError } from '../errors.ts'
import type { LastError } from '../lifecycle/connection.ts'
import type { AppCredentials, TokenProvider } from '../ports/provider.ts'
import type { HeldToken } from './held-token.ts'

/** Whom to ask, and as which OAuth app. */
export interface Target {
  readonly provider: TokenProvider
  readonly app: AppCredentials
}

/** What a refresh means for those who wait for it. */
export type Outcome =
  | { readonly kind: 'refreshed'; readonly held: HeldToken }
  /** The row moved, by whomever: look again. */
  | { readonly kind: 'changed' }
  | {
      readonly kind: 'failed'
      readonly error: EvergrantError
      readonly code: LastError | null
      /** Nothing was sent, because another connection finds out right now whether the provider is back. */
      readonly isProbed?: boolean
    }
