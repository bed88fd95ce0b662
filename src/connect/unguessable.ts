import * as oauth from 'oauth4webapi'

/** 256 random bits in 43 characters of base64url: a state, a binding, a nonce, a PKCE verifier (RFC 7636 §4.1). */
export function unguessable(): string {
  return oauth.generateRandomState()
}

/** SHA-256 in base64url: what is kept of a value that somebody else has to bring back. */
export function digestOf(text: string): Promise<string> {
  return oauth.calculatePKCECodeChallenge(text)
}
