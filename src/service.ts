import type { Assembly } from './assemble.ts'
// Loaded with the service, and not as late as its first call: it remembers the context in which that happens.
import './async-context.ts'
import type { FetchOptions } from './authorized-fetch.ts'
import { checkCallOptions } from './call-options.ts'
import { confirmChange } from './confirming.ts'
import type { AuthorizationStart, CallbackResult, Connected } from './connect/connected.ts'
import type {
  AuthorizationOptions,
  CallbackOptions,
  ConfirmOptions,
  ExchangeCodeOptions,
} from './connect-options.ts'
import { finishConnecting, startConnecting } from './connecting.ts'
import { deleteConnection } from './deleting.ts'
import { authorizeDevice } from './device-connecting.ts'
import type { DeviceAuthorization, DeviceAuthorizationOptions } from './device-options.ts'
import { InvalidInputError } from './errors.ts'
import { type EventPage, listEvents } from './event-listing.ts'
import { exchangeBareCode } from './exchanging.ts'
import { fetchAuthorized } from './fetching.ts'
import { hasToken } from './has-token.ts'
import type { ServiceHealth } from './health.ts'
import { parseKey } from './input.ts'
import { type ListPage, listTokens } from './listing.ts'
import { unlessAborted } from './refresh/giving-up.ts'
import { type AccessToken, accessTokenOf } from './refresh/held-token.ts'
import { obtain } from './refresh/obtain.ts'
import type { SweepReport } from './refresh/sweeper.ts'
import { reject } from './rejecting.ts'
import type {
  AppGrantInput,
  CallCredentials,
  CallOptions,
  DeleteTokenOptions,
  GetTokenOptions,
  ListEventsOptions,
  ListTokensOptions,
  OpenOptions,
  StoreTokensInput,
  TransactionOptions,
} from './service-options.ts'
import { type Started, serveToken } from './serving.ts'
import { storeNewTokens } from './storing.ts'
import { readTokenRecord, type TokenRecord } from './token-record.ts'

/** The parts of a service, opened: what `evergrant/admin` works on. Not among the public names. */
export let assemblyOf: (service: OAuthTokenService) => Promise<Assembly>

/** As `open`, also where the key ring lacks keys that the database needs. Not among the public names. */
export let openWithAnyKeys: (options: OpenOptions) => Promise<OAuthTokenService>

/** A service over parts that are put together elsewhere: the simulation's. Not among the public names. */
export let serviceOver: (open: () => Promise<Assembly>) => OAuthTokenService

/**
 * Keeps OAuth tokens fresh: stored, sealed, refreshed before they expire by exactly one process, with the rotated
 * refresh token never lost.
 *
 * Every call may throw `InvalidInputError` (a wrong argument; nothing was changed) and `StoreUnavailableError`
 * (the database does not answer).
 *
 * @example
 * ```ts
 * const tokens = await OAuthTokenService.open({ providers: { zoho_crm: { clientId, clientSecret } } })
 * const accessToken = await tokens.getAccessToken('smart-tax-nation', 'zoho_crm')
 * ```
 */
export class OAuthTokenService {
  #open: () => Promise<Assembly>
  #opening: Promise<Assembly> | null = null
  #assembly: Assembly | null = null
  #closing: Promise<void> | null = null

  static {
    assemblyOf = service => service.#started(undefined)
    serviceOver = open => new OAuthTokenService(open)
    openWithAnyKeys = async options => {
      const service = new OAuthTokenService(async () =>
        (await import('./assemble.ts')).assemble(options, true),
      )
      await service.#ready()
      return service
    }
  }

  private constructor(open: () => Promise<Assembly>) {
    this.#open = open
  }

  /**
   * Opens the database, brings its tables up to date and loads the keys. What the options leave out comes from
   * the environment.
   * @throws InvalidInputError a wrong option, or keys or driver are missing: the message says what to do
   * @throws DecryptionError the keys lack one that the database needs: the message names it
   * @throws StoreUnavailableError the database does not answer
   */
  static async open(options: OpenOptions = {}): Promise<OAuthTokenService> {
    const service = OAuthTokenService.lazy(options)
    await service.#ready()
    return service
  }

  /** The same, opened at its first call. */
  static lazy(options: OpenOptions = {}): OAuthTokenService {
    return new OAuthTokenService(async () => (await import('./assemble.ts')).assemble(options))
  }

  /**
   * A valid access token. Refreshes when it is expired or within the refresh window: 5 minutes for a token that
   * lives an hour.
   * @param clientId a customer of yours, not the `client_id` of the OAuth app
   * @param credentials what the provider gave to your OAuth app; absent: those of `open`, then of the environment
   * @throws TokenNotFoundError nothing is stored, and no environment seed belongs to this client
   * @throws ReauthorizationRequiredError the grant is refused or gone
   * @throws ProviderUnavailableError | ProviderRateLimitedError | ProviderResponseError the provider fails, and no
   *   servable token is stored
   * @throws ProviderMisconfiguredError app credentials are wrong or missing, and no servable token is stored
   * @throws InsufficientScopeError a scope of `requireScopes` was not granted
   * @throws DecryptionError the stored token does not open
   */
  async getAccessToken(
    clientId: string,
    provider: string,
    credentials?: CallCredentials,
    options?: GetTokenOptions,
  ): Promise<string> {
    if (options === undefined && this.#assembly !== null) {
      const held = this.#assembly.cachedFor(clientId, provider, credentials)
      if (held !== null) return held.accessToken.reveal()
    }
    const call = { name: 'getAccessToken', clientId, provider, credentials, options } as const
    return (await serveToken(this.#started, call)).accessToken.reveal()
  }

  /** As {@link getAccessToken}, with expiry, scopes and what the provider said about the connection. */
  async getToken(
    clientId: string,
    provider: string,
    credentials?: CallCredentials,
    options?: GetTokenOptions,
  ): Promise<AccessToken> {
    const call = { name: 'getToken', clientId, provider, credentials, options } as const
    return accessTokenOf(await serveToken(this.#started, call))
  }

  /**
   * Refreshes now, whatever the stored token has left; joins a refresh under way. A provider that throttles or
   * fails is not asked before its time, nor more often than its budget of refreshes allows: then the error is
   * `ProviderRateLimitedError`.
   * @throws the same as {@link getAccessToken}
   */
  async refreshToken(
    clientId: string,
    provider: string,
    credentials?: CallCredentials,
    options: CallOptions = {},
  ): Promise<AccessToken> {
    const key = parseKey(clientId, provider)
    checkCallOptions('refreshToken', options, key)
    const assembly = await this.#started(options.signal)
    const demand = { minValidMs: 0, refreshNow: true }
    return accessTokenOf(await obtain(assembly, assembly.request(key, credentials, demand, options.signal)))
  }

  /**
   * Stores tokens after an OAuth flow, over whatever is there; wins over a refresh under way. Without
   * `refreshToken` and `scopes` the stored ones are kept; metadata is merged.
   */
  async storeTokens(
    clientId: string,
    provider: string,
    tokens: StoreTokensInput | AppGrantInput,
    options: TransactionOptions = {},
  ): Promise<void> {
    const key = parseKey(clientId, provider)
    checkCallOptions('storeTokens', options, key)
    return storeNewTokens(await this.#started(options.signal), key, tokens, options)
  }

  /** Whether there is something to begin with: a stored token, a seed for this client, or the app's own credentials. */
  async hasToken(clientId: string, provider: string, options: CallOptions = {}): Promise<boolean> {
    const key = parseKey(clientId, provider)
    checkCallOptions('hasToken', options, key)
    return hasToken(await this.#started(options.signal), key, options.signal)
  }

  /** The full record, for debugging; its secrets print as `[secret]`. @throws DecryptionError */
  async getTokenRecord(
    clientId: string,
    provider: string,
    options: CallOptions = {},
  ): Promise<TokenRecord | null> {
    const key = parseKey(clientId, provider)
    checkCallOptions('getTokenRecord', options, key)
    return readTokenRecord(await this.#started(options.signal), key, options.signal)
  }

  /**
   * Removes the row, for re-authorization; a refresh under way cannot bring it back, and an environment seed is
   * not used again. With `revoke` the grant is revoked at the provider too (RFC 7009).
   * @returns whether there was anything to remove
   * @throws ProviderUnavailableError deleted, but the provider has not confirmed: call it again
   */
  async deleteToken(clientId: string, provider: string, options: DeleteTokenOptions = {}): Promise<boolean> {
    const key = parseKey(clientId, provider)
    checkCallOptions('deleteToken', options, key)
    return deleteConnection(await this.#started(options.signal), key, options)
  }

  /** Connections without their secrets, ordered by client and provider, a page at a time. */
  async listTokens(options: ListTokensOptions = {}): Promise<ListPage> {
    checkCallOptions('listTokens', options)
    const assembly = await this.#started(options.signal)
    return unlessAborted(listTokens(assembly.ports.store, options), options.signal)
  }

  /**
   * What became of connections, the newest first, a page at a time: from the table of events, over all processes, also
   * of connections that are gone.
   */
  async listEvents(options: ListEventsOptions = {}): Promise<EventPage> {
    checkCallOptions('listEvents', options)
    const assembly = await this.#started(options.signal)
    return unlessAborted(listEvents(assembly.ports.store, options), options.signal)
  }

  /**
   * An API answered 401 to exactly this token: it is not served any more, by any process, and refreshed once
   * however many callers report it. At most one report in `policy.rejectedPauseMs` (30 s), and in the provider's
   * budget of refreshes, is acted on: an API that accepts no token at all must not end them one after the other.
   * @returns false when nothing was done: it is no longer the stored token, or the one before it was rejected a moment
   * ago. Ask for the current one; when that is the same, look for the fault elsewhere.
   */
  async reportRejected(
    clientId: string,
    provider: string,
    accessToken: string,
    options: CallOptions = {},
  ): Promise<boolean> {
    const key = parseKey(clientId, provider)
    checkCallOptions('reportRejected', options, key)
    const assembly = await this.#started(options.signal)
    return reject(assembly, key, accessToken, options.signal)
  }

  /**
   * `fetch` with the connection's access token in the provider's header scheme. When the API does not accept the
   * token, it is refreshed once and the request is repeated once, unless its body is a stream. Only to https hosts
   * that the provider's profile allows (`allowHosts` adds); redirects are not followed.
   * @throws the same as {@link getAccessToken}, and what `fetch` throws
   */
  async fetch(
    clientId: string,
    provider: string,
    input: string | URL | Request,
    init: FetchOptions = {},
  ): Promise<Response> {
    const key = parseKey(clientId, provider)
    checkCallOptions('fetch', init, key)
    return fetchAuthorized(this.#started, key, input, init)
  }

  /**
   * Begins to connect an account: where to send the browser, and the binding for its cookie. State, PKCE (S256) and nonce
   * are drawn here, and the flow is recorded for ten minutes.
   * @throws InvalidInputError an option, the redirect URI, or what the provider needs to know of the connection
   * @throws ProviderMisconfiguredError no app credentials are known
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
   */
  async authorizationUrl(
    clientId: string,
    provider: string,
    options: AuthorizationOptions = {},
  ): Promise<AuthorizationStart> {
    const key = parseKey(clientId, provider)
    checkCallOptions('authorizationUrl', options, key)
    const assembly = await this.#started(options.signal)
    return unlessAborted(startConnecting(assembly, key, options), options.signal)
  }

  /**
   * Ends it: whatever arrives at the redirect URI, as a URL or as the request. Of many callbacks with one state one is
   * exchanged. A signal ends the wait; a code that is being exchanged goes on to be stored.
   * @throws AuthorizationFlowError nothing was connected, for its `reason`; what was there is untouched
   * @throws ProviderUnavailableError | ProviderRateLimitedError | ProviderResponseError | ProviderMisconfiguredError what
   *   the token endpoint answered to the code
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
   */
  async handleCallback(callback: string | URL | Request, options: CallbackOptions): Promise<CallbackResult> {
    checkCallOptions('handleCallback', options ?? null)
    const assembly = await this.#started(options.signal)
    return unlessAborted(finishConnecting(assembly, callback, options), options.signal)
  }

  /**
   * A person agrees that the connection becomes one of another account: stores the tokens that `handleCallback` kept back.
   * @throws AuthorizationFlowError as there
   */
  async confirmAccountChange(confirmation: string, options: ConfirmOptions): Promise<Connected> {
    checkCallOptions('confirmAccountChange', options ?? null)
    const assembly = await this.#started(options.signal)
    return unlessAborted(confirmChange(assembly, confirmation, options), options.signal)
  }

  /**
   * Connects an account by a code that came without a callback: of Zoho's API console ("self client"), for instance.
   * @throws AuthorizationFlowError `refused`, or `account_changed`
   * @throws the same as {@link handleCallback} otherwise
   */
  async exchangeCode(
    clientId: string,
    provider: string,
    code: string,
    options: ExchangeCodeOptions = {},
  ): Promise<Connected> {
    const key = parseKey(clientId, provider)
    checkCallOptions('exchangeCode', options, key)
    const assembly = await this.#started(options.signal)
    return unlessAborted(exchangeBareCode(assembly, key, code, options), options.signal)
  }

  /**
   * Begins to connect an account where there is no browser: shows a code that a person enters at the provider.
   * @throws the same as {@link exchangeCode}
   * @see https://www.rfc-editor.org/rfc/rfc8628
   */
  async deviceAuthorization(
    clientId: string,
    provider: string,
    options: DeviceAuthorizationOptions = {},
  ): Promise<DeviceAuthorization> {
    const key = parseKey(clientId, provider)
    checkCallOptions('deviceAuthorization', options, key)
    return authorizeDevice(await this.#started(options.signal), key, options)
  }

  /**
   * Refreshes once whatever is due now, also what nobody asks for: for a scheduler of your own, in place of
   * `backgroundRefresh: { sweep: true }`. Only where app credentials are known to `open` or the environment.
   * A signal ends the wait; what is under way goes on.
   */
  async tick(options: CallOptions = {}): Promise<SweepReport> {
    checkCallOptions('tick', options)
    const assembly = await this.#started(options.signal)
    return unlessAborted(assembly.sweeper.tick(), options.signal)
  }

  /**
   * How this service object is: whether the database answers, what it has not taken yet, and the lifeboat. For a
   * readiness probe or an alert; a database that does not answer is told and not thrown, once the service is open.
   */
  async health(options: CallOptions = {}): Promise<ServiceHealth> {
    checkCallOptions('health', options)
    const assembly = await this.#started(options.signal)
    return unlessAborted(assembly.health(), options.signal)
  }

  /** Takes no new work, waits for refreshes in flight, and closes what it opened. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    const opening = this.#opening
    this.#opening = null
    this.#assembly = null
    const assembly = await opening?.catch(() => null)
    await assembly?.close()
  }

  readonly #started: Started = async signal => {
    signal?.throwIfAborted()
    return this.#assembly ?? unlessAborted(this.#ready(), signal)
  }

  async #ready(): Promise<Assembly> {
    if (this.#closing !== null)
      throw new InvalidInputError('This OAuthTokenService is closed. Open another one.')
    this.#opening ??= this.#open()
    const opening = this.#opening
    try {
      const assembly = await opening
      if (this.#opening === opening) this.#assembly = assembly
      // It opens once. What it was given holds the text of the keys: let it go.
      this.#open = () => opening
      return assembly
    } catch (error) {
      // The next call tries again: the database may be up by then.
      if (this.#opening === opening) this.#opening = null
      throw error
    }
  }
}
