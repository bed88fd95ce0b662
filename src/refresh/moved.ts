import type { ConnectionRow } from '../ports/store.ts'
import type { Secret } from '../secret.ts'
import type { Claim } from './claim.ts'
import { opensTo } from './opens-to.ts'
import type { RefreshPorts } from './ports.ts'

/** What an attempt spent and what it got, for a write that matched no row. */
export interface Exchange {
  readonly claim: Claim
  /** Null: nothing was, the app's own credentials were asked with. */
  readonly spent: Secret | null
  /** Null: the answer held none that can be used. */
  readonly accessToken: Secret | null
  /** The refresh token of the answer, and as it is written. Both null: the answer held none. */
  readonly successor: Secret | null
  readonly sealedSuccessor: string | null
}

/** `ours`: an earlier try of the same write took, its answer was lost. `superseded`: somebody else's tokens stand. */
export type Moved =
  | { readonly kind: 'ours' }
  | { readonly kind: 'superseded'; readonly row: ConnectionRow | null }

/**
 * The row is not what the attempt read: `storeTokens` and `deleteToken` win, and a refresh never resurrects. One
 * case is not a loss: `storeTokens` brought a new access token and kept the very refresh token that this attempt
 * spent; then the successor alone is written over it.
 * @throws StoreUnavailableError
 */
export async function resolveMoved(ports: RefreshPorts, exchange: Exchange): Promise<Moved> {
  for (;;) {
    const row = await ports.store.read(exchange.claim.key)
    if (row === null || row.id !== exchange.claim.observed.row.id) return { kind: 'superseded', row }
    if (isOurs(ports, row, exchange)) return { kind: 'ours' }
    const { spent } = exchange
    const isKept = spent === null || opensTo(ports.cipher, row, 'refresh_token', spent)
    const isWritten = isKept ? settleKept(ports, exchange, row) : endOwnLease(ports, exchange, row)
    if (await isWritten) return { kind: 'superseded', row }
  }
}

function isOurs(ports: RefreshPorts, row: ConnectionRow, { accessToken, successor }: Exchange): boolean {
  if (successor !== null && !opensTo(ports.cipher, row, 'refresh_token', successor)) return false
  return accessToken === null || opensTo(ports.cipher, row, 'access_token', accessToken)
}

async function settleKept(ports: RefreshPorts, exchange: Exchange, row: ConnectionRow): Promise<boolean> {
  const { id, generation } = row
  const { leaseId } = exchange.claim
  if (exchange.sealedSuccessor === null || exchange.spent === null) return endOwnLease(ports, exchange, row)
  return ports.store.succeed({ id, generation, leaseId, refreshToken: exchange.sealedSuccessor })
}

/** Nothing to write; only our lease still stands. Somebody else's is not ours to end. */
async function endOwnLease(ports: RefreshPorts, exchange: Exchange, row: ConnectionRow): Promise<boolean> {
  const { leaseId } = exchange.claim
  if (row.leaseId !== leaseId) return true
  const { id, generation } = row
  return ports.store.settle({ id, generation, leaseId, attemptId: null, failure: null })
}
