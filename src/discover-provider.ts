import type { ProviderDefinition } from './providers/define-provider.ts'
import type { ProviderProfile } from './providers/profile.ts'

/** What `discoverProvider` takes: name and issuer, and whatever the metadata do not say, or say wrong. */
export type DiscoverOptions = {
  readonly [Field in Exclude<keyof ProviderDefinition, 'name' | 'issuer'>]?:
    | ProviderDefinition[Field]
    | undefined
} & {
  /** The name in every call and in the table. */
  readonly name: string
  /** The issuer identifier, exactly as the server writes it: https, or http on loopback. */
  readonly issuer: string
  /** For each of at most two requests, in ms. Default ten seconds. */
  readonly timeoutMs?: number | undefined
}

const TEN_SECONDS_MS = 10_000

/**
 * The profile of a server, from the metadata that it publishes (RFC 8414, OpenID Connect Discovery). What they do not
 * say can be given: `traits`, `apiHosts`, … wins over what they say. Two requests at most; nothing is kept. Only the
 * public internet is asked, unless `allowPrivateNetwork` is true or the issuer is written as a loopback address; for an
 * issuer that a customer names, say `allowPrivateNetwork: false`.
 *
 * @example
 * const login = await discoverProvider({ name: 'login', issuer: 'https://login.acme.example' })
 * const tokens = await OAuthTokenService.open({ providers: { login: { profile: login, clientId: '…' } } })
 *
 * @throws InvalidInputError the issuer or one of its endpoints is not https
 * @throws ProviderMisconfiguredError it is not on the public internet
 * @throws ProviderUnavailableError it does not answer
 * @throws ProviderResponseError it has no metadata, those of another issuer, or none that a profile can be made of
 */
export async function discoverProvider(options: DiscoverOptions): Promise<ProviderProfile> {
  const { name, issuer, timeoutMs = TEN_SECONDS_MS, ...overrides } = options
  const allowPrivateNetwork = overrides.allowPrivateNetwork ?? null
  // An import of `evergrant` loads none of it.
  const { httpTransport } = await import('./transport/http-transport.ts')
  const { fetchMetadata } = await import('./providers/issuer-metadata.ts')
  const { profileOfMetadata } = await import('./providers/issuer-profile.ts')
  const transport = httpTransport()
  try {
    const metadata = await fetchMetadata({ name, issuer, transport, timeoutMs, allowPrivateNetwork })
    return profileOfMetadata(name, issuer, metadata, overrides)
  } finally {
    await transport.close()
  }
}
