import type { RefreshAnswer } from '../ports/provider.ts'
import type { Secret } from '../secret.ts'
import type { Claim } from './claim.ts'
import { commitTokens } from './commit.ts'
import type { AttemptContext, AttemptEnd } from './context.ts'
import { scopesOf } from './held-token.ts'
import { settleFailure } from './settle.ts'

/**
 * One request under one claim, and what becomes of its answer. Between the answer and its being written nothing
 * is awaited but the lifeboat and the write itself.
 * @param spent the refresh token of the request; null: the app's own credentials are asked with
 */
export async function attempt(
  context: AttemptContext,
  claim: Claim,
  spent: Secret | null,
): Promise<AttemptEnd> {
  const { ports, answered } = context
  const sentAt = ports.clock.monotonicMs()
  const answer = await ask(context, claim, spent)
  answered()
  if (answer.kind === 'late') return { next: 'late', ended: { kind: 'unsent' } }
  if (answer.kind !== 'issued') return settleFailure(context, claim, spent, answer)
  context.pass.end({ endpoint: 'works', app: 'works' })
  const ended = await commitTokens(context, claim, spent, answer.tokens, sentAt)
  return { next: 'done', ended }
}

function ask({ ports, target }: AttemptContext, claim: Claim, spent: Secret | null): Promise<RefreshAnswer> {
  const { provider, app } = target
  const request = {
    app,
    metadata: claim.observed.row.metadata,
    timeoutMs: ports.policy.requestTimeoutMs,
    until: claim.leaseEndsAt,
  }
  return spent === null
    ? provider.clientCredentials(request)
    : provider.refresh({ ...request, refreshToken: spent, scopes: scopesOf(claim.observed.row.scopes) })
}
