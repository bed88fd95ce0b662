import { boundedText, mediaType } from './form-fields.ts'

const MOST_BYTES = 65_536
/** With a host and the app's own cookies it still fits into the 16 KB that Node takes as the head of a request. */
const LONGEST_QUERY = 8_000
/** Of RFC 6749 §4.1.2 and RFC 9207 §2. What else stands in the form (Apple: who the user is) belongs in no address. */
const PASSED_ON = ['state', 'code', 'iss', 'error']

/**
 * A callback that a page of the provider posts (OAuth 2.0 Form Post Response Mode), as the query of the same address by
 * `GET`. Nothing is looked up, and nothing used up: a form of another site comes without the cookies of the app.
 * @param query what stands in the address already
 * @returns beginning with `?`; or the HTTP status that says why there is none
 */
export async function postedCallback(
  request: Request,
  query: URLSearchParams,
): Promise<string | 400 | 413 | 415> {
  if (mediaType(request) !== 'application/x-www-form-urlencoded') return 415
  const text = await boundedText(request, MOST_BYTES)
  if (text === null) return 413
  const form = [...new URLSearchParams(text)]
  const names = [...query.keys(), ...form.map(([name]) => name)]
  // Of two, a proxy may have looked at the one and we at the other.
  if (new Set(names).size !== names.length || !names.includes('state')) return 400
  const passedOn = form.filter(([name]) => PASSED_ON.includes(name))
  const whole = `?${new URLSearchParams([...query, ...passedOn])}`
  return whole.length > LONGEST_QUERY ? 413 : whole
}
