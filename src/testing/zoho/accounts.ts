import { InvalidInputError } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import { AccessTokens } from './access-tokens.ts'
import type { DeviceCodes } from './device-codes.ts'
import type { FaultQueue } from './faults.ts'
import { GrantCodes } from './grant-codes.ts'
import { Grants } from './grants.ts'
import type { Ledger } from './ledger.ts'
import type { LocalZohoApp, LocalZohoSettings, LocalZohoUser, ZohoEnvironment } from './settings.ts'
import { Throttle } from './throttle.ts'

/** What the data centres of one local Zoho have in common: what a test says about it, and who there is. */
export interface SharedState {
  readonly apps: readonly LocalZohoApp[]
  readonly users: readonly LocalZohoUser[]
  readonly faults: FaultQueue
  readonly ledger: Ledger
  readonly devices: DeviceCodes
  readonly environments: readonly ZohoEnvironment[]
  readonly settings: LocalZohoSettings
  /** Whether CRM and Calendar begin with something in them. */
  readonly seedDemoData: boolean
  /** The data centres themselves. */
  readonly all: readonly Accounts[]
  /** The one of a location; the first, where none is named. @throws InvalidInputError there is none. */
  of(location?: string): Accounts
}

/** Everything one data centre remembers. It lives in memory and ends with the server; no other one knows of it. */
export class Accounts {
  readonly location: string
  readonly centres: SharedState
  readonly accessTokens: AccessTokens
  readonly grants: Grants
  readonly codes: GrantCodes
  /** Of the refreshes of each grant. */
  readonly throttle: Throttle
  /** Of the codes, and of the refresh tokens, that each user gives to each app. */
  readonly codeRate: Throttle
  readonly refreshTokenRate: Throttle
  /** Of its servers, by environment: known once they listen. */
  readonly urls: Map<ZohoEnvironment, string> = new Map()

  constructor(centres: SharedState, location: string, clock: Clock) {
    this.centres = centres
    this.location = location
    this.accessTokens = new AccessTokens(clock)
    this.grants = new Grants(clock, this.accessTokens)
    this.codes = new GrantCodes(clock)
    this.throttle = new Throttle(clock)
    this.codeRate = new Throttle(clock)
    this.refreshTokenRate = new Throttle(clock)
  }

  get seedDemoData(): boolean {
    return this.centres.seedDemoData
  }

  get settings(): LocalZohoSettings {
    return this.centres.settings
  }

  get faults(): FaultQueue {
    return this.centres.faults
  }

  get ledger(): Ledger {
    return this.centres.ledger
  }

  /** Of the accounts server. */
  get url(): string {
    return this.urls.get('production') ?? ''
  }

  /** Those that may be used by users of this data centre: the others are not known here. */
  get apps(): readonly LocalZohoApp[] {
    return this.centres.apps.filter(({ locations }) => locations?.includes(this.location) ?? true)
  }

  /** Those that live here. */
  get users(): readonly LocalZohoUser[] {
    return this.centres.users.filter(user => this.centres.of(user.location) === this)
  }

  /** What answers name as `api_domain`. */
  apiDomain(environment: ZohoEnvironment): string {
    return this.settings.apiDomain ?? this.urls.get(environment) ?? this.url
  }

  /** The app that a request names; undefined: it is not known here. */
  findApp(clientId: string | undefined): LocalZohoApp | undefined {
    return this.apps.find(app => app.clientId === clientId)
  }

  /** The secret of an app at this data centre. */
  secretOf(app: LocalZohoApp): string {
    return app.clientSecrets?.[this.location] ?? app.clientSecret
  }

  /** @throws InvalidInputError no such app here, or none at all. */
  app(clientId?: string): LocalZohoApp {
    const found = clientId === undefined ? this.apps[0] : this.findApp(clientId)
    if (found !== undefined) return found
    throw new InvalidInputError(
      `The local Zoho has no app ${clientId ?? ''} at its data centre ${this.location}; name it in its options.`,
    )
  }
}
