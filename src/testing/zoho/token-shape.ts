import { randomBytes } from 'node:crypto'

const half = (): string => randomBytes(16).toString('hex')

/** A token as Zoho's look: grant codes, access tokens and refresh tokens alike, 70 characters. */
export function newToken(): string {
  return `1000.${half()}.${half()}`
}
