import type { IssuedTokens } from '../ports/provider.ts'
import { Secret } from '../secret.ts'
import type { AnswerMembers, AnswerRules } from './answer-rules.ts'
import { keptValue } from './kept-member.ts'
import { accessTokenLifetime, refreshTokenLifetime } from './lifetime.ts'
import { scopesOf } from './scopes.ts'

/** VSCHAR of RFC 6749, appendix A, and as many as any header can carry. */
const USABLE_TOKEN = /^[\x20-\x7e]{1,16384}$/

/** The access token of an answer. Null: none, or one that no header could carry. */
export function accessTokenOf(members: AnswerMembers): Secret | null {
  const value = members.get('access_token')
  return typeof value === 'string' && USABLE_TOKEN.test(value) ? Secret.of(value) : null
}

/** Whether the token is used as a bearer token (RFC 6749 §7.1, RFC 6750). Absent counts as bearer. */
export function isUsedAsBearer(members: AnswerMembers, tokenTypes: AnswerRules['tokenTypes']): boolean {
  const type = members.get('token_type') ?? 'bearer'
  return typeof type === 'string' && ['bearer', ...tokenTypes].includes(type.toLowerCase())
}

/**
 * Everything around the access token: what makes no sense is left out and becomes a warning.
 * @param nowMs the time, by the clock of the provider where it told it
 */
export function issuedTokens(
  accessToken: Secret,
  refreshToken: Secret | null,
  members: AnswerMembers,
  rules: AnswerRules,
  nowMs: number,
): IssuedTokens {
  const lifetime = accessTokenLifetime(members, rules, nowMs)
  const refreshLifetime = refreshTokenLifetime(members, rules, nowMs)
  const scopes = scopesOf(members.get('scope'))
  const metadata = keptMetadata(members, rules)
  return {
    accessToken,
    refreshToken,
    expiresInMs: lifetime.ms,
    refreshTokenExpiresInMs: refreshLifetime.ms,
    scopes: scopes.list,
    metadata: metadata.kept,
    warnings: [
      ...(lifetime.strange ? ['EXPIRES_IN_INVALID'] : []),
      ...(refreshLifetime.strange ? ['REFRESH_TOKEN_EXPIRES_IN_INVALID'] : []),
      ...(scopes.strange ? ['SCOPE_INVALID'] : []),
      ...metadata.warnings,
    ],
  }
}

function keptMetadata(
  members: AnswerMembers,
  rules: AnswerRules,
): { readonly kept: Record<string, string>; readonly warnings: readonly string[] } {
  const kept: Record<string, string> = {}
  const warnings: string[] = []
  for (const [name, check] of rules.metadata) {
    const given = members.get(name)
    if (given === undefined || given === null) continue
    const value = typeof check === 'function' ? checked(check, given) : keptValue(check, given)
    if (value === null) warnings.push(`${name.toUpperCase()}_REJECTED`)
    else kept[name] = value
  }
  return { kept, warnings }
}

// A profile's own function may fail; the answer around it must not be lost with it.
function checked(check: (value: unknown) => string | null, value: unknown): string | null {
  try {
    return check(value)
  } catch {
    return null
  }
}
