const LONGEST = 2_048
/** Encoded control characters, slashes and backslashes: some server or proxy decodes them, and a browser then leaves. */
const ENCODED = /%(?:[01][0-9a-f]|2f|5c|7f)/i

/**
 * Whether a text is a path on the own site, whoever reads it: it begins with one slash, and neither a browser nor a
 * server in between can take it for another host (RFC 9700 §4.11.1).
 */
export function isReturnPath(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > LONGEST) return false
  if (!/^\/[\x21-\x7e]*$/.test(text) || text.includes('\\')) return false
  const [path = ''] = text.split(/[?#]/)
  if (path.includes('//') || ENCODED.test(path)) return false
  return !path.split('/').some(segment => /^(?:\.|%2e){1,2}$/i.test(segment))
}
