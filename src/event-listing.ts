import { InvalidInputError } from './errors.ts'
import { describe, parseName } from './input.ts'
import type { RecordedEvent, RecordedEventType } from './ports/event-log.ts'
import type { TokenStore } from './ports/store.ts'
import type { ListEventsOptions } from './service-options.ts'

/** What became of a connection: a row of `oauth_token_events`. Nothing secret, and no text of a provider. */
export interface ListedEvent {
  /** Grows. Of the events of one connection it is the order in which they happened. */
  readonly id: number
  /** By the database's clock. */
  readonly at: Date
  readonly type: RecordedEventType
  readonly clientId: string
  readonly provider: string
  /** The UUID of the connection's row: another one after `deleteToken` and `storeTokens`. */
  readonly connectionId: string
  /** Of the row, after the change. Null: there was no row any more (`revoked`). */
  readonly generation: number | null
  /** A code that says more; null: there is none. */
  readonly reason: string | null
}

/** A page of events. */
export interface EventPage {
  /** The newest first. */
  readonly events: readonly ListedEvent[]
  /** Give it as `cursor` for the next page; null: this was the last. */
  readonly nextCursor: string | null
}

const TYPES: { readonly [Type in RecordedEventType]: true } = {
  connected: true,
  seeded: true,
  reconnected: true,
  suspect: true,
  reauthorization_required: true,
  recovered: true,
  salvaged: true,
  lifeboat_replayed: true,
  deleted: true,
  revoked: true,
}

/** @throws InvalidInputError */
export async function listEvents(store: TokenStore, options: ListEventsOptions): Promise<EventPage> {
  const { clientId, provider, type, since, limit = 100, cursor } = options
  if (clientId !== undefined) parseName(clientId, 'clientId')
  if (provider !== undefined) parseName(provider, 'provider')
  if (type !== undefined && !Object.hasOwn(TYPES, type)) {
    throw new InvalidInputError(
      `type must be one of ${Object.keys(TYPES).join(', ')}; got ${describe(type)}.`,
    )
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) {
    throw new InvalidInputError(`limit must be a whole number from 1 to 1,000; got ${describe(limit)}.`)
  }
  const before = cursor === undefined ? null : parseCursor(cursor)
  const query = { clientId, provider, type, since: sinceOf(since), before }
  // One more than asked for tells whether there is another page.
  const found = await store.eventLog.page({ ...query, limit: limit + 1 })
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    events: page.map(listed),
    nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : null,
  }
}

function listed(event: RecordedEvent): ListedEvent {
  return { ...event, at: new Date(event.at) }
}

// A year of five digits is none that PostgreSQL's calendar and a person have in common.
function sinceOf(since: unknown): number | undefined {
  if (since === undefined) return undefined
  const at = since instanceof Date ? since.getTime() : Number.NaN
  if (at >= 0 && at < Date.UTC(10_000, 0)) return at
  throw new InvalidInputError(`since must be a Date from 1970 to 9999; got ${describe(since)}.`)
}

function cursorOf({ id }: RecordedEvent): string {
  return Buffer.from(JSON.stringify(id)).toString('base64url')
}

function parseCursor(cursor: unknown): number {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(String(cursor), 'base64url').toString('utf8'))
    if (typeof parsed === 'number' && Number.isSafeInteger(parsed) && parsed > 0) return parsed
  } catch {
    // The same answer for whatever is wrong with it.
  }
  throw new InvalidInputError('cursor must be the nextCursor of a page before.')
}
