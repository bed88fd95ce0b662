import * as oauth from 'oauth4webapi'
import { textAt, valueAt } from './member-path.ts'

/** Who must have issued an ID token, for whom, and in which flow. */
export interface IdTokenExpectation {
  /** Null: the profile names no issuer; then it is one at the host of an endpoint. */
  readonly issuer: string | null
  readonly endpoints: readonly URL[]
  readonly appId: string
  /** Null: none was sent. */
  readonly nonce: string | null
}

/** A claim that can be relied on; or what is wrong with the token, in our own words. */
export type ClaimAnswer =
  | { readonly kind: 'claim'; readonly issuer: string; readonly value: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong'; readonly detail: string }

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512']
/** Clocks differ: of this machine, and of the provider. */
const TOLERANCE_SECONDS = 300
const MORE_ALGORITHMS = ['EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512']

/**
 * Reads a claim of an ID token that came straight from the token endpoint, over TLS, in the answer to our code: that
 * stands in for its signature (OpenID Connect Core §3.1.3.7, 6). Issuer, audience, authorized party, nonce and times are
 * checked.
 */
export async function readIdToken(
  idToken: unknown,
  claim: string,
  expected: IdTokenExpectation,
): Promise<ClaimAnswer> {
  if (typeof idToken !== 'string') return { kind: 'missing' }
  const issuer = issuerIn(idToken)
  if (issuer === null || !isExpected(issuer, expected)) {
    return { kind: 'wrong', detail: 'an ID token of another issuer' }
  }
  const claims = await checkedClaims(idToken, issuer, expected)
  if (claims === null) {
    return { kind: 'wrong', detail: 'an ID token for another app or another flow, or one that is over' }
  }
  const value = textAt(claims, claim)
  return value === null || value === '' ? { kind: 'missing' } : { kind: 'claim', issuer, value }
}

async function checkedClaims(
  idToken: string,
  issuer: string,
  { appId, nonce }: IdTokenExpectation,
): Promise<oauth.IDToken | null> {
  try {
    const answer = await oauth.processAuthorizationCodeResponse(
      { issuer, id_token_signing_alg_values_supported: [...ALGORITHMS, ...MORE_ALGORITHMS] },
      { client_id: appId, [oauth.clockTolerance]: TOLERANCE_SECONDS },
      Response.json({ access_token: 'not looked at', token_type: 'bearer', id_token: idToken }),
      { expectedNonce: nonce ?? oauth.expectNoNonce, requireIdToken: true },
    )
    return oauth.getValidatedIdTokenClaims(answer) ?? null
  } catch {
    // The library's errors hold the token.
    return null
  }
}

// Only to know whom to expect: the library compares it with what it finds.
function issuerIn(idToken: string): string | null {
  const [, payload = ''] = idToken.split('.')
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), character =>
      character.charCodeAt(0),
    )
    const issuer = valueAt(JSON.parse(new TextDecoder().decode(bytes)), 'iss')
    return typeof issuer === 'string' ? issuer : null
  } catch {
    return null
  }
}

function isExpected(issuer: string, { issuer: known, endpoints }: IdTokenExpectation): boolean {
  if (known !== null) return issuer === known
  if (!URL.canParse(issuer)) return false
  const { origin } = new URL(issuer)
  return endpoints.some(endpoint => endpoint.origin === origin)
}
