/**
 * What the database remembers of a connection: how it came and went, and each change of what is known of its grant.
 *
 * - `connected`: its first tokens were stored; `reason` is `imported` where `evergrant import` did it.
 * - `seeded`: the same, from an environment variable.
 * - `reconnected`: tokens of another grant were stored over those that were there; `reason` as with `connected`.
 * - `suspect`: the provider refused the grant once.
 * - `reauthorization_required`: it is dead; `reason` is `refused`, `lost_rotation` or `expired`.
 * - `recovered`: it works, after one of the two before.
 * - `salvaged`: a failed answer held a new refresh token, which is stored; `reason` is the code of the failure.
 * - `lifeboat_replayed`: the refresh token of a process that ended too early is back in its row.
 * - `deleted`: the connection is gone; `reason` is `revoke` where the provider is to revoke the grant as well, and
 *   `replaced` where another value of its environment variable took its place.
 * - `revoked`: the provider has confirmed that.
 */
export type RecordedEventType =
  | 'connected'
  | 'seeded'
  | 'reconnected'
  | 'suspect'
  | 'reauthorization_required'
  | 'recovered'
  | 'salvaged'
  | 'lifeboat_replayed'
  | 'deleted'
  | 'revoked'

/** A row of `oauth_token_events`. It outlives the connection that it tells of. */
export interface RecordedEvent {
  /** Grows. Of the events of one connection it is the order in which they happened. */
  readonly id: number
  /** When, in ms since the epoch by the database's clock. */
  readonly at: number
  readonly type: RecordedEventType
  readonly clientId: string
  readonly provider: string
  /** The id of the connection's row: another one after deleting and storing again. */
  readonly connectionId: string
  /** Of the row, after the change. Null: there was no row any more (`revoked`). */
  readonly generation: number | null
  /** A code, never text of a provider; null: nothing more to say. */
  readonly reason: string | null
}

/** Which events: what is left out narrows nothing. */
export interface EventQuery {
  readonly clientId?: string | undefined
  readonly provider?: string | undefined
  readonly type?: RecordedEventType | undefined
  /** No earlier than this, in ms since the epoch by the database's clock. */
  readonly since?: number | undefined
  readonly limit: number
  /** Only events before the one of this id, as pages go on. Null: from the newest on. */
  readonly before: number | null
}

/**
 * The events of `oauth_token_events`. They are written by the methods of the store, each in the transaction of the
 * change that it tells of. Rejects only with `StoreUnavailableError`.
 */
export interface EventLog {
  /** The newest first. */
  page(query: EventQuery): Promise<readonly RecordedEvent[]>
  /** Deletes events that have outlived their time, some of them. Gives how many. The store does it by itself as well. */
  expire(): Promise<number>
}
