import type { Clock } from '../../../ports/clock.ts'
import type { Accounts } from '../accounts.ts'
import type { LocalZohoUser, ZohoEnvironment } from '../settings.ts'
import type { CrmField, CrmModule } from './fields.ts'
import { CrmIds } from './ids.ts'
import { Concurrency, Credits } from './limits.ts'
import { PageTokens } from './page-tokens.ts'
import { RecordIndex } from './record-index.ts'
import { RecordStore } from './record-store.ts'
import { RelationLinks } from './relation-links.ts'
import { CrmSchema } from './schema.ts'
import type { CrmSettings } from './settings.ts'
import { zohoTime } from './times.ts'

/** A user as records name one. */
export interface CrmUser {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly zuid: string
}

/** Where a CRM is: one environment of one data centre. */
export interface CrmPlace {
  readonly accounts: Accounts
  readonly clock: Clock
  readonly kind: ZohoEnvironment
}

/** What the CRM of one organization remembers. It ends with the server. */
export class CrmState {
  readonly accounts: Accounts
  readonly clock: Clock
  readonly environment: ZohoEnvironment
  readonly ids: CrmIds
  readonly store: RecordStore
  readonly index: RecordIndex
  readonly links: RelationLinks = new RelationLinks()
  readonly credits: Credits
  readonly concurrency: Concurrency = new Concurrency()
  readonly pageTokens: PageTokens
  readonly #schema = new CrmSchema()
  readonly #numbers = new Map<string, number>()

  constructor({ accounts, clock, kind }: CrmPlace) {
    this.accounts = accounts
    this.clock = clock
    this.environment = kind
    this.ids = new CrmIds(`${accounts.location} ${kind}`)
    this.store = new RecordStore(clock, this.ids)
    this.index = new RecordIndex(this.store)
    this.credits = new Credits(clock, accounts.users.length)
    this.pageTokens = new PageTokens(clock)
    statesOf(accounts).push(this)
  }

  get settings(): CrmSettings {
    return this.accounts.settings.crm
  }

  get modules(): ReadonlyMap<string, CrmModule> {
    return this.#schema.modules(this.settings)
  }

  fieldsOf(module: string): ReadonlyMap<string, CrmField> {
    return this.#schema.fields(module, this.settings)
  }

  moduleId(module: string): string {
    return this.ids.of(`module ${module}`)
  }

  get users(): readonly CrmUser[] {
    return this.accounts.users.map(user => this.#userOf(user))
  }

  /** Who a call acts for: the user of its token. A client's own token acts for the first user. */
  actor(email: string | null): CrmUser {
    const { users } = this
    const found = users.find(user => user.email === email) ?? users[0]
    return found ?? { id: this.ids.of('user'), name: 'System', email: '', zuid: '' }
  }

  /** An instant as answers print it. */
  time(wallMs: number): string {
    return zohoTime(wallMs, this.settings.timeZone)
  }

  /** The next number of an automatic number field, from 1. */
  nextNumber(module: string, field: string): string {
    const name = `${module}.${field}`
    const number = (this.#numbers.get(name) ?? 0) + 1
    this.#numbers.set(name, number)
    return String(number)
  }

  #userOf({ email, firstName, lastName, zuid }: LocalZohoUser): CrmUser {
    return { id: this.ids.of(`user ${email}`), name: `${firstName} ${lastName}`, email, zuid }
  }
}

const states = new WeakMap<Accounts, CrmState[]>()

/** The CRMs of a data centre: one for each environment. */
export function statesOf(accounts: Accounts): CrmState[] {
  const known = states.get(accounts) ?? []
  states.set(accounts, known)
  return known
}
