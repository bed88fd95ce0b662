import { DecryptionError } from '../errors.ts'
import type { Cipher, SealedPlace } from '../ports/cipher.ts'
import type { FlowRecord } from '../ports/flows.ts'
import { Secret } from '../secret.ts'

/** Whose a sealed part is: it opens in no other flow, nor behind another browser's binding. */
export interface FlowIdentity extends Omit<SealedPlace, 'purpose'> {
  readonly digest: string
  readonly bindingDigest: string
}

type FlowPurpose = Extract<SealedPlace['purpose'], 'pkce_verifier' | 'pending_tokens'>

/** Seals what a flow has to keep secret. */
export function sealFlow(
  cipher: Cipher,
  purpose: FlowPurpose,
  { digest, bindingDigest, clientId, provider }: FlowIdentity,
  value: Readonly<Record<string, unknown>>,
): string {
  const text = JSON.stringify({ digest, bindingDigest, value })
  return cipher.seal(Secret.of(text), { purpose, clientId, provider })
}

/** Opens it; null: its key is gone, or it was moved or altered. */
export function openFlow(
  cipher: Cipher,
  purpose: FlowPurpose,
  digest: string,
  { clientId, provider, bindingDigest, sealed }: FlowRecord,
): ReadonlyMap<string, unknown> | null {
  // Nothing of a flow was ever stored as it is.
  if (!cipher.isSealed(sealed)) return null
  try {
    const opened: unknown = JSON.parse(cipher.open(sealed, { purpose, clientId, provider }).reveal())
    const members = new Map(Object.entries(Object(opened)))
    const isOurs = members.get('digest') === digest && members.get('bindingDigest') === bindingDigest
    return isOurs ? new Map(Object.entries(Object(members.get('value')))) : null
  } catch (error) {
    if (error instanceof DecryptionError || error instanceof SyntaxError) return null
    throw error
  }
}
