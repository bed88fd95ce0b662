import type { Metadata } from '../ports/store.ts'
import { Secret } from '../secret.ts'
import type { Grant } from './granted.ts'

/** Tokens that wait for a person to agree. */
export interface PendingTokens {
  readonly accessToken: Secret | null
  readonly refreshToken: Secret | null
  readonly expiresInMs: number | null
  readonly refreshTokenExpiresInMs: number | null
  readonly scopes: readonly string[] | null
  readonly metadata: Metadata
  readonly grant: Grant
  readonly account: string | null
  readonly accountDigest: string | null
}

/** As it is sealed. */
export function pendingFields(pending: PendingTokens): Readonly<Record<string, unknown>> {
  const { accessToken, refreshToken, expiresInMs } = pending
  return {
    ...pending,
    accessToken: accessToken?.reveal() ?? null,
    refreshToken: refreshToken?.reveal() ?? null,
    // JSON knows no infinity.
    expiresInMs: expiresInMs === Infinity ? 'never' : expiresInMs,
  }
}

/** As it was opened: what was sealed here is what comes out, so only its types are looked at. */
export function parsePending(fields: ReadonlyMap<string, unknown>): PendingTokens {
  const text = (name: string): string | null => {
    const value = fields.get(name)
    return typeof value === 'string' ? value : null
  }
  const secret = (name: string): Secret | null => {
    const value = text(name)
    return value === null ? null : Secret.of(value)
  }
  const expiresIn = fields.get('expiresInMs')
  const grantEndsIn = fields.get('refreshTokenExpiresInMs')
  const metadata = fields.get('metadata')
  return {
    accessToken: secret('accessToken'),
    refreshToken: secret('refreshToken'),
    expiresInMs: expiresIn === 'never' ? Infinity : typeof expiresIn === 'number' ? expiresIn : null,
    refreshTokenExpiresInMs: typeof grantEndsIn === 'number' ? grantEndsIn : null,
    scopes: textsOf(fields.get('scopes')),
    metadata: typeof metadata === 'object' && metadata !== null ? { ...metadata } : {},
    grant: parseGrant(fields.get('grant')),
    account: text('account'),
    accountDigest: text('accountDigest'),
  }
}

function parseGrant(value: unknown): Grant {
  const fields = new Map(Object.entries(Object(value)))
  const is = (name: string): boolean => fields.get(name) === true
  return {
    wanted: textsOf(fields.get('wanted')) ?? [],
    asked: textsOf(fields.get('asked')) ?? [],
    answered: textsOf(fields.get('answered')),
    hasRefreshToken: is('hasRefreshToken'),
    hasIdToken: is('hasIdToken'),
    expires: is('expires'),
  }
}

function textsOf(value: unknown): readonly string[] | null {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : null
}
