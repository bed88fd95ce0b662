import type { Assembly } from './assemble.ts'
import type { TakenFlow } from './connect/take-flow.ts'
import { AuthorizationFlowError, StoreUnavailableError } from './errors.ts'
import type { Kept } from './new-grants.ts'

/** What became of the flow is told to whoever opens its page again. */
export function concluding({ ports }: Assembly, { digest }: TakenFlow): (kept: Kept) => Promise<void> {
  return async kept => {
    if (kept.kind === 'connected') await noted(ports.store.flows.conclude(digest, 'connected'))
  }
}

/** Does the rest of a flow, and notes where it fails. @throws what it throws */
export async function concluded<T>(
  { ports }: Assembly,
  { digest }: TakenFlow,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // Tokens may still be on their way into the database.
    if (!(error instanceof StoreUnavailableError)) await noted(ports.store.flows.conclude(digest, 'refused'))
    throw error
  }
}

// It only helps whoever clicks twice: a database that fails just then takes nothing from anybody.
async function noted(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error
  }
}

/** Tells of a refusal, where it is known whose flow it was. @throws what the work throws */
export async function told<T>({ ports }: Assembly, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AuthorizationFlowError) {
      const { clientId, provider, reason } = error
      if (clientId !== undefined && provider !== undefined) {
        ports.emit({ type: 'authorization_refused', clientId, provider, reason })
      }
    }
    throw error
  }
}
