const UTF_8 = 0
const UTF_16LE = 1

/**
 * The bytes of a string, behind one byte for their encoding. A lone surrogate has no UTF-8 form (it would become
 * U+FFFD), so a string with one goes as UTF-16: what is sealed is exactly what was received.
 */
export function encodePlaintext(text: string): Buffer {
  // TypeScript's ES2023 library lacks `isWellFormed`; in Unicode mode, only a lone surrogate matches this.
  return /\p{Surrogate}/u.test(text)
    ? Buffer.concat([Buffer.from([UTF_16LE]), Buffer.from(text, 'utf16le')])
    : Buffer.concat([Buffer.from([UTF_8]), Buffer.from(text, 'utf8')])
}

/** Null: an encoding that this version does not know. */
export function decodePlaintext(bytes: Buffer): string | null {
  switch (bytes[0]) {
    case UTF_8:
      return bytes.toString('utf8', 1)
    case UTF_16LE:
      return bytes.toString('utf16le', 1)
    default:
      return null
  }
}
