import { EvergrantError, StoreUnavailableError } from '../errors.ts'
import type { AppCredentials, RefreshAnswer, RevokeRequest, TokenProvider } from '../ports/provider.ts'
import type { Revocation } from '../ports/revocations.ts'
import type { Secret } from '../secret.ts'
import type { RefreshPorts } from './ports.ts'

/** Who is asked to revoke, and in whose name. */
export interface RevocationTarget {
  readonly provider: TokenProvider
  readonly app: AppCredentials | null
  /** Whether the refresh token may be under way in a refresh: no refresh token is sent twice at the same time. */
  readonly isRefreshing?: boolean
}

/** What the provider said. */
export type Asked =
  | { readonly kind: 'revoked' }
  | {
      readonly kind: 'failed'
      readonly retryAfterMs: number | null
      /** A code. */
      readonly reason: string
      /** For a person. */
      readonly detail: string
    }

/** What one attempt has at hand. */
interface Asking extends RevocationTarget {
  readonly ports: RefreshPorts
  readonly revocation: Revocation
  readonly until: number
}

type Kind = RevokeRequest['kind']

const REVOKED: Asked = { kind: 'revoked' }

/**
 * Asks the provider, by the token that it wants. An access token that it does not take any more is renewed by the
 * refresh token first: it has ended, and the grant may not have.
 * @param until by the monotonic clock, when another may ask: a refresh that could not be over by then is not sent
 * @throws StoreUnavailableError the tokens that came for those of the revocation are not kept
 */
export async function askToRevoke(
  ports: RefreshPorts,
  revocation: Revocation,
  target: RevocationTarget,
  until: number,
): Promise<Asked> {
  try {
    return await ask({ ...target, ports, revocation, until })
  } catch (error) {
    // One that cannot be opened or asked must not keep the others from being revoked.
    if (!(error instanceof EvergrantError) || error instanceof StoreUnavailableError) throw error
    return failed(error.code, error.message)
  }
}

async function ask(asking: Asking): Promise<Asked> {
  const { provider, revocation } = asking
  const { refreshToken, accessToken } = revocation
  const renewable = isRenewable(provider) ? refreshToken : null
  if (accessToken !== null && (refreshToken === null || renewable !== null)) {
    const answer = await send(asking, opened(asking, 'access_token', accessToken), 'access_token')
    if (answer !== 'ended') return answer
    return renewable === null ? REVOKED : askWithNewToken(asking, renewable)
  }
  if (renewable !== null) return askWithNewToken(asking, renewable)
  if (refreshToken === null) return REVOKED
  // With the refresh token ends the grant, and at most providers the access token, too (RFC 7009 §2.1).
  const answer = await send(asking, opened(asking, 'refresh_token', refreshToken), 'refresh_token')
  return answer === 'ended' ? REVOKED : answer
}

function isRenewable({ revokes, traits }: TokenProvider): boolean {
  return revokes === 'access_token' && traits.grant === 'refresh_token'
}

async function askWithNewToken(asking: Asking, sealed: string): Promise<Asked> {
  const { ports, provider, app, revocation, until, isRefreshing = false } = asking
  if (app === null) return failed('NO_APP_CREDENTIALS')
  if (isRefreshing || revocation.isBeingAsked) return failed('REFRESH_UNDER_WAY')
  const answer = await provider.refresh({
    app,
    refreshToken: opened(asking, 'refresh_token', sealed),
    metadata: revocation.metadata,
    timeoutMs: ports.policy.requestTimeoutMs,
    until,
  })
  const kept = keep(asking, answer)
  // Nobody looks at it where there is nothing to keep any more.
  kept.catch(() => {})
  const asked = await askedAfter(asking, answer)
  if (asked.kind === 'failed') await kept
  return asked
}

async function askedAfter(asking: Asking, answer: RefreshAnswer): Promise<Asked> {
  switch (answer.kind) {
    case 'issued': {
      const again = await send(asking, answer.tokens.accessToken, 'access_token')
      return again === 'ended' ? failed('ACCESS_TOKEN_NOT_TAKEN') : again
    }
    case 'refused':
      // Neither token is good any more: there is nothing left to revoke.
      return answer.refreshToken === null ? REVOKED : failed('PROVIDER_RESPONSE')
    case 'late':
      return failed('TOO_LATE')
    case 'unsent':
      return failed(answer.detail)
    default:
      return failed(answer.detail, answer.detail, answer.retryAfterMs)
  }
}

// The refresh token that was spent is no good any more where the provider rotates.
async function keep({ ports, revocation }: Asking, answer: RefreshAnswer): Promise<void> {
  const { id, clientId, provider } = revocation
  const tokens = tokensIn(answer)
  const sealed = (token: Secret | null, purpose: Kind): string | null =>
    token === null ? null : ports.cipher.seal(token, { purpose, clientId, provider })
  const refreshToken = sealed(tokens.refreshToken, 'refresh_token')
  const accessToken = sealed(tokens.accessToken, 'access_token')
  if (refreshToken === null && accessToken === null) return
  await ports.store.revocations.renew({ id, refreshToken, accessToken })
}

function tokensIn(answer: RefreshAnswer): {
  readonly accessToken: Secret | null
  readonly refreshToken: Secret | null
} {
  switch (answer.kind) {
    case 'issued':
      return answer.tokens
    case 'unsent':
    case 'late':
      return { accessToken: null, refreshToken: null }
    default:
      return { accessToken: null, refreshToken: answer.refreshToken }
  }
}

async function send(
  { ports, provider, app, revocation }: Asking,
  token: Secret,
  kind: Kind,
): Promise<Asked | 'ended'> {
  const timeoutMs = ports.policy.requestTimeoutMs
  const answer = await provider.revoke({ app, token, kind, metadata: revocation.metadata, timeoutMs })
  switch (answer.kind) {
    case 'revoked':
      return REVOKED
    case 'ended':
      return 'ended'
    case 'unsupported':
      return failed('UNSUPPORTED', 'no revocation endpoint')
    case 'failed':
      return failed(answer.detail, answer.detail, answer.retryAfterMs)
  }
}

function opened({ ports, revocation }: Asking, purpose: Kind, sealed: string): Secret {
  const { clientId, provider } = revocation
  return ports.cipher.open(sealed, { purpose, clientId, provider })
}

function failed(reason: string, detail: string = reason, retryAfterMs: number | null = null): Asked {
  return { kind: 'failed', reason, detail, retryAfterMs }
}
