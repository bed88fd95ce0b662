import { UsageError } from '../failure.ts'
import { type Invocation, textOption, textsOption } from '../invocation.ts'
import { isLoopbackRedirect } from './loopback-place.ts'
import { parseParameters, profileOf } from './provider-parameters.ts'

/** One account to connect, as the command line says it. */
export interface ConnectRequest {
  readonly clientId: string
  readonly provider: string
  /** By the browser of this machine, by one elsewhere, or with a code that somebody has already. */
  readonly way: 'browser' | 'device' | 'code'
  /** Undefined: what is configured or what the connection has, else what the provider gives unasked. */
  readonly scopes: readonly string[] | undefined
  /** Whether what is configured comes before what the connection has. */
  readonly asksAsConfigured: boolean
  /** Values for placeholders of the provider. */
  readonly parameters: Readonly<Record<string, string>>
  readonly redirectUri: string | undefined
  readonly port: string | undefined
  readonly opensBrowser: boolean
  readonly replacesAccount: boolean
}

/** @throws UsageError options that do not go together */
export async function connectRequest(
  invocation: Invocation,
  clientId: string,
  provider: string,
): Promise<ConnectRequest> {
  const { options, config } = invocation
  if (options.code === true && options.device === true) {
    throw new UsageError('--device does not go with --code: each is a way of its own.')
  }
  const way = options.code === true ? 'code' : options.device === true ? 'device' : 'browser'
  if (way !== 'browser' && options.port !== undefined) {
    throw new UsageError(`--port does not go with --${way}: no browser comes back.`)
  }
  if (way === 'device' && options.redirectUri !== undefined) {
    throw new UsageError('--redirect-uri does not go with --device: no browser comes back.')
  }
  const profile = await profileOf(provider, config)
  return {
    clientId,
    provider,
    way,
    scopes: scopesOf(textOption(invocation, 'scopes')),
    asksAsConfigured: false,
    parameters: parseParameters(textsOption(invocation, 'parameter'), profile),
    redirectUri: textOption(invocation, 'redirectUri') ?? configuredRedirect(invocation, provider, way),
    port: textOption(invocation, 'port'),
    opensBrowser: options.browser !== false,
    replacesAccount: options.replaceAccount === true,
  }
}

/** The same for a new account: scopes of the config file are what somebody wants now. */
export async function withConfiguredScopes(
  request: ConnectRequest,
  { config }: Invocation,
): Promise<ConnectRequest> {
  const ofProfile = (await profileOf(request.provider, config))?.authorization?.scopes ?? []
  const isConfigured = config.providers?.[request.provider]?.scopes !== undefined || ofProfile.length > 0
  return { ...request, asksAsConfigured: isConfigured }
}

/** That of the config file, where the command line can answer there; a web application's is not for it. */
function configuredRedirect(
  { config, options }: Invocation,
  provider: string,
  way: ConnectRequest['way'],
): string | undefined {
  const redirectUri = config.providers?.[provider]?.redirectUri
  const isUsable = way === 'browser' && options.port === undefined
  return isUsable && redirectUri !== undefined && isLoopbackRedirect(redirectUri) ? redirectUri : undefined
}

function scopesOf(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const scopes = text.split(/[\s,]+/).filter(scope => scope !== '')
  if (scopes.length === 0) throw new UsageError('--scopes is empty. Name some: --scopes one,two')
  return scopes
}
