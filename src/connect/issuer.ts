import { InvalidInputError } from '../errors.ts'
import type { Metadata } from '../ports/store.ts'
import { expanded } from '../providers/endpoints.ts'
import type { ProviderProfile } from '../providers/profile.ts'

/** The issuer of a connection (RFC 8414 §2). Null: the profile names none, or the connection lacks a value for it. */
export function issuerOf(profile: ProviderProfile, metadata: Metadata): string | null {
  if (profile.issuer === null) return null
  try {
    return expanded(profile.issuer, metadata, profile)
  } catch (error) {
    if (error instanceof InvalidInputError) return null
    throw error
  }
}

/**
 * Whether a callback comes from the server that was asked (RFC 9207 §2.4): by simple comparison, and `iss` has to be
 * there where the server says that it always is. Where the profile knows no issuer, that of another provider is refused.
 */
export function isRightIssuer(
  told: string | undefined,
  expected: string | null,
  { authorization }: Pick<ProviderProfile, 'authorization'>,
  others: readonly string[],
): boolean {
  if (told === undefined) return !authorization.answersIssuer
  return expected === null ? !others.includes(told) : told === expected
}
