import { InvalidInputError } from '../errors.ts'
import type { Metadata } from '../ports/store.ts'
import { resolveEndpoint } from '../providers/endpoints.ts'
import type { ProviderProfile } from '../providers/profile.ts'

/**
 * Refuses a provider that sends users to the page of another one and wants the code for itself: a user who knows the
 * page would agree, and the code would go elsewhere (RFC 9700 §4.4.2).
 * @throws InvalidInputError
 */
export function refuseImpostor(
  profile: ProviderProfile,
  metadata: Metadata,
  all: readonly ProviderProfile[],
): void {
  const ours = endpointsOf(profile, metadata)
  const double = all.find(other => {
    if (other.name === profile.name || ours === null) return false
    const theirs = endpointsOf(other, {})
    return theirs !== null && theirs.page === ours.page && theirs.token !== ours.token
  })
  if (double === undefined) return
  throw new InvalidInputError(
    `"${profile.name}" and "${double.name}" have the same authorization endpoint, and token endpoints that differ: one of ` +
      'them would get codes that are meant for the other. Correct the profile that is wrong, or remove it.',
    { provider: profile.name },
  )
}

function endpointsOf(
  profile: ProviderProfile,
  metadata: Metadata,
): { readonly page: string; readonly token: string } | null {
  if (profile.authorizationEndpoint === null) return null
  try {
    const { origin, pathname } = resolveEndpoint(profile.authorizationEndpoint, metadata, profile)
    return { page: origin + pathname, token: resolveEndpoint(profile.tokenEndpoint, metadata, profile).href }
  } catch (error) {
    // What needs values of a connection has none to compare.
    if (error instanceof InvalidInputError) return null
    throw error
  }
}
