import { DecryptionError } from '../errors.ts'
import { longestLeaseMs } from '../lifecycle/policy.ts'
import type { Lifeboat, WaitingEntry } from '../ports/lifeboat.ts'
import type { ConnectionRow } from '../ports/store.ts'
import type { Secret } from '../secret.ts'
import { opensTo } from './opens-to.ts'
import type { RefreshPorts } from './ports.ts'
import type { StoreHealth } from './store-health.ts'

/**
 * An entry whose row is not in this database may belong to another one that shares the directory, so it is kept;
 * but not for good, because the connection may have been deleted.
 */
const FOREIGN_AGE_MS = 30 * 24 * 60 * 60_000

/** What became of an entry: written, not needed or not ours to write; or needed, and the row does not take it yet. */
export type Replayed = 'restored' | 'passed_over' | 'not_yet'

/**
 * Writes the successor that an attempt had received into the row it belongs to, unless the row has it, or tokens
 * that `storeTokens` or a later refresh brought. Only the refresh token comes back: the access token that was
 * issued with it is gone, and the one before may be dead.
 * @returns `restored`: the row is another now
 * @throws StoreUnavailableError the entry stays
 */
export async function replay(
  ports: RefreshPorts,
  health: StoreHealth,
  lifeboat: Lifeboat,
  entry: WaitingEntry,
): Promise<Replayed> {
  const { clientId, provider } = entry
  const row = await health.watch(() => ports.store.read(entry))
  if (row === null || row.id !== entry.id) {
    if (!(await handedOver(ports, health, lifeboat, entry))) await leaveForeign(ports, lifeboat, entry)
    return 'passed_over'
  }
  // Its holder may have a newer one in memory, which the outage kept it from committing.
  if (row.leaseId !== null && health.inGrace) return 'not_yet'
  const tokens = openTokens(ports, entry)
  if (tokens === null || row.generation < entry.generation) return 'passed_over'

  const fate = fateOf(ports, row, entry, tokens)
  if (fate === 'needless') {
    await lifeboat.remove(entry.name)
    return 'passed_over'
  }
  const restored = await health.watch(() =>
    ports.store.restore({
      id: row.id,
      generation: row.generation,
      refreshToken: ports.cipher.seal(tokens.successor, { purpose: 'refresh_token', clientId, provider }),
      accessToken: fate,
      longestLeaseMs: longestLeaseMs(ports.policy),
    }),
  )
  // A lease is alive: its holder may have a newer one. Or the row moved. Whoever claims it next looks again.
  if (!restored) return 'not_yet'
  ports.emit({ type: 'lifeboat_replayed', clientId, provider })
  if (row.status !== 'active') ports.emit({ type: 'recovered', clientId, provider })
  await lifeboat.remove(entry.name)
  return 'restored'
}

interface Tokens {
  readonly successor: Secret
  readonly spent: Secret
}

/** What became of the row; if the entry is needed, what that means for the access token there. */
function fateOf(
  ports: RefreshPorts,
  row: ConnectionRow,
  { generation }: WaitingEntry,
  { spent }: Tokens,
): 'needless' | 'expired' | 'kept' {
  if (row.generation === generation) return 'expired'
  // `storeTokens` brought an access token and kept the very refresh token that was spent.
  return opensTo(ports.cipher, row, 'refresh_token', spent) ? 'kept' : 'needless'
}

/** The row was deleted, and its grant is to be revoked: so is the successor. */
async function handedOver(
  { store, cipher, randomness }: RefreshPorts,
  health: StoreHealth,
  lifeboat: Lifeboat,
  { id: rowId, name, clientId, provider, refreshToken }: WaitingEntry,
): Promise<boolean> {
  const asked = await health.watch(() => store.revocations.of(rowId))
  if (asked === null || !cipher.isSealed(refreshToken)) return false
  const id = randomness.uuid()
  const { metadata } = asked
  await health.watch(() =>
    store.revocations.add({ id, clientId, provider, refreshToken, accessToken: null, metadata }),
  )
  await lifeboat.remove(name)
  return true
}

async function leaveForeign(
  { emit }: RefreshPorts,
  lifeboat: Lifeboat,
  { clientId, provider, name, ageMs }: WaitingEntry,
): Promise<void> {
  if (ageMs < FOREIGN_AGE_MS) return
  await lifeboat.remove(name)
  emit({ type: 'lifeboat_discarded', clientId, provider })
}

/**
 * Null: sealed by a key that is not in the ring; the entry waits until it is. Or not sealed at all, and so not
 * written by us: what would pass for plaintext from before must not get into a row.
 */
function openTokens({ cipher, emit }: RefreshPorts, entry: WaitingEntry): Tokens | null {
  const { clientId, provider } = entry
  if (!cipher.isSealed(entry.refreshToken) || !cipher.isSealed(entry.spent)) return null
  const context = { purpose: 'refresh_token', clientId, provider } as const
  try {
    return { successor: cipher.open(entry.refreshToken, context), spent: cipher.open(entry.spent, context) }
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error
    emit({ type: 'decryption_failed', clientId, provider })
    return null
  }
}
