import { catalogueEntry, catalogueNames, isInCatalogue } from './catalogue/index.ts'
import type { CatalogueName } from './catalogue/names.ts'
import { profileOfEntry } from './catalogue-entry.ts'
import { factsOf, type KnownFields, type ProviderFact, unknownOf } from './facts.ts'
import type { ProviderProfile } from './profile.ts'
import { zohoCalendar, zohoCrm } from './zoho.ts'

/** A provider, told to people. */
export interface ProviderDescription {
  readonly name: string
  /** What people call it. */
  readonly title: string
  /** What is known of it: what it is about, and what there is to say. */
  readonly facts: readonly ProviderFact[]
  /** What is not known of it. The profile has the careful default for each. */
  readonly unknown: readonly string[]
  /** What somebody should know who connects accounts there, in sentences. */
  readonly notes: readonly string[]
}

const zoho: ReadonlyMap<string, readonly [title: string, profile: () => ProviderProfile]> = new Map([
  ['zoho_calendar', ['Zoho Calendar', zohoCalendar]],
  ['zoho_crm', ['Zoho CRM', zohoCrm]],
])

/** Names of every provider that Evergrant knows by itself. */
export const knownProviders: readonly string[] = [...catalogueNames, ...zoho.keys()].sort()

/** What Evergrant knows of a provider of its own; null: it knows none of this name. */
export async function describeKnownProvider(name: string): Promise<ProviderDescription | null> {
  if (isInCatalogue(name)) return describeEntry(name)
  const found = zoho.get(name)
  if (found === undefined) return null
  const [title, profile] = found
  return { ...describeProvider(profile()), title }
}

/** What a profile says. Null in it counts as not known. */
export function describeProvider(profile: ProviderProfile): ProviderDescription {
  const given = new Map<string, unknown>(Object.entries(profile))
  return describe(profile.name, profile, name => (given.get(name) ?? null) !== null, [])
}

async function describeEntry(name: CatalogueName): Promise<ProviderDescription> {
  const entry = await catalogueEntry(name)
  const given = new Map<string, unknown>(Object.entries(entry))
  // Null is known here: there is none.
  const isKnown: KnownFields = field => given.get(field) !== undefined
  return describe(entry.title, profileOfEntry(name, entry), isKnown, entry.notes ?? [])
}

function describe(
  title: string,
  profile: ProviderProfile,
  isKnown: KnownFields,
  notes: readonly string[],
): ProviderDescription {
  return {
    name: profile.name,
    title,
    facts: factsOf(profile, isKnown),
    unknown: unknownOf(profile, isKnown),
    notes,
  }
}
