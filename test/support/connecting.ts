import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AuthorizationFlowError,
  type AuthorizationFlowReason,
  type AuthorizationStart,
  type CallbackResult,
  type Connected,
  type EvergrantEvent,
  OAuthTokenService,
  type OpenOptions,
  type ProviderOverride,
} from 'evergrant'
import { defineProvider, type ProviderDefinition } from 'evergrant/providers'
import { Authorizer, type AuthorizerOptions } from './authorizer.ts'

export const CLIENT = 'smart-tax-nation'
export const CALLBACK_URL = 'https://app.example/oauth/callback'

/** An authorization server `acme`, and services that connect accounts there. */
export class ConnectingWorld {
  readonly acme: Authorizer
  readonly events: EvergrantEvent[] = []
  readonly #others: Authorizer[] = []
  readonly #services: OAuthTokenService[] = []
  readonly #directories: string[] = []

  private constructor(acme: Authorizer) {
    this.acme = acme
  }

  static async start(options: AuthorizerOptions = {}): Promise<ConnectingWorld> {
    return new ConnectingWorld(await Authorizer.start(options))
  }

  /** The path of a SQLite file of its own. */
  async file(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'evergrant-connect-'))
    this.#directories.push(directory)
    return join(directory, 'tokens.db')
  }

  async authorizer(options: AuthorizerOptions = {}): Promise<Authorizer> {
    const other = await Authorizer.start(options)
    this.#others.push(other)
    return other
  }

  async open(
    options: OpenOptions = {},
    profile: Partial<ProviderDefinition> = {},
  ): Promise<OAuthTokenService> {
    const tokens = await OAuthTokenService.open({
      database: 'memory:',
      callbackUrl: CALLBACK_URL,
      onEvent: event => this.events.push(event),
      ...options,
      providers: { acme: providerAt(this.acme, 'acme', profile), ...options.providers },
    })
    this.#services.push(tokens)
    return tokens
  }

  /** Begins and ends a flow at `acme`. */
  async connect(
    tokens: OAuthTokenService,
    scopes: readonly string[] = [],
    account?: string,
  ): Promise<CallbackResult> {
    return this.finish(tokens, await tokens.authorizationUrl(CLIENT, 'acme', { scopes }), account)
  }

  finish(
    tokens: OAuthTokenService,
    { url, binding }: AuthorizationStart,
    account?: string,
  ): Promise<CallbackResult> {
    return tokens.handleCallback(this.acme.agree(url, account), { binding })
  }

  async close(): Promise<void> {
    await Promise.all(this.#services.map(tokens => tokens.close()))
    await Promise.all([this.acme, ...this.#others].map(server => server.close()))
    await Promise.all(this.#directories.map(directory => rm(directory, { recursive: true })))
  }
}

export function providerAt(
  server: Authorizer,
  name: string,
  profile: Partial<ProviderDefinition> = {},
): ProviderOverride {
  return {
    clientId: `app-at-${name}`,
    clientSecret: 'app-secret',
    profile: defineProvider({
      name,
      tokenEndpoint: `${server.url}/token`,
      authorizationEndpoint: `${server.url}/authorize`,
      issuer: server.url,
      ...profile,
    }),
  }
}

export function connectedOf(result: CallbackResult): Connected {
  if (result.kind === 'connected') return result
  throw new Error('it is not connected')
}

/** Why a flow was refused. */
export async function reasonOf(work: Promise<unknown>): Promise<AuthorizationFlowReason> {
  const error: unknown = await work.then(
    () => new Error('it was not refused'),
    cause => cause,
  )
  if (error instanceof AuthorizationFlowError) return error.reason
  throw error
}

/** What a browser brings that began a flow. */
export function by({ binding }: AuthorizationStart): { readonly binding: string } {
  return { binding }
}
