import { DecryptionError } from '../errors.ts'
import type { Cipher, SealedPurpose } from '../ports/cipher.ts'
import type { ConnectionRow } from '../ports/store.ts'
import type { Secret } from '../secret.ts'

/** Whether a row holds this very token. One that does not open is another: whoever wrote it wins. */
export function opensTo(cipher: Cipher, row: ConnectionRow, purpose: SealedPurpose, value: Secret): boolean {
  const text = purpose === 'access_token' ? row.accessToken : row.refreshToken
  if (text === null) return false
  try {
    return cipher.open(text, { purpose, clientId: row.clientId, provider: row.provider }).equals(value)
  } catch (error) {
    if (error instanceof DecryptionError) return false
    throw error
  }
}
