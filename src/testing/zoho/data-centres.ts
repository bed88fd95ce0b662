import { InvalidInputError } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import { Accounts, type SharedState } from './accounts.ts'
import { DeviceCodes } from './device-codes.ts'
import { FaultQueue } from './faults.ts'
import { Ledger } from './ledger.ts'
import {
  changedSettings,
  type LocalZohoApp,
  type LocalZohoOptions,
  type LocalZohoSettings,
  type LocalZohoUser,
  localZohoApp,
  localZohoUser,
  type ZohoEnvironment,
  zohoSettings,
} from './settings.ts'

/**
 * All of a local Zoho: what its data centres share, which is what a test says about it, and the data centres
 * themselves, which share nothing.
 */
export class DataCentres implements SharedState {
  readonly apps: readonly LocalZohoApp[]
  readonly users: readonly LocalZohoUser[]
  readonly environments: readonly ZohoEnvironment[]
  readonly seedDemoData: boolean
  readonly faults: FaultQueue = new FaultQueue()
  readonly ledger: Ledger
  readonly devices: DeviceCodes
  /** The first is where a user lives who names no other. */
  readonly all: readonly Accounts[]
  settings: LocalZohoSettings

  /** @throws InvalidInputError a location or an environment stands twice, or one that a user or an app names is none. */
  constructor(options: LocalZohoOptions, clock: Clock) {
    this.apps = options.apps ?? [localZohoApp]
    this.users = options.users ?? [localZohoUser]
    this.seedDemoData = options.seedDemoData ?? true
    this.environments = environmentsOf(options)
    this.settings = changedSettings(zohoSettings, options)
    this.ledger = new Ledger(clock)
    this.devices = new DeviceCodes(clock)
    this.all = locationsOf(options).map(location => new Accounts(this, location, clock))
    for (const { location } of this.users) this.of(location)
    for (const app of this.apps) for (const location of app.locations ?? []) this.of(location)
  }

  of(location?: string): Accounts {
    const found = location === undefined ? this.all[0] : this.all.find(centre => centre.location === location)
    if (found !== undefined) return found
    throw new InvalidInputError(
      `The local Zoho has no data centre ${location ?? ''}; name it among its locations.`,
    )
  }

  /** The data centre of a user. @throws InvalidInputError no such user, or none at all. */
  ofUser(email?: string): Accounts {
    return this.of(this.user(email).location)
  }

  /** @throws InvalidInputError no such user, or none at all. */
  user(email?: string): LocalZohoUser {
    const found = email === undefined ? this.users[0] : this.users.find(user => user.email === email)
    if (found !== undefined) return found
    throw new InvalidInputError(`The local Zoho has no user ${email ?? ''}; name it in its options.`)
  }
}

function locationsOf({ location, locations }: LocalZohoOptions): readonly string[] {
  const all = locations ?? [location ?? 'us']
  if (locations !== undefined && location !== undefined)
    throw new InvalidInputError('The local Zoho takes location or locations, not both.')
  if (all.length === 0 || new Set(all).size < all.length)
    throw new InvalidInputError('The local Zoho needs at least one location, and each of them once.')
  if (!all.every(one => /^[a-z]{2,8}$/.test(one)))
    throw new InvalidInputError('A location of the local Zoho is a word like us, eu or in.')
  return all
}

function environmentsOf({ environments = ['production'] }: LocalZohoOptions): readonly ZohoEnvironment[] {
  const known: readonly string[] = ['production', 'sandbox', 'developer']
  if (!environments.every(one => known.includes(one)) || new Set(environments).size < environments.length)
    throw new InvalidInputError(`The environments of the local Zoho are ${known.join(', ')}, each once.`)
  return [...new Set<ZohoEnvironment>(['production', ...environments])]
}
