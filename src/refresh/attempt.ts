import type { Secret } from '../secret.ts'
import type { Claim } from './claim.ts'
import { commitTokens } from './commit.ts'
import type { AttemptContext, AttemptEnd } from './context.ts'
import { settleFailure } from './settle.ts'

/**
 * One request under one claim, and what becomes of its answer. Between the answer and its being written nothing
 * is awaited but the lifeboat and the write itself.
 */
export async function attempt(context: AttemptContext, claim: Claim, spent: Secret): Promise<AttemptEnd> {
  const { ports, target, answered } = context
  const sentAt = ports.clock.monotonicMs()
  const answer = await target.provider.refresh({
    app: target.app,
    refreshToken: spent,
    metadata: claim.observed.row.metadata,
    timeoutMs: ports.policy.requestTimeoutMs,
    until: claim.leaseEndsAt,
  })
  answered()
  if (answer.kind === 'late') return { next: 'late', ended: { kind: 'unsent' } }
  if (answer.kind !== 'issued') return settleFailure(context, claim, spent, answer)
  context.pass.end({ endpoint: 'works', app: 'works' })
  const ended = await commitTokens(context, claim, spent, answer.tokens, sentAt)
  return { next: 'done', ended }
}
