import { InvalidInputError } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import { AccessTokens } from './access-tokens.ts'
import { FaultQueue } from './faults.ts'
import { GrantCodes } from './grant-codes.ts'
import { Grants } from './grants.ts'
import { Ledger } from './ledger.ts'
import {
  changedSettings,
  type LocalZohoApp,
  type LocalZohoOptions,
  type LocalZohoSettings,
  type LocalZohoUser,
  localZohoApp,
  localZohoUser,
  zohoSettings,
} from './settings.ts'
import { Throttle } from './throttle.ts'

/** Everything a local Zoho remembers. It lives in memory and ends with the server. */
export class Accounts {
  readonly location: string
  readonly apps: readonly LocalZohoApp[]
  readonly users: readonly LocalZohoUser[]
  readonly accessTokens: AccessTokens
  readonly grants: Grants
  readonly codes: GrantCodes
  readonly throttle: Throttle
  readonly faults: FaultQueue = new FaultQueue()
  readonly ledger: Ledger
  readonly seedDemoData: boolean
  settings: LocalZohoSettings

  constructor(options: LocalZohoOptions, clock: Clock) {
    this.location = options.location ?? 'us'
    this.apps = options.apps ?? [localZohoApp]
    this.users = options.users ?? [localZohoUser]
    this.settings = changedSettings(zohoSettings, options)
    this.accessTokens = new AccessTokens(clock)
    this.grants = new Grants(clock, this.accessTokens)
    this.codes = new GrantCodes(clock)
    this.throttle = new Throttle(clock)
    this.ledger = new Ledger(clock)
    this.seedDemoData = options.seedDemoData ?? true
  }

  /** @throws InvalidInputError no such app, or none at all. */
  app(clientId?: string): LocalZohoApp {
    const found = clientId === undefined ? this.apps[0] : this.apps.find(app => app.clientId === clientId)
    if (found === undefined)
      throw new InvalidInputError(`The local Zoho has no app ${clientId ?? ''}; name it in its options.`)
    return found
  }

  /** @throws InvalidInputError no such user, or none at all. */
  user(email?: string): LocalZohoUser {
    const found = email === undefined ? this.users[0] : this.users.find(user => user.email === email)
    if (found === undefined)
      throw new InvalidInputError(`The local Zoho has no user ${email ?? ''}; name it in its options.`)
    return found
  }
}
