import { longestGateMs } from '../lifecycle/policy.ts'
import { REVOCATION_LONGEST_MS, revocationPauseOf } from '../lifecycle/revocation.ts'
import type { Revocation } from '../ports/revocations.ts'
import type { RefreshPorts } from './ports.ts'
import { askToRevoke, type RevocationTarget } from './revocation-request.ts'
import { RequestSlots } from './slots.ts'

/** What came of an attempt. `passed_over`: another is at it, it was confirmed, or the connection was made again. */
export type Attempted =
  | { readonly kind: 'revoked' | 'passed_over' }
  | { readonly kind: 'failed'; readonly detail: string }

const AT_A_TIME = 100

/**
 * Asks providers again for what they have not confirmed. Any number of processes may do it at the same time: whoever
 * takes a revocation holds the others off for as long as its request can last, and then for the back-off.
 */
export class Revoker {
  readonly #ports: RefreshPorts
  readonly #targets: () => readonly RevocationTarget[]
  readonly #slots: RequestSlots

  /** @param targets the providers that can be asked without a caller */
  constructor(ports: RefreshPorts, targets: () => readonly RevocationTarget[]) {
    this.#ports = ports
    this.#targets = targets
    this.#slots = new RequestSlots(ports.policy.sweepConcurrency)
  }

  /**
   * One look: what may be asked for now, a bounded number.
   * @returns how many are confirmed
   * @throws StoreUnavailableError
   */
  async tick(signal: AbortSignal): Promise<number> {
    const targets = new Map(this.#targets().map(target => [target.provider.name, target]))
    const due = await this.#ports.store.revocations.due({
      providers: [...targets.keys()],
      longestGateMs: Math.max(REVOCATION_LONGEST_MS, longestGateMs(this.#ports.policy)),
      limit: AT_A_TIME,
    })
    const ends = await Promise.all(
      due.map(async revocation => {
        const target = targets.get(revocation.provider)
        const giveBack = await this.#slots.take(revocation.provider)
        try {
          if (target === undefined || signal.aborted) return 'passed_over'
          return (await attemptRevocation(this.#ports, revocation, target, false)).kind
        } finally {
          giveBack()
        }
      }),
    )
    return ends.filter(end => end === 'revoked').length
  }
}

/**
 * Asks the provider once, if the revocation is still as it was read.
 * @param besideNewGrant also where the connection was made again
 * @throws StoreUnavailableError
 */
export async function attemptRevocation(
  ports: RefreshPorts,
  revocation: Revocation,
  target: RevocationTarget,
  besideNewGrant: boolean,
): Promise<Attempted> {
  const { store, policy, emit } = ports
  const { id, clientId, provider, attempts } = revocation
  const pauseMs = (wishMs: number | null): number =>
    revocationPauseOf(attempts, ports.randomness.fraction(), wishMs, policy)
  const claim = { id, attempts, nextAttemptInMs: pauseMs(null), besideNewGrant }
  const until = ports.clock.monotonicMs() + claim.nextAttemptInMs
  if (!(await store.revocations.claim(claim))) return { kind: 'passed_over' }
  const answer = await askToRevoke(ports, revocation, target, until)
  if (answer.kind === 'revoked') {
    if (await store.revocations.confirm(id)) emit({ type: 'revoked', clientId, provider })
    return { kind: 'revoked' }
  }
  const retryInMs = pauseMs(answer.retryAfterMs)
  const { reason, detail } = answer
  await store.revocations.failed({ id, attempts: attempts + 1, reason, nextAttemptInMs: retryInMs })
  emit({ type: 'revocation_failed', clientId, provider, detail: reason, retryInMs })
  return { kind: 'failed', detail }
}
