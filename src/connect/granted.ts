import type { ProviderProfile } from '../providers/profile.ts'

/** Scopes that OpenID Connect answers by an ID token, and that many servers do not repeat in `scope`. */
const OF_OPENID = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

/** What was asked for, and what came of it. */
export interface Grant {
  /** What the caller asked for. */
  readonly wanted: readonly string[]
  /** All that was asked for: with what was added to get a refresh token. */
  readonly asked: readonly string[]
  /** What the answer said; null: nothing, which means all of it (RFC 6749 §5.1). */
  readonly answered: readonly string[] | null
  readonly hasRefreshToken: boolean
  readonly hasIdToken: boolean
  /** Null: the access token does not end. */
  readonly expires: boolean
}

/** The scopes of a grant; null: neither asked for nor told. */
export function grantedScopes({ asked, answered }: Grant): readonly string[] | null {
  return answered ?? (asked.length === 0 ? null : asked)
}

/** What was wanted and is not there. A scope whose effect is there counts, even where the answer does not name it. */
export function missingScopes(grant: Grant, { authorization }: ProviderProfile): readonly string[] {
  const { wanted, answered } = grant
  if (answered === null) return []
  const effective = [
    ...answered,
    ...(grant.hasRefreshToken ? authorization.refreshTokenScopes : []),
    ...(grant.hasIdToken ? OF_OPENID : []),
  ]
  return wanted.filter(scope => !effective.includes(scope))
}

/** Why a connection has no refresh token, and what to do; null: it has one, or needs none. */
export function remedyOf(grant: Grant, profile: ProviderProfile): string | null {
  if (grant.hasRefreshToken || !grant.expires) return null
  const { name, authorization } = profile
  const why = `"${name}" has given no refresh token, so the connection ends with this access token.`
  const lacking = authorization.refreshTokenScopes.filter(scope => !grant.asked.includes(scope))
  if (lacking.length > 0) return `${why} Ask for the scope ${lacking.join(', ')}, too, and connect again.`
  const { prompt, access_type: accessType, token_access_type: tokenAccessType } = authorization.parameters
  if (accessType === 'offline' || tokenAccessType === 'offline' || prompt === 'consent') {
    return (
      `${why} The account has agreed before, and was not asked again: leave prompt and access_type as the profile has ` +
      'them (prompt=consent, access_type=offline), or remove the app in the settings of the account, and connect again.'
    )
  }
  return (
    `${why} Some providers want a scope for it (offline_access), some a parameter (access_type=offline, prompt=consent), ` +
    'some a setting of the app there: see what it says of refresh tokens, and connect again.'
  )
}
