import type { Assembly } from './assemble.ts'
import { recordFlow } from './connect/begin-flow.ts'
import type { AccountChanged, Connected } from './connect/connected.ts'
import { parsePending, pendingFields } from './connect/pending-tokens.ts'
import { FLOW_TTL_MS } from './connect/ports.ts'
import { sealFlow } from './connect/sealed-flow.ts'
import { type TakenFlow, takeFlow } from './connect/take-flow.ts'
import { digestOf, unguessable } from './connect/unguessable.ts'
import { parseBinding, parseConfirmation, parseUser } from './connect-input.ts'
import type { ConfirmOptions } from './connect-options.ts'
import { accountChanged } from './exchanging.ts'
import { concluded, concluding, told } from './flow-ends.ts'
import type { ReadyTokens } from './new-grants.ts'

/** The tokens wait, sealed, until a person has agreed; the connection stays as it is. */
export async function confirmLater(
  { ports }: Assembly,
  { record, details }: TakenFlow,
  ready: ReadyTokens,
): Promise<AccountChanged> {
  const { clientId, provider } = record
  const key = { clientId, provider }
  const confirmation = unguessable()
  const digest = await digestOf(confirmation)
  const { tokens, grant, account, accountDigest, returnTo } = ready
  const pending = pendingFields({
    ...tokens,
    refreshTokenExpiresInMs: tokens.refreshTokenExpiresInMs ?? null,
    grant,
    account,
    accountDigest,
  })
  const { bindingDigest } = record
  await recordFlow(ports, digest, {
    ...record,
    kind: 'confirmation',
    sealed: sealFlow(ports.cipher, 'pending_tokens', { ...key, digest, bindingDigest }, pending),
    details: { ...details },
  })
  ports.emit({ type: 'account_changed', ...key })
  return { kind: 'account_changed', ...key, account, returnTo, confirmation }
}

/** `confirmAccountChange`. */
export async function confirmChange(
  assembly: Assembly,
  confirmation: unknown,
  options: ConfirmOptions,
): Promise<Connected> {
  const presented = {
    binding: parseBinding(options.binding),
    user: parseUser(options.user),
    clientId: options.clientId,
    provider: undefined,
  }
  return assembly.newGrants.whatever(
    told(assembly, async () => {
      const flow = await takeFlow(assembly.ports, 'confirmation', parseConfirmation(confirmation), presented)
      return concluded(assembly, flow, async () => {
        const { profile } = assembly.providers.get(flow.record.provider)
        const kept = await assembly.newGrants.keep(
          waitingTokens(assembly, flow),
          profile,
          true,
          concluding(assembly, flow),
        )
        if (kept.kind === 'other_account') throw accountChanged(kept.ready.key)
        return kept.connected
      })
    }),
  )
}

// As old as they can be: their lifetime began no earlier, and ends no later than it really does.
function waitingTokens(assembly: Assembly, { record, details, secrets }: TakenFlow): ReadyTokens {
  const { clientId, provider } = record
  const { grant, account, accountDigest, ...tokens } = parsePending(secrets)
  return {
    key: { clientId, provider },
    tokens,
    grant,
    account,
    accountDigest,
    sentAt: assembly.ports.clock.monotonicMs() - FLOW_TTL_MS,
    returnTo: details.returnTo,
    salvaged: null,
  }
}
