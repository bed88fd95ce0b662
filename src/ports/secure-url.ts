const LOOPBACK_IPV4 = /^127(?:\.\d{1,3}){3}$/

/**
 * Whether secrets may be sent to a URL: https, or http to this machine (RFC 8252 §7.3), and no credentials in
 * it. `URL` has already turned other spellings of an IPv4 address into the usual one.
 */
export function isSecureUrl(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || isLoopbackHttp(url)
}

/** Whether a URL is plain http to this machine. */
export function isLoopbackHttp(url: URL): boolean {
  return url.protocol === 'http:' && isLoopback(url.hostname)
}

/** Whether a host is written as this machine. What a name leads to is another matter. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || LOOPBACK_IPV4.test(hostname)
}
