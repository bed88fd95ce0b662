/** The text of a body. `intact`: every byte meant a character. */
export interface AnswerText {
  readonly text: string
  readonly intact: boolean
}

/**
 * Decodes a body by its bytes, whatever its label says: UTF-8, or UTF-16 behind a byte order mark. Broken bytes
 * become U+FFFD, so that the rest can still be searched for a refresh token.
 */
export function decodeAnswer(body: Uint8Array): AnswerText {
  const encoding = encodingOf(body)
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(body), intact: true }
  } catch {
    return { text: new TextDecoder(encoding).decode(body), intact: false }
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return 'utf-8'
}
