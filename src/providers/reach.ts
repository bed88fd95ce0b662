import { isLoopback } from '../ports/secure-url.ts'
import { NOT_PUBLIC, OTHER_PORT, type Reach, type Transport } from '../ports/transport.ts'
import { resolveEndpoint } from './endpoints.ts'
import type { ProviderProfile } from './profile.ts'

/** Which requests of a provider may go where. */
export interface ReachRules {
  readonly allowPrivateNetwork: boolean | null
  /** Hosts of a profile of Evergrant's own, which nobody else has a word in. */
  readonly builtIn: ReadonlySet<string>
  /** Hosts, with their ports, that stand in the code; a `*` for one label. */
  readonly named: ReadonlySet<string>
}

/**
 * What may be asked for connections of a profile.
 * @param own the profile as Evergrant has it, before the options of the back end; null: it is the back end's own
 */
export function reachRules(profile: ProviderProfile, own: ProviderProfile | null): ReachRules {
  return {
    allowPrivateNetwork: profile.allowPrivateNetwork,
    builtIn: new Set(own === null ? [] : [...constantHosts(own), ...own.endpointHosts]),
    named: new Set([...constantHosts(profile), ...profile.endpointHosts]),
  }
}

/** Where a request to this URL may go. Null: nowhere, because nobody named its port. */
export function reachOf(url: URL, { allowPrivateNetwork, builtIn, named }: ReachRules): Reach | null {
  const isNamed = named.has(url.host)
  if (url.port !== '' && !isNamed && ![...named].some(host => portOf(host) === url.port)) return null
  if (allowPrivateNetwork !== null) return allowPrivateNetwork ? 'anywhere' : 'public'
  return builtIn.has(url.host) || (isNamed && isLoopback(url.hostname)) ? 'anywhere' : 'public'
}

/** A transport that lets each request go as far as the rules of its provider have it. */
export function reachingTransport(transport: Transport, rules: ReachRules): Transport {
  return {
    send: async request => {
      const reach = reachOf(request.url, rules)
      if (reach === null) return { kind: 'unsent', reason: OTHER_PORT }
      return await transport.send({ ...request, reach })
    },
    close: () => transport.close(),
  }
}

/** What is to be said of a request that was not sent because it may not go there. Null: it is another reason. */
export function refusedReach(reason: string): string | null {
  switch (reason) {
    case NOT_PUBLIC:
      return 'the host is not on the public internet; allowPrivateNetwork of the provider is for servers in your own network'
    case OTHER_PORT:
      return 'the port is neither 443 nor named in code; endpointHosts of the provider names hosts with their ports'
    default:
      return null
  }
}

// What an endpoint is for a connection that says nothing is what the code says.
function constantHosts(profile: ProviderProfile): readonly string[] {
  const endpoints = [
    profile.tokenEndpoint,
    profile.refreshEndpoint,
    profile.revocationEndpoint,
    profile.deviceAuthorizationEndpoint,
    profile.account?.kind === 'request' ? profile.account.url : null,
  ]
  return endpoints.flatMap(endpoint => {
    if (endpoint === null) return []
    try {
      return [resolveEndpoint(endpoint, {}, profile).host]
    } catch {
      // It needs what a connection says. A function of the back end may fail in any way.
      return []
    }
  })
}

function portOf(host: string): string {
  return /:(\d+)$/.exec(host)?.[1] ?? ''
}
