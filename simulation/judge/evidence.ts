import type {
  Aboard,
  Answer,
  Call,
  Entry,
  Fault,
  Happening,
  Request,
  Return,
  Row,
  Served,
  Settings,
  Statement,
} from '../history.ts'

/** A promise of docs that a history breaks. */
export interface Violation {
  readonly promise: string
  readonly what: string
  readonly at: number
}

/** Something, and when it happened. */
export type At<Kind extends Happening> = Kind & { readonly at: number }

/** A call and how it ended; null: it never did. */
export interface Conversation {
  readonly call: At<Call>
  readonly returned: At<Return> | null
}

/** A request, and what its process got back; null: nothing. */
export interface Attempt {
  readonly request: At<Request>
  readonly served: At<Served> | null
  readonly answer: At<Answer> | null
}

/** One state of a connection's row, from one statement to the next. */
export interface State {
  readonly row: Row | null
  readonly from: number
  readonly until: number
  /** The statement that made it; null: the beginning. */
  readonly by: At<Statement> | null
}

/** A history, put in order for whoever looks for something in it. */
export class Evidence {
  readonly settings: Settings
  readonly clients: readonly string[]
  readonly conversations: readonly Conversation[]
  readonly attempts: readonly Attempt[]
  readonly statements: readonly At<Statement>[]
  readonly faults: readonly At<Fault>[]
  readonly aboard: readonly At<Aboard>[]
  readonly storeErrors: readonly { readonly machine: string; readonly at: number }[]
  readonly live: ReadonlySet<string>
  readonly end: number
  readonly #states: ReadonlyMap<string, readonly State[]>

  constructor(history: readonly Entry[]) {
    const all = <Kind extends Happening['kind']>(kind: Kind): At<Extract<Happening, { kind: Kind }>>[] =>
      history.filter((entry): entry is At<Extract<Happening, { kind: Kind }>> => entry.kind === kind)
    const [settings] = all('settings')
    if (settings === undefined) throw new RangeError('a history begins with its settings')
    this.settings = settings
    this.end = history.at(-1)?.at ?? 0
    this.statements = all('statement')
    this.faults = all('fault')
    this.aboard = all('aboard')
    this.storeErrors = all('store error')
    this.live = new Set(all('ledger').flatMap(({ live }) => live))

    const returns = new Map(all('return').map(entry => [entry.call, entry]))
    this.conversations = all('call').map(call => ({ call, returned: returns.get(call.call) ?? null }))
    const served = new Map(all('served').map(entry => [entry.request, entry]))
    const answers = new Map(all('answer').map(entry => [entry.request, entry]))
    this.attempts = all('request').map(request => ({
      request,
      served: served.get(request.request) ?? null,
      answer: answers.get(request.request) ?? null,
    }))
    const named = this.conversations.map(({ call }) => call.client).filter(client => client !== '')
    this.clients = [...new Set(named)]
    this.#states = new Map(this.clients.map(client => [client, this.#statesOf(client)]))
  }

  states(client: string): readonly State[] {
    return this.#states.get(client) ?? []
  }

  rowAt(client: string, at: number): Row | null {
    return this.states(client).findLast(({ from }) => from <= at)?.row ?? null
  }

  /** The states that a row was in at any time from `from` to `until`. */
  statesWithin(client: string, from: number, until: number): readonly State[] {
    return this.states(client).filter(state => state.from <= until && state.until >= from)
  }

  /** When a process ended; Infinity: it did not. */
  endOf(machine: string): number {
    const end = this.faults.find(
      ({ fault, machine: name }) => name === machine && (fault === 'crash' || fault === 'stopped'),
    )
    return end?.at ?? Infinity
  }

  /** Whether a process stood still, or its clock was set, at some time. */
  wasDisturbed(machine: string, from: number, until: number): boolean {
    const jumped = this.faults.some(
      ({ fault, machine: name, at }) =>
        fault === 'clock jump' && name === machine && at >= from && at <= until,
    )
    return jumped || this.frozenMs(machine, from, until) > 0
  }

  /** Whether the clock of a host that is the database's, too, was set within a time: what was counted by it is off. */
  hostClockWasSet(from: number, until: number): boolean {
    if (!this.settings.hostClockJumps) return false
    return this.faults.some(({ fault, at }) => fault === 'clock jump' && at >= from && at <= until)
  }

  /** The claim that took a lease; null: nobody did. */
  claimOf(leaseId: string | null): At<Statement> | null {
    const took = ({ method, changes }: Statement): boolean =>
      method === 'claim' && changes.some(({ after }) => after?.leaseId === leaseId)
    return leaseId === null ? null : (this.statements.find(took) ?? null)
  }

  /** The claim under which a request was sent. */
  claimFor({
    machine,
    client,
    at: sentAt,
  }: At<Request>): { readonly at: number; readonly now: number; readonly row: Row } | null {
    const claim = this.statements.findLast(
      ({ method, machine: name, result, at, changes }) =>
        method === 'claim' &&
        name === machine &&
        result === 'true' &&
        at <= sentAt &&
        changes.some(change => change.client === client),
    )
    const row = claim?.changes.find(change => change.client === client)?.after ?? null
    return claim === undefined || row === null ? null : { at: claim.at, now: claim.now, row }
  }

  /** How much of a time a process was frozen. */
  frozenMs(machine: string, from: number, until: number): number {
    return this.faults
      .filter(({ fault, machine: name }) => name === machine && (fault === 'freeze' || fault === 'suspend'))
      .map(({ at, ms }) => Math.min(until, at + ms) - Math.max(from, at))
      .reduce((sum, ms) => sum + Math.max(0, ms), 0)
  }

  /** Whether a process's machine slept within a time. */
  wasSuspended(machine: string, from: number, until: number): boolean {
    return this.faults.some(
      ({ fault, machine: name, at, ms }) =>
        fault === 'suspend' && name === machine && at <= until && at + ms >= from,
    )
  }

  /** Whether the line of one process to the database was cut at some time since then, and not those of the others. */
  wasCutOff(machine: string, since: number): boolean {
    return this.faults.some(
      ({ fault, machine: name, at, ms }) => fault === 'partition' && name === machine && at + ms > since,
    )
  }

  /** Whether the database failed a process within a time. */
  storeFailed(machine: string, from: number, until: number): boolean {
    return this.storeErrors.some(error => error.machine === machine && error.at >= from && error.at <= until)
  }

  /** How often the server had refused a refresh token by then. */
  refusalsOf(refresh: string, by: number): number {
    const refused = this.attempts.filter(
      ({ served }) => served?.spent === refresh && served.verdict === 'refused' && served.at <= by,
    )
    return refused.length + this.liesAbout(refresh, by)
  }

  /** How often it had refused it although it was good. */
  liesAbout(refresh: string, by: number): number {
    return this.faults.filter(
      ({ fault, machine, at }) => fault === 'refused without cause' && machine === refresh && at <= by,
    ).length
  }

  #statesOf(client: string): readonly State[] {
    const states: State[] = [{ row: null, from: 0, until: Infinity, by: null }]
    for (const statement of this.statements) {
      const change = statement.changes.find(one => one.client === client)
      if (change === undefined) continue
      const last = states.pop()
      if (last !== undefined) states.push({ ...last, until: statement.at })
      states.push({ row: change.after, from: statement.at, until: Infinity, by: statement })
    }
    return states
  }
}
