import type { SealedPlace } from './cipher.ts'

/** Whose revocation it is. */
type Owner = Omit<SealedPlace, 'purpose'>

/** What the provider is to revoke: tokens that no row of `oauth_tokens` has any more, sealed. */
export interface NewRevocation extends Owner {
  /** The id of the row that was deleted; for a token that came to light later, an id of its own. */
  readonly id: string
  readonly refreshToken: string | null
  readonly accessToken: string | null
  readonly metadata: Readonly<Record<string, unknown>>
}

/** A revocation that was asked for with a deletion. Once it is confirmed, its tokens are null. */
export interface Revocation extends NewRevocation {
  /** How often the provider was to be asked. */
  readonly attempts: number
  /** Whether somebody was granted the last attempt, has not said what came of it, and may still be at it. */
  readonly isBeingAsked: boolean
}

export interface DueRevocations {
  readonly providers: readonly string[]
  /** One that waits for longer than this counts as due: on SQLite, the clock was set back. */
  readonly longestGateMs: number
  readonly limit: number
}

/** The right to ask the provider once: granted only where nobody has been granted it since `attempts` was read. */
export interface RevocationClaim extends Pick<Revocation, 'id' | 'attempts'> {
  /** When the next may ask, unless the provider confirms before. */
  readonly nextAttemptInMs: number
  /**
   * Whether it is also granted where the connection was made again meanwhile. At some providers a revocation ends all
   * grants of the account.
   */
  readonly besideNewGrant: boolean
}

/** Why the provider did not confirm, by whoever was granted the attempt. */
export interface RevocationFailure extends Pick<Revocation, 'id' | 'attempts'> {
  /** A code, never text of a provider. */
  readonly reason: string
  readonly nextAttemptInMs: number
}

/**
 * Tokens that came for those of a revocation, sealed: some providers revoke no access token that has ended. Null: the
 * one that is there stays.
 */
export type RenewedRevocation = Pick<NewRevocation, 'id' | 'accessToken' | 'refreshToken'>

/** What providers have not confirmed. */
export interface WaitingRevocations {
  readonly count: number
  readonly oldest: {
    /** For how long it waits, by the database's clock. */
    readonly waitsMs: number
    /** Why it was not confirmed the last time, a code; null: nobody knows. */
    readonly reason: string | null
  } | null
}

/**
 * Revocations that a deletion asked for, kept until the provider confirmed. Each method is one statement, and rejects
 * only with `StoreUnavailableError`.
 */
export interface RevocationOutbox {
  /** The revocation recorded for a deleted row, or null when none was asked for. */
  of(rowId: string): Promise<Revocation | null>
  /** Those of a connection that the provider has not confirmed, in the order of the deletions. */
  pending(key: Owner): Promise<readonly Revocation[]>
  /** The connections that have any, in the order of their names: of a client, at a provider, or all. */
  connections(
    filter: { readonly [part in keyof Owner]?: Owner[part] | undefined },
  ): Promise<readonly Pick<Owner, 'clientId' | 'provider'>[]>
  /** What the providers have not confirmed. */
  waiting(): Promise<WaitingRevocations>
  /** Records one more. False: one of this id is there. */
  add(revocation: NewRevocation): Promise<boolean>
  /** Those that may be asked for now. None of a connection that was made again. */
  due(request: DueRevocations): Promise<readonly Revocation[]>
  claim(request: RevocationClaim): Promise<boolean>
  failed(request: RevocationFailure): Promise<boolean>
  /** Keeps tokens in the place of those that they came for. False: the provider had confirmed before. */
  renew(request: RenewedRevocation): Promise<boolean>
  /**
   * The provider confirmed: forgets the tokens, keeps the record that revocation was asked for. False: it had confirmed
   * before, or was not asked.
   */
  confirm(rowId: string): Promise<boolean>
}
