import type { ProviderTraits } from '../lifecycle/provider-traits.ts'
import type { Metadata } from '../ports/store.ts'
import type { AnswerPattern, AnswerRules } from './answer-rules.ts'

/**
 * How a client proves itself at the token endpoint (RFC 6749 §2.3.1). `client_secret_basic` form-encodes id and
 * secret, as the standard has it. A server that does not decode them is content as long as they hold nothing but
 * letters, digits and `-._*`; else take `client_secret_post`.
 */
export type ClientAuthentication = 'client_secret_post' | 'client_secret_basic' | 'none'

/**
 * A URL, or a function that finds it for a connection. A URL may hold placeholders that the profile declares:
 * `https://{subdomain}.zendesk.com/oauth/tokens`. Metadata come from the database and from callbacks: a function
 * maps them through a table and throws InvalidInputError for what is not in it; it never builds a host from them.
 */
export type Endpoint = string | ((metadata: Metadata) => string)

/**
 * What may stand for a `{name}` in an endpoint. The value comes from the connection's metadata under that name, else
 * from `parameters` of the provider's options, else from `default`.
 * - `label`: one label of a host name (`acme` in `acme.zendesk.com`).
 * - `segment`: one segment of a path (a tenant, a realm).
 * - `choice`: one of `values`.
 * - `host`: a whole host; only one that `endpointHosts` allows.
 * - `base`: an https URL without query; only on a host that `endpointHosts` allows.
 */
export interface Placeholder {
  readonly kind: 'label' | 'segment' | 'choice' | 'host' | 'base'
  /** What it is, for whoever has to give it: `the subdomain of the Zendesk account`. */
  readonly description: string
  /** Of `choice`: all there are. */
  readonly values?: readonly string[] | undefined
  /** Where neither connection nor options name one. Absent: one of them has to. */
  readonly default?: string | undefined
}

/** How an account is connected: what an authorization request of RFC 6749 §4.1 needs beside the standard's. */
export interface AuthorizationRules {
  /** PKCE (RFC 7636). Null: not known. It is used wherever it is not `rejected`. */
  readonly pkce: 'required' | 'supported' | 'rejected' | null
  /** Parameters of every request, for instance `access_type: 'offline'`. */
  readonly parameters: Readonly<Record<string, string>>
  /** What is asked for where a call names no scopes. */
  readonly scopes: readonly string[]
  /**
   * Whether a request without scopes ends at a page of the provider's that says so, from which the browser never comes
   * back: then none is made. Null: not known.
   */
  readonly needsScopes: boolean | null
  /** Scopes without which no refresh token comes. */
  readonly refreshTokenScopes: readonly string[]
  /** Parameters that the exchange of the code needs beside the standard's. */
  readonly exchangeParameters: Readonly<Record<string, string>>
  /** What `redirect_uri` holds: a URL, or a name that the provider gave to it (eBay). */
  readonly redirectUri: 'url' | 'name'
  /** The parameter of the callback that holds the code. */
  readonly codeParameter: string
  /** Whether the callback names the issuer in `iss` (RFC 9207): then it has to be there, and the right one. */
  readonly answersIssuer: boolean
  /** Parameters of the callback that belong into the connection's metadata: they name its host or its account. */
  readonly callbackMetadata: readonly string[]
}

/** What a refresh sends beside the standard's parameters (RFC 6749 §6). */
export interface RefreshRules {
  /** Parameters of every request; those of the standard cannot be changed. */
  readonly parameters: Readonly<Record<string, string>>
  /**
   * What `scope` holds. `granted`: what was granted, for a provider that wants it said again; never more (RFC 6749 §6).
   * `none`: it is left out, and the access token is for all that was granted.
   */
  readonly scope: 'none' | 'granted'
  /** Whether `redirect_uri` has to be the one of the authorization. */
  readonly needsRedirectUri: boolean
  /**
   * What is refreshed. `access_token`: the access token itself, by a GET that holds it in its query (Instagram);
   * it is stored as the refresh token, too. `grant_type` then is one of `parameters`.
   */
  readonly token: 'refresh_token' | 'access_token'
}

/** What a request by client credentials sends beside the standard's parameters (RFC 6749 §4.4.2). */
export interface ClientCredentialsRules {
  /** What is asked for, where a connection has no `scope` in its metadata. */
  readonly scopes: readonly string[]
  /** Resource indicators (RFC 8707), where a connection has no `resource` in its metadata. */
  readonly resources: readonly string[]
  /** Parameters of every request: `{ audience: '…' }`. */
  readonly parameters: Readonly<Record<string, string>>
  /** Parameters that a connection has in its metadata, by the same name: `soid` at Zoho. They win over `parameters`. */
  readonly metadata: readonly string[]
}

/** How a device is let in, where the provider has a way of its own beside RFC 8628 (Zoho). */
export interface DeviceRules {
  /** Parameters of the request for the codes, beside the app's id and the scopes. */
  readonly parameters: Readonly<Record<string, string>>
  /** Where the device asks for its tokens. */
  readonly tokenEndpoint: Endpoint
  /** The `grant_type` with which it asks there. */
  readonly grantType: string
  /** The parameter that holds the device code there. */
  readonly codeParameter: string
  /** Of `interval` and `expires_in`. `seconds_or_milliseconds`: so many seconds that nobody would wait are milliseconds. */
  readonly unit: 'seconds' | 'seconds_or_milliseconds'
  /**
   * The error that says that the user's account is elsewhere, the member of the answer that says where, and the member of
   * the metadata that holds it from then on. Null: there is none.
   */
  readonly moved: { readonly error: string; readonly member: string; readonly metadata: string } | null
}

/** How the refresh tokens of a provider live, as far as it is known. Durations in milliseconds. */
export interface RefreshTokenLife {
  /** Whether a refresh brings another. `sometimes`: store what comes back, keep the old one if nothing does. */
  readonly rotates: 'never' | 'always' | 'sometimes' | null
  /** How long a refresh token that was used is still answered, and does no harm. 0: not at all. */
  readonly retryWindowMs: number | null
  /** How long the grant lives, however often it is refreshed. Null: no end, or not known. */
  readonly absoluteMs: number | null
}

/** How a revocation is asked for, and its answer read. */
export interface RevocationRules {
  /**
   * - `rfc7009`: a form with the token, a hint at what it is, and the client's authentication.
   * - `token_only`: a form with the token alone.
   * - `bearer`: the token in the header that the provider's APIs take it in, and no body (Slack, Dropbox).
   * - `json`: a JSON object with the token, and the client's authentication (GitHub).
   */
  readonly style: 'rfc7009' | 'token_only' | 'bearer' | 'json'
  /**
   * Which token it is asked with. `access_token`: one that the provider does not take any more is refreshed before, so
   * that the grant ends with it. A grant without a refresh token is revoked by its access token anyway.
   */
  readonly token: 'refresh_token' | 'access_token'
  /** The name of the token in a `json` body. */
  readonly tokenMember: string
  /** The answer that confirms it: with status 200 unless it says otherwise. */
  readonly confirmed: AnswerPattern
  /** Statuses that mean that the token is no good any more. */
  readonly goneStatuses: readonly number[]
  /** Other answers that mean the same. */
  readonly gone: readonly AnswerPattern[]
  /** The method of the request. */
  readonly method: 'POST' | 'DELETE'
  /** How the client proves itself there. Null: as at the token endpoint. */
  readonly clientAuthentication: ClientAuthentication | null
}

/** How an API's answer says that the access token is bad. Status 401 always does, unless a code says otherwise. */
export interface BadTokenRules {
  /** Codes in the body of a 400, 401 or 403 that mean a bad token. */
  readonly codes: readonly string[]
  /** Codes in the body of a 401 that mean something else: a missing scope, a missing privilege. */
  readonly otherCodes: readonly string[]
}

/**
 * Where the account that was connected can be told from another.
 * - `answer`: a member of the answer to the code, as a path (`team.id`).
 * - `callback`: a parameter of the callback.
 * - `id_token`: a claim (OpenID Connect Core §2).
 * - `request`: a member of the answer to a GET with the access token. With `scope` it is sent only where that was granted
 *   (in capitals or not): without it, it would be refused.
 */
export type AccountIdentity =
  | { readonly kind: 'answer'; readonly member: string }
  | { readonly kind: 'callback'; readonly parameter: string }
  | { readonly kind: 'id_token'; readonly claim: string }
  | {
      readonly kind: 'request'
      readonly url: Endpoint
      readonly member: string
      readonly scope?: string | undefined
    }

/** Everything Evergrant knows of a provider. Made by `defineProvider`. */
export interface ProviderProfile {
  /** The name in every call and in the table, for instance `zoho_crm`. */
  readonly name: string
  /** Where codes are exchanged, and refreshes go unless there is a `refreshEndpoint` (RFC 6749 §3.2). */
  readonly tokenEndpoint: Endpoint
  /** Where refreshes go, at a provider that has a URL of its own for them. Null: to the token endpoint. */
  readonly refreshEndpoint: Endpoint | null
  /**
   * Where revocations go (RFC 7009 §2; `revocation_endpoint` of RFC 8414). Null: the provider has none. In a text
   * `{client_id}` stands for the app's id (GitHub).
   */
  readonly revocationEndpoint: Endpoint | null
  /** Where accounts are connected (RFC 6749 §3.1). Null: not known. */
  readonly authorizationEndpoint: Endpoint | null
  /** Where devices are (RFC 8628 §3.1). Null: the provider has none, or it is not known. */
  readonly deviceAuthorizationEndpoint: Endpoint | null
  /** How they are let in. Null: as in RFC 8628. */
  readonly device: DeviceRules | null
  /** The issuer identifier (RFC 8414 §2). Null: the provider has none, or it is not known. */
  readonly issuer: string | null
  /** Where its metadata are, when not at the place that follows from the issuer. */
  readonly discovery: string | null
  /** What stands for each `{name}` in the endpoints. */
  readonly placeholders: Readonly<Record<string, Placeholder>>
  /**
   * Hosts that an endpoint may be on, whatever a connection says. `*` stands for one label: `*.zendesk.com`. Hosts
   * that stand in the endpoints themselves are among them.
   */
  readonly endpointHosts: readonly string[]
  /**
   * Whether endpoints may be in private networks and on this machine. Null: only on a loopback address that stands in
   * the code. False: nowhere but on the public internet.
   */
  readonly allowPrivateNetwork: boolean | null
  /** How an account is connected. */
  readonly authorization: AuthorizationRules
  /** How it is refreshed. */
  readonly refresh: RefreshRules
  /** How it is asked by the app's own credentials, where `traits.grant` says so. */
  readonly clientCredentials: ClientCredentialsRules
  /** How its refresh tokens live. */
  readonly refreshTokens: RefreshTokenLife
  /** How a revocation is asked for. */
  readonly revocation: RevocationRules
  /** How the app proves itself at the token endpoint. */
  readonly clientAuthentication: ClientAuthentication
  /** The name of the parameter that holds the app's id: `client_id`, or `client_key` at TikTok. */
  readonly clientIdParameter: string
  /** How the body of a request is written. RFC 6749 knows `form` only. */
  readonly requestFormat: 'form' | 'json'
  /** What separates scopes in a request; answers may always use spaces (RFC 6749 §3.3). */
  readonly scopeSeparator: ' ' | ','
  /** The header that carries the access token at the provider's APIs, in small letters. */
  readonly headerName: string
  /** The scheme in front of the token in that header. Empty: the token alone. */
  readonly headerScheme: string
  /**
   * Hosts (`www.zohoapis.com`) that the access token may be sent to. They may hold the placeholders of the endpoints.
   * The origins that a connection's metadata hold by a rule of `answers.metadata` are added.
   */
  readonly apiHosts: readonly string[]
  /** How its tokens live. */
  readonly traits: ProviderTraits
  /** How its answers are read. */
  readonly answers: AnswerRules
  /** How its APIs say that an access token is bad. */
  readonly badToken: BadTokenRules
  /** Where the connected account can be told from another. Null: not known. */
  readonly account: AccountIdentity | null
  /**
   * The data centre of a connection, for apps that have a secret in each. Null: the provider has no data
   * centres. The function gives null where none is known.
   */
  readonly dataCentreOf: ((metadata: Metadata) => string | null) | null
}
