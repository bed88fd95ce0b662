import { AuthorizationFlowError, type AuthorizationFlowReason } from '../errors.ts'
import type { FlowKind, FlowRecord } from '../ports/flows.ts'
import { type FlowDetails, parseFlowDetails } from './flow-details.ts'
import type { FlowPorts } from './ports.ts'
import { openFlow } from './sealed-flow.ts'
import { digestOf } from './unguessable.ts'

/** What whoever comes back with has to be the same as at the beginning. */
export interface Presented {
  readonly binding: string | null
  readonly user: string | null
  /** Undefined: not said, and not compared. */
  readonly clientId: string | undefined
  /** Undefined: not said, and not compared. */
  readonly provider: string | undefined
}

/** A flow that was consumed by this very call, and is this browser's. */
export interface TakenFlow {
  readonly digest: string
  readonly record: FlowRecord
  readonly details: FlowDetails
  readonly secrets: ReadonlyMap<string, unknown>
}

const AGAIN = 'Connect the account again.'

/**
 * Consumes a flow, whoever comes with it, and only then looks at who that is: of many who come at once, one gets it.
 * @param secret the state, or the confirmation
 * @throws AuthorizationFlowError | StoreUnavailableError
 */
export async function takeFlow(
  ports: FlowPorts,
  kind: FlowKind,
  secret: string,
  presented: Presented,
): Promise<TakenFlow> {
  const digest = await digestOf(secret)
  const consumed = await ports.store.flows.consume(digest, kind)
  switch (consumed.kind) {
    case 'unknown':
      throw new AuthorizationFlowError(
        `There is no such flow: it was begun elsewhere, ended more than an hour ago, or never began. ${AGAIN}`,
        'unknown_state',
      )
    case 'expired':
      throw expired()
    case 'used': {
      await refuseOthers(consumed.flow, presented)
      const { returnTo } = parseFlowDetails(consumed.flow.details)
      throw alreadyUsed(consumed.flow, consumed.outcome, returnTo)
    }
    case 'consumed': {
      const { flow } = consumed
      await refuseOthers(flow, presented)
      const purpose = kind === 'authorization' ? 'pkce_verifier' : 'pending_tokens'
      const secrets = openFlow(ports.cipher, purpose, digest, flow)
      if (secrets === null) throw expired(flow)
      return { digest, record: flow, details: parseFlowDetails(flow.details), secrets }
    }
  }
}

function expired(flow?: Omit<FlowRecord, 'sealed'>): AuthorizationFlowError {
  return new AuthorizationFlowError(
    `The flow is over: it has to be finished within ten minutes. ${AGAIN}`,
    'expired',
    flow,
  )
}

function alreadyUsed(
  flow: Omit<FlowRecord, 'sealed'>,
  outcome: string | null,
  returnTo: string | null,
): AuthorizationFlowError {
  const end = outcome === 'connected' || outcome === 'refused' ? outcome : null
  const told = {
    connected: 'The account is connected already: the page was opened twice.',
    refused: `The flow has ended without a connection. ${AGAIN}`,
    unknown: `The flow was used already, and it is not known what became of it. ${AGAIN}`,
  }[end ?? 'unknown']
  return new AuthorizationFlowError(told, 'already_used', flow, { outcome: end, returnTo })
}

// Digests are compared: how long it takes tells nothing about what they are digests of.
async function refuseOthers(flow: Omit<FlowRecord, 'sealed'>, presented: Presented): Promise<void> {
  const { binding, user, clientId, provider } = presented
  const bindingDigest = binding === null ? null : await digestOf(binding)
  const userDigest = user === null ? null : await digestOf(user)
  const refuse = (reason: AuthorizationFlowReason, message: string): never => {
    throw new AuthorizationFlowError(`${message} Nothing was connected.`, reason, flow)
  }
  if (bindingDigest !== flow.bindingDigest) {
    refuse('wrong_browser', 'The flow was begun in another browser, or its cookie is gone.')
  }
  if (userDigest !== flow.userDigest) refuse('wrong_user', 'The flow was begun by another user.')
  if (clientId !== undefined && clientId !== flow.clientId) {
    refuse('wrong_client', 'The flow was begun for another client.')
  }
  if (provider !== undefined && provider !== flow.provider) {
    refuse('wrong_provider', 'The flow was begun at another provider.')
  }
}
