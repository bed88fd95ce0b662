/**
 * OAuth tokens that stay fresh, in your own Postgres.
 * @module evergrant
 */

export type { FetchOptions } from './authorized-fetch.ts'
export type { AccountChanged, AuthorizationStart, CallbackResult, Connected } from './connect/connected.ts'
export type {
  AuthorizationOptions,
  CallbackOptions,
  ConfirmOptions,
  ExchangeCodeOptions,
} from './connect-options.ts'
export type {
  DeviceAuthorization,
  DeviceAuthorizationOptions,
  DeviceWaitOptions,
} from './device-options.ts'
export { type DiscoverOptions, discoverProvider } from './discover-provider.ts'
export {
  type AnyEvergrantError,
  AuthorizationFlowError,
  type AuthorizationFlowReason,
  DecryptionError,
  type ErrorCode,
  type ErrorSubject,
  EvergrantError,
  type FlowEnd,
  InsufficientScopeError,
  InvalidInputError,
  ProviderMisconfiguredError,
  ProviderRateLimitedError,
  ProviderResponseError,
  ProviderUnavailableError,
  type ReauthorizationReason,
  ReauthorizationRequiredError,
  StoreUnavailableError,
  TokenNotFoundError,
} from './errors.ts'
export type { EventPage, ListedEvent } from './event-listing.ts'
export type { ServiceHealth } from './health.ts'
export type { Connection, ConnectionStatus, LastError } from './lifecycle/connection.ts'
export type { Policy, PolicyOptions } from './lifecycle/policy.ts'
export type { ProviderTraits, RefreshBudget } from './lifecycle/provider-traits.ts'
export type { ListedConnection, ListPage } from './listing.ts'
export type {
  DatabaseHandle,
  DrizzleDatabase,
  DrizzleTransaction,
  PostgresPool,
} from './ports/database-handle.ts'
export type { RecordedEventType } from './ports/event-log.ts'
export type { EventSink, EvergrantEvent } from './ports/events.ts'
export type { KeySource, RingKey } from './ports/key-source.ts'
export type { ConnectionKey, Metadata } from './ports/store.ts'
export type {
  BegunRefresh,
  MeasuredCall,
  MeasuredRefresh,
  MeasuredService,
  RefreshEnd,
  RefreshTrigger,
  Telemetry,
  TelemetryRecorder,
  TokenSource,
} from './ports/telemetry.ts'
export type {
  AnswerMembers,
  AnswerPattern,
  AnswerRules,
  ErrorCodes,
  ErrorRule,
  InstantMember,
  KeptMember,
} from './providers/answer-rules.ts'
export type { CatalogueName } from './providers/catalogue/names.ts'
export type { ProviderDefinition } from './providers/define-provider.ts'
export type {
  AccountIdentity,
  AuthorizationRules,
  BadTokenRules,
  ClientAuthentication,
  ClientCredentialsRules,
  DeviceRules,
  Endpoint,
  Placeholder,
  ProviderProfile,
  RefreshRules,
  RefreshTokenLife,
  RevocationRules,
} from './providers/profile.ts'
export type { ProviderOptions, ProviderOverride } from './providers/provider-override.ts'
export type { AccessToken } from './refresh/held-token.ts'
export type { SweepReport } from './refresh/sweeper.ts'
export { Secret } from './secret.ts'
export { OAuthTokenService } from './service.ts'
export type {
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
export type { TokenRecord } from './token-record.ts'

import { OAuthTokenService } from './service.ts'

/** Ready-made: configured by the environment, opened at its first call. */
export const oauthTokenService: OAuthTokenService = OAuthTokenService.lazy()
