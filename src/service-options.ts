import type { PolicyOptions } from './lifecycle/policy.ts'
import type { DatabaseHandle, DrizzleTransaction } from './ports/database-handle.ts'
import type { RecordedEventType } from './ports/event-log.ts'
import type { EventSink } from './ports/events.ts'
import type { KeySource } from './ports/key-source.ts'
import type { Metadata } from './ports/store.ts'
import type { Telemetry } from './ports/telemetry.ts'
import type { ProviderOptions } from './providers/provider-override.ts'

/** What the provider gave to the back end's OAuth app. */
export interface CallCredentials {
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
}

/** Options that every call takes. */
export interface CallOptions {
  /**
   * Lets the caller give up. A refresh or a revocation under way goes on; a write to the database that has begun is
   * waited for.
   */
  readonly signal?: AbortSignal | undefined
}

/** Options of `getAccessToken` and `getToken`. */
export interface GetTokenOptions extends CallOptions {
  /** The token must be valid for longer than this many ms. A refresh that fails then fails the call. */
  readonly minValidMs?: number | undefined
  /** Scopes that the grant must have. */
  readonly requireScopes?: readonly string[] | undefined
}

/** Options of calls that can take part in a transaction of the caller's. */
export interface TransactionOptions extends CallOptions {
  /** The caller's own Drizzle transaction, on the PostgreSQL database that was given to `open`. */
  readonly tx?: DrizzleTransaction | undefined
}

/** Options of `deleteToken`. */
export interface DeleteTokenOptions extends TransactionOptions {
  /** Also revoke the grant at the provider (RFC 7009). Not inside a transaction: it cannot be rolled back. */
  readonly revoke?: boolean | undefined
}

/** Tokens of an OAuth flow, as `storeTokens` takes them. */
export interface StoreTokensInput {
  /** The access token of the answer. */
  readonly accessToken: string
  /** Absent: the stored one is kept. */
  readonly refreshToken?: string | null | undefined
  /** Lifetime of the access token in seconds. Absent: the provider's usual one. */
  readonly expiresIn?: number | undefined
  /** Granted scopes. Absent: the stored ones are kept. */
  readonly scopes?: readonly string[] | string | null | undefined
  /** Merged over the stored metadata: `api_domain`, `location`, … */
  readonly metadata?: Metadata | null | undefined
}

/**
 * What a connection by client credentials asks for, in place of tokens: `storeTokens` keeps it, and the next call asks
 * the provider. Only where the options or the profile of the provider say `grant: 'client_credentials'`.
 */
export interface AppGrantInput {
  /** None: there is no token yet. */
  readonly accessToken?: undefined
  /** The scopes to ask for. Absent: the connection's own from before, else those of the provider's options. */
  readonly scopes?: readonly string[] | string | null | undefined
  /** Merged over the stored metadata: `resource` (RFC 8707), `soid` at Zoho, … */
  readonly metadata?: Metadata | null | undefined
}

/** What `listTokens` shows, and how much of it. */
export interface ListTokensOptions extends CallOptions {
  readonly clientId?: string | undefined
  readonly provider?: string | undefined
  /** Only connections of this status. */
  readonly status?: 'active' | 'suspect' | 'reauthorization_required' | undefined
  /** Rows a page, 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
}

/** Which events `listEvents` shows, and how many of them. */
export interface ListEventsOptions extends CallOptions {
  readonly clientId?: string | undefined
  readonly provider?: string | undefined
  /** Only events of this type. */
  readonly type?: RecordedEventType | undefined
  /** Only what happened then or later, by the database's clock. */
  readonly since?: Date | undefined
  /** Events a page, 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
}

/** How `OAuthTokenService.open` is configured. What is left out comes from the environment, then from defaults. */
export interface OpenOptions {
  /**
   * `postgres:…`, `file:…` (SQLite) or `memory:`; or your own `pg.Pool` or Drizzle Postgres database, which is not
   * closed by Evergrant. Default: `DATABASE_URL`, else a SQLite file in `EVERGRANT_DATA_DIR`.
   */
  readonly database?: DatabaseHandle | undefined
  /** PostgreSQL schema of the tables. Default `public`. An error on SQLite, which has none. */
  readonly schema?: string | undefined
  /** `id:base64(32 bytes)`, comma-separated, or a source of keys. The first seals, all open. */
  readonly encryptionKeys?: string | KeySource | undefined
  /**
   * App credentials and overrides by provider name: a provider of the catalogue is there once it is named, one of your
   * own comes with its profile.
   */
  readonly providers?: ProviderOptions | undefined
  /**
   * Where providers send browsers back to, without the last segment: `https://app.example/oauth/callback`. The name of
   * the provider is appended, so that each has a redirect URI of its own. For `authorizationUrl`.
   */
  readonly callbackUrl?: string | undefined
  /** Whether tables are made and upgraded at start. Default true. */
  readonly migrate?: boolean | undefined
  /**
   * Whether tokens are refreshed behind the caller's back before they are due. Default true. With `sweep` those too
   * that nobody asks for, as long as their app credentials are known to `open` or the environment.
   */
  readonly backgroundRefresh?: boolean | { readonly sweep?: boolean | undefined } | undefined
  /** A platform's hook that keeps background work alive after the answer. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
  /** Tokens in memory; false: none. */
  readonly cache?:
    | {
        /** How long a row is served without asking the database, in ms. Default 30,000. */
        readonly maxAgeMs?: number | undefined
        /** Connections at most. Default 10,000. */
        readonly maxEntries?: number | undefined
      }
    | false
    | undefined
  /**
   * A private directory that keeps a new refresh token, sealed, until the database has it: it survives a process
   * that is killed in between. False: none. Default: beside a SQLite file, else `lifeboat` in `EVERGRANT_DATA_DIR`
   * where that is set.
   */
  readonly lifeboat?: string | false | undefined
  /** Durations of the token lifecycle. */
  readonly policy?: PolicyOptions | undefined
  /** Whether plaintext tokens from before are an error. Default false. */
  readonly requireSealed?: boolean | undefined
  /** Receives what happens to connections, for logs, metrics and audit. */
  readonly onEvent?: EventSink | undefined
  /** Where metrics and traces go: `openTelemetry()` of `evergrant/opentelemetry`, or your own. Default: nowhere. */
  readonly telemetry?: Telemetry | undefined
}
