import { InvalidInputError } from '../errors.ts'

/**
 * A host that access tokens may be sent to, with its port when that is not 443.
 * @throws InvalidInputError anything else than a host: a URL, a path, a pattern.
 */
export function parseHost(host: unknown, provider: string): string {
  if (typeof host === 'string') {
    const canonical = hostOf(host)
    if (canonical !== null && canonical === host.toLowerCase()) return canonical
  }
  throw new InvalidInputError(
    `The provider "${provider}" lists an API host that is not one. ` +
      'A host is a name like "www.zohoapis.com", with ":port" when it is not 443: no scheme, no path, no pattern.',
    { provider },
  )
}

function hostOf(host: string): string | null {
  if (/[*/?#@\\]/.test(host)) return null
  try {
    return new URL(`https://${host}`).host
  } catch {
    return null
  }
}
