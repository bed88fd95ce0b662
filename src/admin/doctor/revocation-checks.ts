import type { Assembly } from '../../assemble.ts'
import { type Finding, pass, warn } from './finding.ts'

/** A provider may need a moment; and whoever deleted has been told. */
const PATIENCE_MS = 2 * 60_000

/** Whether providers have confirmed what they were to revoke. */
export async function revocationFindings({ ports: { store } }: Assembly): Promise<readonly Finding[]> {
  const { count, oldest } = await store.revocations.waiting()
  if (oldest === null) return [pass('revocations', 'No revocation waits for its provider.')]
  const { waitsMs, reason } = oldest
  const minutes = Math.floor(waitsMs / 60_000)
  const why = reason === null ? '' : `: ${reason}`
  const message =
    `${count} ${count === 1 ? 'revocation waits' : 'revocations wait'} for the provider, the oldest for ` +
    `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}${why}.`
  if (waitsMs < PATIENCE_MS) return [pass('revocations', message)]
  return [
    warn(
      'revocations',
      message,
      'Let a service sweep, or call tick(): it asks again, once an hour at least. See docs/guide/operations.md.',
    ),
  ]
}
