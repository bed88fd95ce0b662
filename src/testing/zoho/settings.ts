import type { ProviderTraits } from '../../lifecycle/provider-traits.ts'
import type { Clock } from '../../ports/clock.ts'
import {
  type CalendarChanges,
  type CalendarSettings,
  changedCalendarSettings,
  zohoCalendarSettings,
} from './calendar/settings.ts'
import { type CrmChanges, type CrmSettings, changedCrmSettings, crmSettings } from './crm/settings.ts'

/** How many of something are let through in a window, which begins with the first of them. */
export interface RateLimit {
  /** How many pass in a window. */
  readonly requests: number
  /** How long a window is. */
  readonly windowMs: number
}

/** The throttle of the token endpoint: so many refreshes of one grant in a window, then none until its end. */
export interface ThrottleSettings extends RateLimit {
  /** Measured: 400. An older page of Zoho's says 200. */
  readonly status: 200 | 400
  /** Whether the error text is Chinese: Zoho localizes it. */
  readonly localized: boolean
}

/** A CRM of its own beside that of an organization's daily work: records and tokens of one do not exist in another. */
export type ZohoEnvironment = 'production' | 'sandbox' | 'developer'

/** How the local Zoho behaves. Each can be changed while it runs, by `configure`. */
export interface LocalZohoSettings {
  /** What using a refresh token does to it. Zoho's is `static`; `strict` ends the whole grant when it is reused. */
  readonly rotation: ProviderTraits['rotation']
  /** With `window`: how long a replaced refresh token, asked again, gives the same successor. */
  readonly retryWindowMs: number
  /** Zoho’s is an hour. */
  readonly accessTokenLifetimeMs: number
  /** How long a grant code can be exchanged. */
  readonly codeLifetimeMs: number
  /** Null: no throttle. */
  readonly throttle: ThrottleSettings | null
  /** Grants of one user for one app; one more ends the oldest. */
  readonly refreshTokensPerUser: number
  /** Live access tokens of one grant; one more ends the oldest. */
  readonly accessTokensPerRefreshToken: number
  /** Grant codes of one user for one app: Zoho documents ten in ten minutes. Null: as many as are asked for. */
  readonly grantCodeLimit: RateLimit | null
  /** New refresh tokens of one user for one app: Zoho documents ten in ten minutes. Null: as many as are asked for. */
  readonly refreshTokenLimit: RateLimit | null
  /** The old form of answers: `expires_in_sec`, and `expires_in` in milliseconds. */
  readonly legacyExpiry: boolean
  /** Whether token answers tell the scopes: older ones of Zoho's do not. */
  readonly scopesInAnswers: boolean
  /** The `api_domain` of token answers. Null: the local Zoho's own, where its CRM and its Calendar are. */
  readonly apiDomain: string | null
  /** What the user does at `/oauth/v2/auth`: is asked on a page, consents at once, or refuses at once. */
  readonly consent: 'asked' | 'given' | 'refused'
  /** The e-mail address of the user who is signed in there. Null: nobody is, and the first user is proposed. */
  readonly signedInUser: string | null
  /** Scopes that are asked for and silently not granted. */
  readonly withheldScopes: readonly string[]
  /** How long a device waits for its user. */
  readonly deviceCodeLifetimeMs: number
  /** The least time between two looks of a device. An older page of Zoho's says 30 s. */
  readonly deviceIntervalMs: number
  /** Whether `interval` and `expires_in` of device codes are milliseconds, as Zoho's are, or seconds (RFC 8628). */
  readonly deviceMilliseconds: boolean
  /** What is said to a device whose user did nothing: Zoho's word, or that of RFC 8628. */
  readonly deviceExpiredError: 'expired' | 'expired_token'
  /** The Calendar’s part. */
  readonly calendar: CalendarSettings
  /** The CRM’s part. */
  readonly crm: CrmSettings
}

/** Some settings of a local Zoho; one that is `undefined` changes nothing. */
export type LocalZohoChanges = {
  readonly [Name in Exclude<keyof LocalZohoSettings, 'calendar' | 'crm'>]?:
    | LocalZohoSettings[Name]
    | undefined
} & {
  /** Changes within the Calendar’s part; what is not named stays. */
  readonly calendar?: CalendarChanges | undefined
  /** Changes within the CRM’s part; what is not named stays. */
  readonly crm?: CrmChanges | undefined
}

/** 10 requests in 10 minutes for one refresh token, refused with HTTP 400. */
export const zohoThrottle: ThrottleSettings = {
  requests: 10,
  windowMs: 600_000,
  status: 400,
  localized: false,
}

/** Zoho's own limits and lifetimes. */
export const zohoSettings: LocalZohoSettings = {
  rotation: 'static',
  retryWindowMs: 30_000,
  accessTokenLifetimeMs: 3_600_000,
  codeLifetimeMs: 120_000,
  throttle: zohoThrottle,
  refreshTokensPerUser: 20,
  accessTokensPerRefreshToken: 10,
  grantCodeLimit: null,
  refreshTokenLimit: null,
  legacyExpiry: false,
  scopesInAnswers: true,
  apiDomain: null,
  consent: 'asked',
  signedInUser: null,
  withheldScopes: [],
  deviceCodeLifetimeMs: 300_000,
  deviceIntervalMs: 5_000,
  deviceMilliseconds: true,
  deviceExpiredError: 'expired',
  calendar: zohoCalendarSettings,
  crm: crmSettings,
}

/**
 * What an app was registered as.
 * - `server`: it asks users by redirects; what the console calls server-based.
 * - `mobile`: the same, and with PKCE only.
 * - `device`: a “non-browser” app; its client id begins with `1004.` at Zoho.
 * - `self_client`: codes of the console, and client credentials.
 */
export type ZohoClientType = 'server' | 'mobile' | 'device' | 'self_client'

/** App credentials that the local Zoho knows. */
export interface LocalZohoApp {
  readonly clientId: string
  /** The secret at every data centre that `clientSecrets` does not name. */
  readonly clientSecret: string
  /** Secrets by location, as Zoho gives them unless one is made common: `{ eu: '…' }`. */
  readonly clientSecrets?: Readonly<Record<string, string>> | undefined
  /** The data centres that it is switched on for (“Multi-DC”): it is unknown at others. Absent: all of them. */
  readonly locations?: readonly string[] | undefined
  /** What it may ask for is bound to its type: all else is `invalid_client`. Absent: it may ask for everything. */
  readonly type?: ZohoClientType | undefined
  /** The redirect URIs that are registered, of which a request repeats one exactly. Absent: any. */
  readonly redirectUris?: readonly string[] | undefined
}

/** A person with an account at the local Zoho. */
export interface LocalZohoUser {
  /** Zoho’s id of the user. */
  readonly zuid: string
  /** Names the user in requests. */
  readonly email: string
  /** As the user’s profile has it. */
  readonly firstName: string
  /** As the user’s profile has it. */
  readonly lastName: string
  /** The data centre where the account is. Default: the first. */
  readonly location?: string | undefined
}

/** The app that the local Zoho knows when no others are named. */
export const localZohoApp: LocalZohoApp = {
  clientId: '1000.LOCALZOHO0EVERGRANT0TESTING000',
  clientSecret: '10ca120400000000000000000000000000000000ab',
}

/** The user that the local Zoho knows when no others are named. */
export const localZohoUser: LocalZohoUser = {
  zuid: '600001434',
  email: 'ada@example.com',
  firstName: 'Ada',
  lastName: 'Lovelace',
}

/** What a local Zoho starts with. All of it can be sent to another process. */
export interface LocalZohoOptions extends LocalZohoChanges {
  /** Default 0: any free port of 127.0.0.1. Any other is the first server's, and further servers take the next ones. */
  readonly port?: number | undefined
  /** Default {@link localZohoApp} alone. */
  readonly apps?: readonly LocalZohoApp[] | undefined
  /** Default {@link localZohoUser} alone. */
  readonly users?: readonly LocalZohoUser[] | undefined
  /** The name of its data centre, where it has one. Default `us`. */
  readonly location?: string | undefined
  /**
   * The names of its data centres: `['us', 'eu']`. Each has an accounts server of its own, with users, grants and
   * records of its own. Default: `location` alone.
   */
  readonly locations?: readonly string[] | undefined
  /** Environments of its CRM. Each but `production` has a server of its own, in each data centre. Default `production`. */
  readonly environments?: readonly ZohoEnvironment[] | undefined
  /** Whether CRM and Calendar begin with some data. Default true; false: every module, and My Calendar, is empty. */
  readonly seedDemoData?: boolean | undefined
}

/** What only a local Zoho in this process can be given. */
export interface InProcessOptions extends LocalZohoOptions {
  /** Its own clock: lifetimes, windows and delays follow it. Default: this machine's. */
  readonly clock?: Clock | undefined
}

/** The settings with changes; a change that is `undefined` changes nothing. */
export function changedSettings(settings: LocalZohoSettings, changes: LocalZohoChanges): LocalZohoSettings {
  return {
    rotation: changes.rotation ?? settings.rotation,
    retryWindowMs: changes.retryWindowMs ?? settings.retryWindowMs,
    accessTokenLifetimeMs: changes.accessTokenLifetimeMs ?? settings.accessTokenLifetimeMs,
    codeLifetimeMs: changes.codeLifetimeMs ?? settings.codeLifetimeMs,
    throttle: changes.throttle === undefined ? settings.throttle : changes.throttle,
    refreshTokensPerUser: changes.refreshTokensPerUser ?? settings.refreshTokensPerUser,
    accessTokensPerRefreshToken: changes.accessTokensPerRefreshToken ?? settings.accessTokensPerRefreshToken,
    grantCodeLimit: changes.grantCodeLimit === undefined ? settings.grantCodeLimit : changes.grantCodeLimit,
    refreshTokenLimit:
      changes.refreshTokenLimit === undefined ? settings.refreshTokenLimit : changes.refreshTokenLimit,
    legacyExpiry: changes.legacyExpiry ?? settings.legacyExpiry,
    scopesInAnswers: changes.scopesInAnswers ?? settings.scopesInAnswers,
    apiDomain: changes.apiDomain === undefined ? settings.apiDomain : changes.apiDomain,
    consent: changes.consent ?? settings.consent,
    signedInUser: changes.signedInUser === undefined ? settings.signedInUser : changes.signedInUser,
    withheldScopes: changes.withheldScopes ?? settings.withheldScopes,
    deviceCodeLifetimeMs: changes.deviceCodeLifetimeMs ?? settings.deviceCodeLifetimeMs,
    deviceIntervalMs: changes.deviceIntervalMs ?? settings.deviceIntervalMs,
    deviceMilliseconds: changes.deviceMilliseconds ?? settings.deviceMilliseconds,
    deviceExpiredError: changes.deviceExpiredError ?? settings.deviceExpiredError,
    calendar: changedCalendarSettings(settings.calendar, changes.calendar),
    crm: changedCrmSettings(settings.crm, changes.crm),
  }
}
