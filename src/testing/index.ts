/**
 * The test kit: a local Zoho to run against, a clock that moves when told, and randomness that repeats. Nothing
 * in it reaches beyond this machine.
 * @module
 */
export type { Clock, DelayOptions } from '../ports/clock.ts'
export type { Randomness } from '../ports/randomness.ts'
export { FakeClock, type FakeClockOptions } from './fake-clock.ts'
export { seededRandomness } from './seeded-randomness.ts'
export type { CalendarChanges, CalendarSettings, CalendarThrottle } from './zoho/calendar/settings.ts'
export { zohoCalendarSettings, zohoCalendarThrottle } from './zoho/calendar/settings.ts'
export type {
  CalendarEventBody,
  CodeRequest,
  GrantRequest,
  IssuedGrant,
  LocalZoho,
  LocalZohoAddresses,
  LocalZohoControl,
  RefreshTokenState,
} from './zoho/control.ts'
export type { CrmDataType, CrmField } from './zoho/crm/fields.ts'
export type { QuerySettings } from './zoho/crm/query-settings.ts'
export type { CrmRecord } from './zoho/crm/record-store.ts'
export { type CrmChanges, type CrmEdition, type CrmSettings, crmSettings } from './zoho/crm/settings.ts'
export type { FaultEndpoint, FaultScope, ZohoFault } from './zoho/faults.ts'
export { type ForkedLocalZoho, forkLocalZoho } from './zoho/fork.ts'
export { type LedgerEntry, type LedgerSummary, tokenDigest } from './zoho/ledger.ts'
export { startLocalZoho } from './zoho/local-zoho.ts'
export {
  type InProcessOptions,
  type LocalZohoApp,
  type LocalZohoChanges,
  type LocalZohoOptions,
  type LocalZohoSettings,
  type LocalZohoUser,
  localZohoApp,
  localZohoUser,
  type RateLimit,
  type ThrottleSettings,
  type ZohoClientType,
  type ZohoEnvironment,
  zohoSettings,
  zohoThrottle,
} from './zoho/settings.ts'
