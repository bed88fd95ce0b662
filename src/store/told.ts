import type { ConnectionStatus } from '../lifecycle/connection.ts'
import type { RecordedEventType } from '../ports/event-log.ts'
import type { FailureRecord } from '../ports/store.ts'

/** What is recorded about a change: an event for the row that it changed. */
export interface Told {
  readonly type: RecordedEventType
  readonly reason: string | null
}

/** An event without a reason. */
export function told(type: RecordedEventType, reason: string | null = null): Told {
  return { type, reason }
}

/** What is told where a row gets a status that it did not have. */
export function toldOfStatus(status: ConnectionStatus, reason: string | null): Told {
  return status === 'active' ? told('recovered') : told(status, reason)
}

/** The same of a failure. */
export function toldOfFailure({ status, statusReason }: FailureRecord): Told {
  return toldOfStatus(status, statusReason)
}
