import type { AuthorizationFlowReason } from '../errors.ts'
import type { LastError } from '../lifecycle/connection.ts'
import type { ConnectionKey } from './store.ts'

/**
 * What happens to connections, for logs, metrics and audit. No secret and no text of a provider in any field.
 *
 * - `refreshed`: new tokens are stored, as `generation`; whether the refresh token is another one now (`rotated`); how
 *   long it took since the request was sent (`durationMs`).
 * - `refresh_failed`: an attempt failed with `code`; the next may be made in `retryInMs`, null: at once.
 * - `served_while_failing`: a caller got the stored token although a refresh was wanted.
 * - `connected`: the first tokens of a connection were stored, `reason` is `imported` where an import did it;
 *   `reconnected`: those of another grant were stored over the ones that were there.
 * - `suspect`, `reauthorization_required`, `recovered`: what became of the grant. Over all processes each turn is told at
 *   most once: by the process that knows that its write did it. `oauth_token_events` has each exactly once.
 * - `deleted`: the connection is gone, `reason` is `revoke` where the provider is to revoke the grant; `revoked`: it has.
 * - `revocation_failed`: it has not, for the reason in `detail`, a code; it is asked again in `retryInMs`.
 * - `refresh_token_expiring`: the grant ends for good in `expiresInMs`, whatever is refreshed: connect the account again.
 * - `salvaged`: a failed answer held a refresh token, and it is stored.
 * - `commit_retried`, `commit_superseded`: the database took new tokens late (`attempts`), or others were there first.
 * - `breaker_opened`, `breaker_closed`: the token endpoint (`PROVIDER_UNAVAILABLE`), or the app there
 *   (`PROVIDER_MISCONFIGURED`), has failed for several connections, this one last, and is left alone for a while; it works again.
 * - `lifeboat_failed`: a new refresh token could not be kept on the disk until the database had it, `code` as `ENOSPC`.
 * - `lifeboat_replayed`: the refresh token of a process that ended too early is back in its row.
 * - `lifeboat_discarded`: one that no row of this database had asked for in 30 days was thrown away.
 * - `lease_lost`: the right to refresh was lost: before anything was sent, or (`sent`) while the request ran, by its end or
 *   to other tokens; then the failure of that request is not written.
 * - `answer_warning`: an answer was odd, and usable.
 * - `authorization_started`: somebody was sent to the provider to connect an account; `authorization_refused`: they came
 *   back, and nothing was connected, for `reason`; `account_changed`: they came back with another account than the one that
 *   is connected, and are asked.
 * - `seeded`: an environment variable became a connection.
 * - `decryption_failed`: a stored token does not open.
 */
export type EvergrantEvent = ConnectionKey &
  (
    | {
        readonly type: 'refreshed'
        readonly generation: number
        readonly rotated: boolean
        readonly durationMs: number
      }
    | {
        readonly type: 'refresh_failed'
        readonly code: LastError
        readonly detail: string
        readonly retryInMs: number | null
      }
    | { readonly type: 'served_while_failing'; readonly code: LastError }
    | { readonly type: 'connected'; readonly reason: 'imported' | null }
    | { readonly type: 'reconnected'; readonly reason: 'imported' | null }
    | { readonly type: 'suspect' }
    | { readonly type: 'reauthorization_required'; readonly reason: string }
    | { readonly type: 'recovered' }
    | { readonly type: 'deleted'; readonly reason: 'revoke' | null }
    | { readonly type: 'revoked' }
    | { readonly type: 'revocation_failed'; readonly detail: string; readonly retryInMs: number }
    | { readonly type: 'refresh_token_expiring'; readonly expiresInMs: number }
    | { readonly type: 'salvaged'; readonly detail: string }
    | { readonly type: 'commit_retried'; readonly attempts: number }
    | { readonly type: 'commit_superseded' }
    | { readonly type: 'breaker_opened'; readonly code: LastError }
    | { readonly type: 'breaker_closed'; readonly code: LastError }
    | { readonly type: 'lifeboat_failed'; readonly code: string }
    | { readonly type: 'lifeboat_replayed' }
    | { readonly type: 'lifeboat_discarded' }
    | { readonly type: 'lease_lost'; readonly sent: boolean }
    | { readonly type: 'answer_warning'; readonly warning: string }
    | { readonly type: 'authorization_started' }
    | { readonly type: 'authorization_refused'; readonly reason: AuthorizationFlowReason }
    | { readonly type: 'account_changed' }
    | { readonly type: 'seeded'; readonly variable: string }
    | { readonly type: 'decryption_failed' }
  )

/** Receives events. What it throws is ignored: a broken logger must not break a refresh. */
export type EventSink = (event: EvergrantEvent) => void
