/**
 * Profiles of OAuth 2 providers: the built-in ones, and how to define others.
 *
 * @example
 * import { OAuthTokenService } from 'evergrant'
 * import { genericProvider } from 'evergrant/providers'
 *
 * const acme = genericProvider({ name: 'acme', tokenEndpoint: 'https://id.acme.example/token' })
 * const tokens = await OAuthTokenService.open({
 *   providers: { acme: { profile: acme, clientId: '…', clientSecret: '…' } },
 * })
 *
 * @module
 */
export type { ProviderTraits } from '../lifecycle/provider-traits.ts'
export type {
  AnswerMembers,
  AnswerRules,
  ErrorCodes,
  ErrorRule,
  InstantMember,
  KeptMember,
} from './answer-rules.ts'
export { defineProvider, type ProviderDefinition } from './define-provider.ts'
export { type GenericProviderOptions, genericProvider } from './generic-provider.ts'
export type {
  AccountIdentity,
  AuthorizationRules,
  BadTokenRules,
  ClientAuthentication,
  Endpoint,
  Placeholder,
  ProviderProfile,
  RefreshRules,
  RefreshTokenLife,
  RevocationRules,
} from './profile.ts'
export type { ProviderOverride } from './provider-override.ts'
export { type ZohoSettings, zohoCalendar, zohoCrm } from './zoho.ts'
