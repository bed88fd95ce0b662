import { randomBytes } from 'node:crypto'

const half = (): string => randomBytes(16).toString('hex')

/** A token as Zoho's look: grant codes, access tokens and refresh tokens alike, 70 characters. */
export function newToken(prefix: '1000' | '1004' = '1000'): string {
  return `${prefix}.${half()}.${half()}`
}
