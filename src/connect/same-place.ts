import type { Metadata } from '../ports/store.ts'
import type { ProviderProfile } from '../providers/profile.ts'

/**
 * What a connection has for the placeholders of its provider's endpoints: its tenant, its shop. Connected again, it is asked
 * at the same place, unless another is named. Where data centres are found in a table the provider itself sends people to
 * theirs, and an app is registered in one.
 */
export function placeOf({ placeholders }: ProviderProfile, metadata: Metadata | undefined): Metadata {
  const entries = Object.entries(metadata ?? {})
  return Object.fromEntries(
    entries.filter(([name, value]) => Object.hasOwn(placeholders, name) && typeof value === 'string'),
  )
}
