import { InvalidInputError } from '../errors.ts'
import { isSecureUrl } from '../ports/secure-url.ts'
import { isAllowedHost } from '../providers/allowed-hosts.ts'
import type { ProviderProfile } from '../providers/profile.ts'

const SEGMENT = /^[A-Za-z0-9._~-]{1,255}$/
const MOST_OWNERS = 10_000

/** Where a redirect URI comes from: the first that is given counts. */
export interface RedirectUriSources {
  /** Of the call. */
  readonly redirectUri: string | undefined
  /** Of the provider's options. */
  readonly configured: string | undefined
  /** Of the call, else of `open`. */
  readonly callbackUrl: string | undefined
  readonly context: string | undefined
}

/** A redirect URI as it is sent, and the URL at which the browser comes back. */
export interface RedirectUri {
  readonly sent: string
  /** Null: a provider that knows it by a name of its own (eBay), and no URL is given. */
  readonly url: string | null
}

/** The redirect URI of a flow. @throws InvalidInputError */
export function redirectUriOf(profile: ProviderProfile, sources: RedirectUriSources): RedirectUri {
  const { name } = profile
  const given = sources.redirectUri ?? sources.configured
  const built =
    sources.callbackUrl === undefined ? null : builtUri(sources.callbackUrl, sources.context, name)
  if (profile.authorization.redirectUri === 'name') {
    if (given !== undefined) return { sent: given, url: built }
    throw new InvalidInputError(
      `"${name}" knows the redirect URI by a name of its own. Give that as redirectUri, here or in the options of the provider.`,
      { provider: name },
    )
  }
  if (given !== undefined) return { sent: parseRedirectUri(given, 'redirectUri', name), url: given }
  if (built !== null) return { sent: built, url: built }
  throw new InvalidInputError(
    `No redirect URI is known for "${name}". Give open() a callbackUrl, as "https://app.example/oauth/callback": ` +
      'the name of the provider is appended, and the whole is what you register at the provider.',
    { provider: name },
  )
}

function builtUri(callbackUrl: string, context: string | undefined, provider: string): string {
  const base = parseRedirectUri(callbackUrl, 'callbackUrl', provider)
  const segment = context ?? provider
  if (!SEGMENT.test(segment) || /^\.+$/.test(segment)) {
    throw new InvalidInputError(
      `The ${context === undefined ? 'name of the provider' : 'context'} cannot end a redirect URI: ` +
        'only letters, digits and -._~ can. Give another context, or the whole redirectUri.',
      { provider },
    )
  }
  if (new URL(base).search !== '') {
    throw new InvalidInputError('callbackUrl must not have a query: the context is appended to its path.', {
      provider,
    })
  }
  return `${base.replace(/\/$/, '')}/${segment}`
}

/**
 * https, or http to this machine (RFC 8252 §7.3), without fragment (RFC 6749 §3.1.2) and credentials.
 * @throws InvalidInputError
 */
export function parseRedirectUri(given: unknown, what: string, provider?: string): string {
  if (typeof given === 'string' && /^[\x21-\x7e]{1,2048}$/.test(given) && URL.canParse(given)) {
    if (isSecureUrl(new URL(given)) && !given.includes('#')) return given
  }
  throw new InvalidInputError(
    `${what} must be an https URL without fragment and credentials; http is accepted for this machine only.`,
    { provider },
  )
}

/** Who answers at a redirect URI. */
export interface RedirectOwner {
  readonly profile: ProviderProfile
  readonly appId: string
  readonly tokenEndpoint: URL
}

/**
 * Remembers whose each redirect URI is. Two authorization servers that answer at one URI can be taken for each other
 * (RFC 9700 §4.4); where the URI tells them apart, a code that comes in at the one is never sent to the other.
 */
export class RedirectUris {
  readonly #owners = new Map<string, string>()

  /** @throws InvalidInputError it is another's */
  claim(redirectUri: string, { profile, appId, tokenEndpoint }: RedirectOwner): void {
    const { name: provider, endpointHosts } = profile
    // All shops of one platform are its own: `*.myshopify.com`. Two servers that are listed one by one are not.
    const operator = endpointHosts.find(pattern => isAllowedHost(tokenEndpoint.host, [pattern])) ?? null
    const owner = JSON.stringify([provider, appId, operator])
    const known = this.#owners.get(redirectUri)
    if (known !== undefined && known !== owner) {
      throw new InvalidInputError(
        `The redirect URI of "${provider}" is in use for another provider, another OAuth app or another host of it. ` +
          'Each needs one of its own, so that their answers cannot be taken for each other: give another context, ' +
          'or another redirectUri, and register that.',
        { provider },
      )
    }
    this.#owners.delete(redirectUri)
    this.#owners.set(redirectUri, owner)
    const [oldest] = this.#owners.keys()
    if (this.#owners.size > MOST_OWNERS && oldest !== undefined) this.#owners.delete(oldest)
  }
}
