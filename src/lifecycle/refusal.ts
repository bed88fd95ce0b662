import type { ReauthorizationReason } from '../errors.ts'
import type { Connection, LastError } from './connection.ts'

/** Why a caller gets no token. */
export type Refusal =
  | { readonly kind: 'reauthorization'; readonly reason: ReauthorizationReason }
  /** The last failure still holds the connection back; `until` by the database's clock. */
  | { readonly kind: 'held_back'; readonly code: LastError; readonly until: number }
  /** The provider takes no more refreshes for now; `until` by the database's clock. */
  | { readonly kind: 'over_budget'; readonly until: number }

/** The refusal of a connection whose grant is dead for good. */
export function deadGrant(connection: Connection): Refusal {
  return { kind: 'reauthorization', reason: reasonOf(connection.statusReason) }
}

function reasonOf(text: string | null): ReauthorizationReason {
  switch (text) {
    case 'lost_rotation':
    case 'no_refresh_token':
    case 'expired':
    case 'suspect':
      return text
    default:
      return 'refused'
  }
}
