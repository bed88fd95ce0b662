import type { SealedPlace } from './cipher.ts'

/**
 * - `authorization`: somebody was sent to a provider, and is to come back.
 * - `confirmation`: they came back with another account than the one that is stored, and are asked whether that is meant.
 */
export type FlowKind = 'authorization' | 'confirmation'

/** What has to be known at the end of a flow, exactly as it was at its beginning. */
export interface FlowRecord extends Omit<SealedPlace, 'purpose'> {
  readonly kind: FlowKind
  /** Who is to answer (RFC 9207). Null: the provider's issuer is not known. */
  readonly issuer: string | null
  /** The OAuth app's client id. */
  readonly appId: string
  readonly redirectUri: string
  /** Of the user of the back end who began it; null: nobody said. */
  readonly userDigest: string | null
  /** Of what the browser holds that began it. */
  readonly bindingDigest: string
  /**
   * Sealed: the PKCE verifier (`pkce_verifier`), or the tokens that wait for a confirmation (`pending_tokens`). Gone
   * from the store once the flow is consumed, or over and cleaned away.
   */
  readonly sealed: string
  /** Not secret: scopes, where to go afterwards, metadata. */
  readonly details: Readonly<Record<string, unknown>>
}

/**
 * - `consumed`: by this very call. Nobody else is ever told so.
 * - `used`: by an earlier call; `outcome` is what {@link FlowStore.conclude} said of it, or null.
 * - `expired`: it was there, and its time is over.
 * - `unknown`: there is none, or one of another kind.
 */
export type ConsumedFlow =
  | { readonly kind: 'consumed'; readonly flow: FlowRecord }
  | { readonly kind: 'used'; readonly flow: Omit<FlowRecord, 'sealed'>; readonly outcome: string | null }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' }

/**
 * Authorization flows under way. Each is known by a digest of a secret that only its browser has. Times are by the
 * database's clock. Rejects only with `StoreUnavailableError`.
 */
export interface FlowStore {
  /** Records a flow that may be consumed within `ttlMs`, and cleans up. False: the digest is taken, nothing is written. */
  begin(digest: string, flow: FlowRecord, ttlMs: number): Promise<boolean>
  /**
   * Ends a flow, once over all processes, and wipes what was sealed of it. A flow that was consumed is told for an
   * hour after its time, so that a second click can be answered.
   */
  consume(digest: string, kind: FlowKind): Promise<ConsumedFlow>
  /** Notes what became of a consumed flow: a code. */
  conclude(digest: string, outcome: string): Promise<void>
  /**
   * Wipes the sealed part of flows whose time is over, and removes those that are over for an hour; a bounded number.
   * Gives how many are gone.
   */
  expire(): Promise<number>
}
