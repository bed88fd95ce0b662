import type { EvergrantError } from '../errors.ts'
import type { LastError } from '../lifecycle/connection.ts'
import { type Failure, type FailureOutcome, failureOutcome } from '../lifecycle/failure.ts'
import { deadGrant } from '../lifecycle/refusal.ts'
import type { RefreshAnswer } from '../ports/provider.ts'
import type { FailureRecord, SettleRequest } from '../ports/store.ts'
import type { Secret } from '../secret.ts'
import type { Signs } from './breakers.ts'
import { type Claim, claimNow } from './claim.ts'
import type { AttemptContext, AttemptEnd } from './context.ts'
import { type Moved, resolveMoved } from './moved.ts'
import { revokeOrphan } from './orphan.ts'
import type { Outcome, Target } from './outcome.ts'
import { persist } from './persist.ts'
import type { RefreshPorts } from './ports.ts'
import { failureError, refusalError } from './refusal-error.ts'

type FailedAnswer = Exclude<RefreshAnswer, { kind: 'issued' | 'late' }>

/** Writes what a failed attempt leaves on the row, a refresh token that its answer carried before all else. */
export async function settleFailure(
  context: AttemptContext,
  claim: Claim,
  spent: Secret | null,
  answer: FailedAnswer,
): Promise<AttemptEnd> {
  const { ports, target, pass, land } = context
  const now = claimNow(claim, ports)
  const failure = failureOf(answer, target)
  const fraction = ports.randomness.fraction()
  const outcome = failureOutcome(failure, claim.found, now, fraction, target.provider.traits, ports.policy)
  pass.end(signsOf(answer, outcome))
  const failed: Outcome = {
    kind: 'failed',
    error: errorOf(outcome, claim, now, answer.detail),
    code: outcome.code,
  }

  const successor = answer.kind === 'unsent' ? null : answer.refreshToken
  const write =
    successor === null
      ? await writeFailure(context, claim, outcome, failed, answer.kind !== 'unsent')
      : await writeSuccessor(context, claim, spent, successor, outcome, failed)
  const { clientId, provider } = claim.key
  const { code, nextAttemptInMs: retryInMs } = outcome
  ports.emit({ type: 'refresh_failed', clientId, provider, code, detail: answer.detail, retryInMs })
  if (write === 'ours') reportWritten(ports, claim, outcome, successor === null ? null : answer.detail)
  const ended = { kind: 'failed', code: outcome.code } as const
  if (write !== 'moved' && outcome.replay) return { next: 'replay', ended }
  land(write === 'moved' ? { kind: 'changed' } : failed)
  return { next: 'done', ended }
}

/** `ours`: the row has it; `unknown`: it could not be written for now; `moved`: it concerns the row no more. */
type Write = 'ours' | 'unknown' | 'moved'

// A mere failure may go unwritten: the lease ends by itself, and the unsettled attempt makes the next careful.
async function writeFailure(
  { ports, health, land, stop }: AttemptContext,
  claim: Claim,
  outcome: FailureOutcome,
  failed: Outcome,
  sent: boolean,
): Promise<Write> {
  const done = await persist(ports, health, () => settleLease(ports, claim, outcome, sent), {
    onDelay: () => land(failed),
    until: claim.leaseEndsAt,
    stop,
  })
  if (done === null) return 'unknown'
  if (done.result) return 'ours'
  // A try before may have been the one that ended it.
  const { clientId, provider } = claim.key
  if (done.attempts === 1) ports.emit({ type: 'lease_lost', clientId, provider, sent })
  return 'moved'
}

async function writeSuccessor(
  context: AttemptContext,
  claim: Claim,
  spent: Secret | null,
  successor: Secret,
  outcome: FailureOutcome,
  failed: Outcome,
): Promise<Write> {
  const { ports, health, rescue, land, stop } = context
  const { id, generation, clientId, provider } = claim.observed.row
  const sealedSuccessor = ports.cipher.seal(successor, { purpose: 'refresh_token', clientId, provider })
  const exchange = { claim, spent, accessToken: null, successor, sealedSuccessor }
  const boarded = await rescue.board(exchange)
  const salvage = async (): Promise<Moved> => {
    const request = {
      id,
      generation,
      leaseId: claim.leaseId,
      refreshToken: sealedSuccessor,
      failure: recordOf(outcome),
    }
    return (await ports.store.salvage(request)) ? { kind: 'ours' } : resolveMoved(ports, exchange)
  }
  const onDelay = (): void => land(failed)
  const done = await persist(ports, health, salvage, { onDelay, until: Infinity, stop })
  if (done === null) return 'unknown'
  await revokeOrphan(context, exchange, done.result)
  await boarded.clear()
  return done.result.kind === 'superseded' ? 'moved' : 'ours'
}

/**
 * Ends the lease of an attempt without tokens, fenced by row id, generation and the lease itself.
 * @param outcome null: the lease is given up
 * @param sent whether the provider may have counted a request
 * @returns false: the row moved meanwhile, decide again
 * @throws StoreUnavailableError
 */
export async function settleLease(
  ports: RefreshPorts,
  claim: Claim,
  outcome: FailureOutcome | null,
  sent: boolean,
): Promise<boolean> {
  const { row } = claim.observed
  const request: SettleRequest = {
    id: row.id,
    generation: row.generation,
    leaseId: claim.leaseId,
    attemptId: attemptAfter(claim, outcome),
    refundMs: sent ? undefined : claim.costMs,
    failure: outcome === null ? null : recordOf(outcome),
  }
  if (await ports.store.settle(request)) return true

  // `storeTokens` kept the refresh token, or who was taken over has committed: our lease stands until its time is over.
  const moved = await ports.store.read(claim.key)
  if (moved?.id === row.id && moved.leaseId === claim.leaseId) {
    await ports.store.settle({ ...request, generation: moved.generation, failure: null })
  }
  return false
}

function attemptAfter(claim: Claim, outcome: FailureOutcome | null): string | null {
  switch (outcome?.attempt) {
    case 'cleared':
      return null
    case 'kept':
      return claim.attemptId
    case 'restored':
    case undefined:
      return claim.found.attemptId
  }
}

function recordOf({ code, nextAttemptInMs, status, statusReason }: FailureOutcome): FailureRecord {
  return { code, nextAttemptInMs, status, statusReason }
}

function signsOf({ kind }: FailedAnswer, { code }: FailureOutcome): Signs {
  if (kind === 'unsent' || kind === 'ambiguous') return { endpoint: 'fails', app: 'nothing' }
  if (code === 'PROVIDER_MISCONFIGURED') return { endpoint: 'works', app: 'fails' }
  return { endpoint: 'works', app: kind === 'refused' ? 'works' : 'nothing' }
}

function failureOf(answer: FailedAnswer, target: Target): Failure {
  const appId = target.app.clientId
  if (answer.kind === 'unsent') {
    return {
      kind: 'unsent',
      code: 'PROVIDER_UNAVAILABLE',
      retryAfterMs: null,
      carriesSuccessor: false,
      appId,
    }
  }
  const { kind, retryAfterMs } = answer
  return { kind, code: codeOf(answer), retryAfterMs, carriesSuccessor: answer.refreshToken !== null, appId }
}

function codeOf(answer: Exclude<FailedAnswer, { kind: 'unsent' }>): LastError {
  switch (answer.kind) {
    case 'ambiguous':
      return answer.code
    case 'refused':
      return 'REAUTHORIZATION_REQUIRED'
    case 'misconfigured':
      return 'PROVIDER_MISCONFIGURED'
    case 'throttled':
      return 'PROVIDER_RATE_LIMITED'
    case 'failed':
      return 'PROVIDER_RESPONSE'
  }
}

function errorOf(outcome: FailureOutcome, claim: Claim, now: number, detail: string): EvergrantError {
  if (outcome.status === 'reauthorization_required') {
    return refusalError(deadGrant({ ...claim.found, statusReason: outcome.statusReason }), claim.key)
  }
  return failureError(outcome.code, now + (outcome.nextAttemptInMs ?? 0), claim.key, detail)
}

/** What is told only by who knows that the row has it. @param salvaged how the answer failed that held a refresh token */
function reportWritten(
  { emit }: RefreshPorts,
  claim: Claim,
  { status, statusReason }: FailureOutcome,
  salvaged: string | null,
): void {
  const { clientId, provider } = claim.key
  if (salvaged !== null) emit({ type: 'salvaged', clientId, provider, detail: salvaged })
  if (status === claim.found.status) return
  if (status === 'suspect') emit({ type: 'suspect', clientId, provider })
  if (status === 'reauthorization_required') {
    emit({ type: 'reauthorization_required', clientId, provider, reason: statusReason ?? 'refused' })
  }
}
