import type { Assembly } from './assemble.ts'
import { confirmLater } from './confirming.ts'
import { beginFlow, type FlowRequest } from './connect/begin-flow.ts'
import { type Callback, parseCallback } from './connect/callback.ts'
import { checkCallback } from './connect/check-callback.ts'
import type { AuthorizationStart, CallbackResult } from './connect/connected.ts'
import { refuseImpostor } from './connect/impostors.ts'
import { issuerOf } from './connect/issuer.ts'
import { redirectUriOf } from './connect/redirect-uris.ts'
import { placeOf } from './connect/same-place.ts'
import { type TakenFlow, takeFlow } from './connect/take-flow.ts'
import {
  parseBinding,
  parseOptionalText,
  parseParameters,
  parseResource,
  parseReturnTo,
  parseUser,
} from './connect-input.ts'
import type { AuthorizationOptions, CallbackOptions } from './connect-options.ts'
import { InvalidInputError, ProviderMisconfiguredError } from './errors.ts'
import { exchangedFor, requiredApp } from './exchanging.ts'
import { concluded, concluding, told } from './flow-ends.ts'
import { parseMetadata } from './input.ts'
import type { AppCredentials } from './ports/provider.ts'
import type { ConnectionKey, Metadata } from './ports/store.ts'
import type { ProviderProfile } from './providers/profile.ts'
import { resourcesOf } from './providers/resources.ts'
import { named } from './refresh/refusal-error.ts'
import { Secret } from './secret.ts'
import { wantedScopes } from './wanted-scopes.ts'

/** `authorizationUrl`. */
export async function startConnecting(
  assembly: Assembly,
  key: ConnectionKey,
  options: AuthorizationOptions,
): Promise<AuthorizationStart> {
  const { providers, ports, redirectUris } = assembly
  const { profile } = providers.get(key.provider)
  const app = requiredApp(assembly, key, options.credentials)
  const given = parseMetadata(options.metadata, key)
  const scopes = wantedScopes(profile, options.scopes, key)
  const before = (await ports.store.read(key))?.metadata
  const resource = resourceOf({ ...before, ...given }, key, options.resource)
  const metadata = { ...placeOf(profile, before), ...given, ...resource.remembered }
  const text = (name: 'redirectUri' | 'callbackUrl' | 'context'): string | undefined =>
    parseOptionalText(options[name], name, key)
  const request: FlowRequest = {
    key,
    profile,
    app,
    redirectUri: redirectUriOf(profile, {
      redirectUri: text('redirectUri'),
      configured: providers.redirectUriOf(key.provider),
      callbackUrl: text('callbackUrl') ?? assembly.callbackUrl,
      context: text('context'),
    }),
    scopes,
    user: parseUser(options.user, key),
    returnTo: parseReturnTo(options.returnTo, key),
    parameters: parseParameters(options.parameters, key),
    metadata,
    resource: resource.asked,
  }
  refuseAppGrant(profile)
  refusePublicClient(assembly, key, app)
  refuseImpostor(
    profile,
    metadata,
    providers.names.map(name => providers.get(name).profile),
  )
  refuseSharedUri(assembly, key.provider, request.redirectUri.sent)
  return beginFlow(ports, redirectUris, request)
}

/** `handleCallback`. */
export async function finishConnecting(
  assembly: Assembly,
  callback: string | URL | Request,
  options: CallbackOptions,
): Promise<CallbackResult> {
  const parsed = await parseCallback(callback)
  const presented = {
    binding: parseBinding(options.binding),
    user: parseUser(options.user),
    clientId: options.clientId,
    provider: options.provider,
  }
  // From here on it goes on without the caller: the flow is used up, and soon there are tokens.
  return assembly.newGrants.whatever(
    told(assembly, async () => {
      const flow = await takeFlow(assembly.ports, 'authorization', parsed.state, presented)
      return concluded(assembly, flow, () => exchange(assembly, flow, parsed, options))
    }),
  )
}

async function exchange(
  assembly: Assembly,
  flow: TakenFlow,
  callback: Callback,
  options: CallbackOptions,
): Promise<CallbackResult> {
  const { record, details, secrets } = flow
  const key = { clientId: record.clientId, provider: record.provider }
  const { profile } = assembly.providers.get(key.provider)
  const app = requiredApp(assembly, key, options.credentials)
  const otherIssuers = assembly.providers.names
    .filter(name => name !== key.provider)
    .flatMap(name => issuerOf(assembly.providers.get(name).profile, {}) ?? [])
  const { code, metadata } = checkCallback(flow, callback, { profile, app, otherIssuers })
  const verifier = secrets.get('verifier')
  const nonce = secrets.get('nonce')
  const ready = await exchangedFor(
    assembly,
    key,
    {
      app,
      code,
      codeVerifier: typeof verifier === 'string' ? Secret.of(verifier) : null,
      redirectUri: record.redirectUri,
      metadata,
      resource: details.resource,
    },
    {
      wanted: details.wanted,
      asked: details.scopes,
      returnTo: details.returnTo,
      nonce: typeof nonce === 'string' ? nonce : null,
      callback: callback.parameters,
    },
  )
  const kept = await assembly.newGrants.keep(ready, profile, false, concluding(assembly, flow))
  return kept.kind === 'connected' ? kept.connected : await confirmLater(assembly, flow, kept.ready)
}

interface Resource {
  readonly asked: readonly string[]
  /** Each refresh names it again (RFC 8707 §2.2): so the connection remembers. */
  readonly remembered: Metadata
}

// Not given, it is that of the connection: another grant would be refreshed for what it does not hold.
function resourceOf(before: Metadata, key: ConnectionKey, resource: unknown): Resource {
  if (resource === undefined) return { asked: resourcesOf(before), remembered: {} }
  const asked = parseResource(resource, key)
  return { asked, remembered: { resource: asked } }
}

function refuseAppGrant({ name, traits }: ProviderProfile): void {
  if (traits.grant !== 'client_credentials') return
  throw new InvalidInputError(
    `"${name}" is asked with the app's own credentials (client credentials): no account is connected there.`,
    { provider: name },
  )
}

// The user would agree, and then nobody could exchange the code.
function refusePublicClient({ providers }: Assembly, key: ConnectionKey, app: AppCredentials): void {
  const { clientAuthentication } = providers.get(key.provider).profile
  if (clientAuthentication === 'none' || app.clientSecret !== null) return
  if (providers.hasOtherSecrets(key.provider, app)) return
  throw new ProviderMisconfiguredError(
    `${named(key)}: ${key.provider} wants the client secret of the app (${clientAuthentication}), and none is given: no code ` +
      "could be exchanged. Give clientSecret with clientId. For a public client, take a profile with clientAuthentication: 'none'.",
    key,
  )
}

function refuseSharedUri({ providers }: Assembly, provider: string, redirectUri: string): void {
  const other = providers.names.find(
    name => name !== provider && providers.redirectUriOf(name) === redirectUri,
  )
  if (other === undefined) return
  throw new InvalidInputError(
    `"${provider}" and "${other}" have the same redirect URI, so that their answers could be taken for each other. ` +
      'Register one of its own for each, and give it as redirectUri in the options of the provider.',
    { provider },
  )
}
