// A number of 16 digits or more outside of a string; a string, or a number that is short, is left as it is.
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g
const LONG_NUMBER = /[:[,]\s*-?\d{16}/

/**
 * Parses JSON without rounding: whole numbers that JavaScript cannot hold, as ids of Zoho are, become strings. Null: it is
 * no JSON.
 */
export function parseExactJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(LONG_NUMBER.test(text) ? text.replace(TOKENS, quotedIfLong) : text) }
  } catch {
    return null
  }
}

function quotedIfLong(token: string): string {
  return /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token
}
