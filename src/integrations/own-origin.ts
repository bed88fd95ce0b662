/**
 * Whether a request was made by a page of the app itself, as browsers tell: `Sec-Fetch-Site`, or `Origin` where that is
 * not sent. What tells neither is refused, as it is not a browser that is up to date.
 * @param allowed further origins whose pages may start, `https://app.example`
 */
export function isFromOwnPage(request: Request, allowed: readonly string[]): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null && allowed.includes(origin)) return true
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  if (origin === null || !URL.canParse(origin)) return false
  return new URL(origin).host === request.headers.get('host')
}

/** Whether a browser loads this before anybody has clicked: nothing may happen yet. */
export function isPrefetch({ headers }: Request): boolean {
  const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map(name => headers.get(name) ?? '')
  return purposes.some(purpose => /\b(?:prefetch|prerender|preview)\b/.test(purpose))
}

/** Whether a `Host` is this machine by its own name for itself. */
export function isLoopback(host: string | null): boolean {
  return /^(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(host ?? '')
}
