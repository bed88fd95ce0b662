import type { AuthorizationOptions, Connected, OAuthTokenService } from 'evergrant'

/** What the routes need of a service: an `OAuthTokenService`. */
export type ConnectService = Pick<
  OAuthTokenService,
  'authorizationUrl' | 'handleCallback' | 'confirmAccountChange'
>

/** A value, or the promise of one; null or undefined: nobody is signed in, and the answer is 401. */
export type SessionName = string | null | undefined | Promise<string | null | undefined>

/** Metadata of a connection, or the promise of it; null or undefined: none is known. */
export type PlaceholderValues =
  | AuthorizationOptions['metadata']
  | null
  | Promise<AuthorizationOptions['metadata'] | null>

/** What is asked of a provider when an account is connected. */
export interface ConnectedProvider {
  /** The scopes to ask for. Default: those of the provider's options or profile. */
  readonly scopes?: readonly string[] | undefined
  /** Further parameters of the authorization request: `prompt`, `login_hint`, … */
  readonly parameters?: AuthorizationOptions['parameters']
  /** The API that the token is for (RFC 8707): an absolute URI, or several. */
  readonly resource?: AuthorizationOptions['resource']
  /** The provider's name for people. Default: its name here. */
  readonly label?: string | undefined
}

/** Options of `connectRoutes()`. `Context` is what the framework hands to a handler: a request of Express, a context of Hono. */
export interface ConnectRoutesOptions<Context> {
  /** The providers that users may connect, by name, and what is asked of each. All others are 404. */
  readonly providers: Readonly<Record<string, ConnectedProvider>>
  /** The client that an account is connected for: from your session, never from what the request says itself. */
  readonly clientOf: (context: Context) => SessionName
  /** The user who is signed in, from your session: who begins to connect an account has to finish it. */
  readonly userOf: (context: Context) => SessionName
  /**
   * Values for the placeholders of a provider: `{ shop: 'acme.myshopify.com' }`, from your own data, or from the fields
   * of the form that began. What is no host or name of the provider's is refused before anything is sent
   * (`InvalidInputError`, which goes to the framework). Default: those that the connection has already.
   * @param provider its name
   * @param fields of the form, or of the JSON object, that began; each as it was typed
   */
  readonly metadataOf?:
    | ((provider: string, context: Context, fields: ReadonlyMap<string, string>) => PlaceholderValues)
    | undefined
  /**
   * Where the form may ask to come back to, by its field `returnTo`: exact paths of yours, or `/settings/*` for all
   * below. Default: none, so that everything leads to `defaultReturnTo`.
   */
  readonly returnTo?: readonly string[] | undefined
  /** Where users come back to otherwise: a path, or a whole address of yours. Default `/`. */
  readonly defaultReturnTo?: string | undefined
  /**
   * The address of the callback without the provider, as browsers see it: `https://app.example/oauth/callback`.
   * Default: that of `open()`, at the path at which requests arrive. Needed where a proxy takes a part of the path away.
   */
  readonly callbackUrl?: string | undefined
  /** Other origins whose pages may start, as `https://app.example` where this is `https://api.example`. Default: none. */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Told of each account that was connected, before the user is sent on. What it throws goes to the framework. */
  readonly onConnected?: ((connected: Connected, context: Context) => void | Promise<void>) | undefined
}
