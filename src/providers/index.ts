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
export type { ProviderTraits, RefreshBudget } from '../lifecycle/provider-traits.ts'
export type {
  AnswerMembers,
  AnswerPattern,
  AnswerRules,
  ErrorCodes,
  ErrorRule,
  InstantMember,
  KeptMember,
} from './answer-rules.ts'
export { catalogueNames } from './catalogue/index.ts'
export type { CatalogueName } from './catalogue/names.ts'
export { catalogueProfile } from './catalogue-profiles.ts'
export { defineProvider, type ProviderDefinition } from './define-provider.ts'
export {
  describeKnownProvider,
  describeProvider,
  knownProviders,
  type ProviderDescription,
} from './description.ts'
export type { ProviderFact } from './facts.ts'
export { type GenericProviderOptions, genericProvider } from './generic-provider.ts'
export type {
  AccountIdentity,
  AuthorizationRules,
  BadTokenRules,
  ClientAuthentication,
  DeviceRules,
  Endpoint,
  Placeholder,
  ProviderProfile,
  RefreshRules,
  RefreshTokenLife,
  RevocationRules,
} from './profile.ts'
export type { ProviderOptions, ProviderOverride } from './provider-override.ts'
export { type ZohoSettings, zohoCalendar, zohoCrm } from './zoho.ts'
export { type ZohoDataCentre, zohoDataCentres } from './zoho-data-centres.ts'
