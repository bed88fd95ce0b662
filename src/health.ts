import { StoreUnavailableError } from './errors.ts'
import type { RefreshPorts } from './refresh/ports.ts'
import type { Refresher } from './refresh/refresher.ts'
import type { Rescue } from './refresh/rescue.ts'
import type { StoreHealth } from './refresh/store-health.ts'

/** How a service object is, for a readiness probe or an alert. No secrets. */
export interface ServiceHealth {
  /** `degraded`: something below is not as it should be. Tokens that are stored are served all the same. */
  readonly status: 'ok' | 'degraded'
  /** Whether the database answers, asked just now. */
  readonly database: 'ok' | 'unavailable'
  /** Outcomes of refreshes, new tokens above all, that the database has not taken yet. They are tried again. */
  readonly uncommitted: number
  /** Token endpoints, and apps there, that are left alone for a while because they failed for several connections. */
  readonly openBreakers: number
  /**
   * Where new refresh tokens are kept until the database has them. `failed`: it could not be written the last time,
   * for the reason in `lifeboatFault`. `off`: there is none.
   */
  readonly lifeboat: 'ok' | 'failed' | 'off'
  /** The code of the system, as `ENOSPC`; null: none. */
  readonly lifeboatFault: string | null
}

/** Asks the database, and says what this process knows. */
export async function healthOf(
  { store, lifeboat }: RefreshPorts,
  health: StoreHealth,
  { fault }: Rescue,
  { openBreakers }: Refresher,
): Promise<ServiceHealth> {
  const database = await health
    .watch(() => store.ping())
    .then(
      () => 'ok' as const,
      error => unavailable(error),
    )
  const { uncommitted } = health
  const isFine = database === 'ok' && uncommitted === 0 && openBreakers === 0 && fault === null
  return {
    status: isFine ? 'ok' : 'degraded',
    database,
    uncommitted,
    openBreakers,
    lifeboat: lifeboat === null ? 'off' : fault === null ? 'ok' : 'failed',
    lifeboatFault: fault,
  }
}

function unavailable(error: unknown): 'unavailable' {
  if (error instanceof StoreUnavailableError) return 'unavailable'
  throw error
}
