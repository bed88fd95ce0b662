import type { CrmRecord } from './crm/record-store.ts'
import type { FaultScope, ZohoFault } from './faults.ts'
import type { LedgerEntry, LedgerSummary } from './ledger.ts'
import type { LocalZohoChanges, ZohoEnvironment } from './settings.ts'

/** A grant to make without a browser. Defaults: the first app, the first user, a CRM scope. */
export interface GrantRequest {
  /** The app's client id. */
  readonly app?: string | undefined
  /** The user's e-mail address. */
  readonly user?: string | undefined
  /** What the user grants. */
  readonly scopes?: readonly string[] | undefined
  /** What it is granted for. Default `production`. */
  readonly environment?: ZohoEnvironment | undefined
}

/** Tokens of a new grant, in the shape that `storeTokens` takes. */
export interface IssuedGrant {
  /** Alive for the lifetime of the settings. */
  readonly accessToken: string
  /** Its state is told by `stateOf`. */
  readonly refreshToken: string
  /** Seconds. */
  readonly expiresIn: number
  /** As they were granted. */
  readonly scopes: readonly string[]
  /** What Zoho’s answers say beside the tokens. */
  readonly metadata: {
    /** Where the APIs of the user’s data centre are. */
    readonly api_domain: string
  }
}

/** A grant code to make, as the API console's Self Client does. */
export interface CodeRequest extends GrantRequest {
  /** Whether its exchange gives a refresh token. Default true. */
  readonly offline?: boolean | undefined
  /** The redirect URI that the exchange has to repeat. Absent: a Self Client code, which needs none. */
  readonly redirectUri?: string | undefined
  /** How long it can be exchanged; the console offers three to ten minutes. Default: `codeLifetimeMs` of the settings. */
  readonly lifetimeMs?: number | undefined
}

/** An event of the Calendar in the shape of Zoho’s answers. */
export type CalendarEventBody = Readonly<Record<string, unknown>>

/**
 * - `current`: the one to use next.
 * - `replaced`: rotated; another is current.
 * - `revoked`: its whole grant is over.
 * - `unknown`: never issued here.
 */
export type RefreshTokenState = 'current' | 'replaced' | 'revoked' | 'unknown'

/**
 * Everything a test may do to a local Zoho behind the back of its clients: the same in this process and over
 * HTTP in another one.
 */
export interface LocalZohoControl {
  /** At the user's data centre. @throws InvalidInputError app or user are not known, or not there. */
  issueGrant(request?: GrantRequest): Promise<IssuedGrant>
  /** At the user's data centre. @throws InvalidInputError app or user are not known, or not there. */
  issueCode(request?: CodeRequest): Promise<string>
  /**
   * The user lets the device in that shows this code. False: none waits with it.
   * @param user the e-mail address; default the first user
   * @throws InvalidInputError the user is not known.
   */
  approveDevice(userCode: string, user?: string): Promise<boolean>
  /** The user does not let it in. False: none waits with this code. */
  refuseDevice(userCode: string): Promise<boolean>
  /** The user removes the app: the grant and its access tokens are over. False: there was no such grant. */
  revokeGrant(refreshToken: string): Promise<boolean>
  /** Ends one access token before its time. False: it was not alive. */
  killAccessToken(accessToken: string): Promise<boolean>
  /** What has become of a refresh token. */
  stateOf(refreshToken: string): Promise<RefreshTokenState>
  /** Queues a fault for the answers to come. Faults apply one at a time, in the order of these calls. */
  fault(fault: ZohoFault, scope?: FaultScope): Promise<void>
  /** Drops the faults that have not applied yet. */
  clearFaults(): Promise<void>
  /** Changes settings for the requests to come. */
  configure(changes: LocalZohoChanges): Promise<void>
  /** Every request so far, in the order of arrival. */
  ledger(): Promise<readonly LedgerEntry[]>
  /** The token endpoint's part of the ledger, counted. */
  summary(): Promise<LedgerSummary>
  /** Forgets the requests so far. Those in flight still count as overlaps. */
  clearLedger(): Promise<void>
  /**
   * Every event of every calendar, as a get would show it to its owner: series, then the instances of theirs that were
   * changed; of all users and data centres.
   */
  calendarEvents(): Promise<readonly CalendarEventBody[]>
  /** Every record of a module of the CRM, the oldest first; of all data centres and environments. */
  crmRecords(module: string): Promise<readonly CrmRecord[]>
}

/** Where a local Zoho is. */
export interface LocalZohoAddresses {
  /** `http://127.0.0.1:<port>`, of the first data centre: what `ZOHO_ACCOUNTS_SERVER` takes. */
  readonly url: string
  /** The same of each data centre by its location: what `accountsServer` of a provider takes. */
  readonly urls: Readonly<Record<string, string>>
  /** Where the CRM of each environment is, by location: `environmentUrls.us.sandbox`. */
  readonly environmentUrls: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Of the first data centre, on 127.0.0.1. */
  readonly port: number
}

/** A local Zoho that runs. */
export interface LocalZoho extends LocalZohoAddresses, LocalZohoControl, AsyncDisposable {
  /** Ends it, with the requests in flight. */
  close(): Promise<void>
}
