import { createHash } from 'node:crypto'
import type { TokenParams } from './token-params.ts'

/** What the exchange of a code has to show the origin of (RFC 7636). */
export interface CodeChallenge {
  readonly method: 'S256' | 'plain'
  readonly value: string
}

const SHAPE = /^[\w.~-]{43,128}$/

/** The challenge of an authorization request; null: it has none. */
export function parseChallenge(params: TokenParams): CodeChallenge | null | 'malformed' {
  const { code_challenge: value, code_challenge_method: method = 'plain' } = params
  if (value === undefined) return null
  if ((method !== 'S256' && method !== 'plain') || !SHAPE.test(value)) return 'malformed'
  return { method, value }
}

/** Whether a verifier is the one that a challenge was made of (RFC 7636 §4.6). */
export function isMetBy({ method, value }: CodeChallenge, verifier: string | undefined): boolean {
  if (verifier === undefined || !SHAPE.test(verifier)) return false
  const shown = method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url')
  return shown === value
}
