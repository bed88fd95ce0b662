import { InvalidInputError } from '../errors.ts'

const ANY_ORIGIN = 'http://app.invalid'
const LONGEST = 2_000
/** Encoded control characters and slashes: some proxy decodes them, and a browser then reads another path. */
const ENCODED = /%(?:[01][0-9a-f]|2f|5c|7f)/i

/**
 * Where users may be sent when they come back: paths of the app that were listed in code, and nothing that a browser
 * would read as an address elsewhere (an open redirect).
 */
export class ReturnPaths {
  readonly #allowed: readonly string[]
  readonly #fallback: string

  /**
   * @param allowed exact paths (`/settings`), or all below one (`/settings/*`)
   * @param fallback a path, or a whole https address of yours; where everything else leads
   * @throws InvalidInputError one of them is no such path
   */
  constructor(allowed: readonly string[], fallback: string) {
    for (const path of allowed) {
      const plain = path.replace(/\/\*$/, '/')
      if (parsePath(plain)?.pathname === plain && !plain.includes('*')) continue
      throw new InvalidInputError(
        `connectRoutes(): returnTo must be paths like "/settings", or "/settings/*" for all below; ${JSON.stringify(path)} is none.`,
      )
    }
    if (parsePath(fallback) === null && !isOwnAddress(fallback)) {
      throw new InvalidInputError('connectRoutes(): defaultReturnTo must be a path like "/settings".')
    }
    this.#allowed = allowed
    this.#fallback = fallback
  }

  /** The path with its query where it is allowed, else the default. */
  of(candidate: unknown): string {
    return this.allowed(candidate) ?? this.#fallback
  }

  /** The path with its query; null: it is not among those that were listed. */
  allowed(candidate: unknown): string | null {
    const url = typeof candidate === 'string' ? parsePath(candidate) : null
    return url !== null && this.#allows(url.pathname) ? `${url.pathname}${url.search}` : null
  }

  /** The same, with `connect=…` and the provider in its query, for the app to tell its user. */
  withOutcome(candidate: unknown, outcome: string, provider: string): string {
    const path = this.of(candidate)
    const url = new URL(path, ANY_ORIGIN)
    url.searchParams.set('connect', outcome)
    url.searchParams.set('provider', provider)
    return url.origin === ANY_ORIGIN ? `${url.pathname}${url.search}${url.hash}` : url.href
  }

  #allows(pathname: string): boolean {
    return this.#allowed.some(path => {
      const below = /^(?<folder>\/.*)\*$/.exec(path)?.groups?.folder
      return below === undefined ? pathname === path : pathname.startsWith(below)
    })
  }
}

/** A path as a browser reads it, `..` and the like worked out; null: it leads elsewhere, or says so in some reading. */
function parsePath(text: string): URL | null {
  // Browsers take \ for /, and drop tabs and line ends before they read.
  const looksRight = text.startsWith('/') && !/[\\\p{Cc}]/u.test(text) && text.length <= LONGEST
  if (!looksRight || !URL.canParse(text, ANY_ORIGIN)) return null
  const url = new URL(text, ANY_ORIGIN)
  const isOwn = url.origin === ANY_ORIGIN && !url.pathname.includes('//') && !ENCODED.test(url.pathname)
  return isOwn && url.href.length <= LONGEST ? url : null
}

function isOwnAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
