import { InvalidInputError } from '../errors.ts'
import { catalogueEntry, isInCatalogue } from './catalogue/index.ts'
import type { CatalogueName } from './catalogue/names.ts'
import { profileOfEntry } from './catalogue-entry.ts'
import type { ProviderProfile } from './profile.ts'

/**
 * The profile of a provider of the catalogue, to be looked at or changed.
 *
 * @example
 * const google = await catalogueProfile('google')
 * const profile = { ...google, apiHosts: ['www.googleapis.com'] }
 *
 * @throws InvalidInputError the catalogue has no provider of this name
 */
export async function catalogueProfile(name: CatalogueName): Promise<ProviderProfile> {
  if (isInCatalogue(name)) return profileOfEntry(name, await catalogueEntry(name))
  throw new InvalidInputError(
    'The catalogue has no provider of this name. `evergrant providers` lists those that it has.',
  )
}

/** The profiles of those names that the catalogue has; other names are left out. */
export async function catalogueProfiles(
  names: readonly string[],
): Promise<ReadonlyMap<string, ProviderProfile>> {
  const known = names.filter(isInCatalogue)
  return new Map(await Promise.all(known.map(async name => [name, await catalogueProfile(name)] as const)))
}
