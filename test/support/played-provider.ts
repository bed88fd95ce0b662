import { systemClock } from '../../src/clock.ts'
import type { AppCredentials, RefreshAnswer, RevokeAnswer, RevokeRequest } from '../../src/ports/provider.ts'
import type { Metadata } from '../../src/ports/store.ts'
import { catalogueProfile } from '../../src/providers/catalogue-profiles.ts'
import { defineProvider, type ProviderDefinition } from '../../src/providers/define-provider.ts'
import { OAuth2Provider } from '../../src/providers/oauth2-provider.ts'
import type { Placeholder, ProviderProfile } from '../../src/providers/profile.ts'
import type { ProviderOverride } from '../../src/providers/provider-override.ts'
import { createProviders } from '../../src/providers/registry.ts'
import { Secret } from '../../src/secret.ts'
import { carriedBy, verdictOn } from './judged.ts'
import { type PlayedAnswer, RecordingTransport } from './recording-transport.ts'

type Options = Omit<ProviderOverride, 'profile'>
type Name = Parameters<typeof catalogueProfile>[0]

/** A refresh, and what became of it. */
export interface Played {
  readonly transport: RecordingTransport
  readonly provider: OAuth2Provider
  readonly profile: ProviderProfile
  readonly answer: RefreshAnswer
  /** `issued`, `refused`, …; the code of an ambiguous one. */
  readonly verdict: string
  /** The refresh token that the answer carried. */
  readonly successor: string | null
}

/** Values that may stand for the placeholders of a profile. */
export function sampleMetadata({ placeholders, endpointHosts }: ProviderProfile): Record<string, string> {
  const host = endpointHosts.find(allowed => allowed.includes('*'))?.replaceAll('*', 'acme') ?? 'acme.example'
  const sampleOf = ({ kind, values = [] }: Placeholder): string => {
    switch (kind) {
      case 'label':
      case 'segment':
        return 'acme'
      case 'choice':
        return values[0] ?? ''
      case 'host':
        return host
      case 'base':
        return `https://${host}`
    }
  }
  return Object.fromEntries(Object.entries(placeholders).map(([name, given]) => [name, sampleOf(given)]))
}

/** Refreshes at a provider of the catalogue that answers so. */
export async function play(
  name: Name,
  answer: PlayedAnswer,
  metadata?: Metadata,
  options: Options = {},
): Promise<Played> {
  return playProfile(await catalogueProfile(name), answer, metadata, options)
}

/** The same at a provider of one's own. */
export function playDefined(
  definition: Partial<ProviderDefinition>,
  answer: PlayedAnswer,
  options: Options = {},
): Promise<Played> {
  const profile = defineProvider({ name: 'acme', tokenEndpoint: 'https://id.example/token', ...definition })
  return playProfile(profile, answer, {}, options)
}

/** A revocation at the provider of a profile, and what became of it. */
export async function playRevocation(
  profile: ProviderProfile,
  kind: RevokeRequest['kind'],
  answer: PlayedAnswer,
  app: AppCredentials | null = { clientId: 'app', clientSecret: Secret.of('secret') },
): Promise<{ readonly transport: RecordingTransport; readonly answer: RevokeAnswer }> {
  const transport = new RecordingTransport(answer)
  const metadata = sampleMetadata(profile)
  const hosts = Object.values(metadata).map(value => value.replace('https://', ''))
  const own = Object.values(profile.placeholders).some(({ kind: of }) => of === 'host' || of === 'base')
  const rules = { ...profile, endpointHosts: [...profile.endpointHosts, ...(own ? hosts : [])] }
  const provider = new OAuth2Provider(rules, { transport, clock: systemClock })
  const token = Secret.of('sent')
  return { transport, answer: await provider.revoke({ app, token, kind, metadata, timeoutMs: 1_000 }) }
}

/** The same at the provider of a profile. */
export async function playProfile(
  profile: ProviderProfile,
  answer: PlayedAnswer,
  metadata: Metadata = sampleMetadata(profile),
  options: Options = {},
): Promise<Played> {
  const transport = new RecordingTransport(answer)
  const { name } = profile
  const hosts = Object.values(sampleMetadata(profile)).map(value => value.replace('https://', ''))
  const endpointHosts = hosts.filter(host => host.includes('.') && !/\.(uk)$/.test(host))
  const override = { clientId: 'app', clientSecret: 'secret', endpointHosts, profile, ...options }
  const provider = createProviders({ transport, clock: systemClock, overrides: { [name]: override } }).get(
    name,
  )
  const answered = await provider.refresh({
    app: {
      clientId: 'app',
      clientSecret: typeof override.clientSecret === 'string' ? Secret.of(override.clientSecret) : null,
    },
    refreshToken: Secret.of('sent'),
    metadata,
    timeoutMs: 1_000,
    until: Infinity,
  })
  return {
    transport,
    provider,
    profile,
    answer: answered,
    verdict: verdictOn(answered),
    successor: carriedBy(answered),
  }
}
