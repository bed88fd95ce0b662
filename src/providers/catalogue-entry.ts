import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'

/**
 * What is known of a provider: a field that is not here is not known, and the profile has the careful default for it.
 * Null is known: there is none.
 */
export interface CatalogueEntry extends Omit<ProviderDefinition, 'name'> {
  /** What people call it. */
  readonly title: string
  /** What somebody should know who connects accounts there. */
  readonly notes?: readonly string[] | undefined
}

/** The profile of an entry. */
export function profileOfEntry(name: string, entry: CatalogueEntry): ProviderProfile {
  const { title: _title, notes: _notes, ...definition } = entry
  return defineProvider({ ...definition, name })
}
