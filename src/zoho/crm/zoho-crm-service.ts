import {
  parseClientOptions,
  type ZohoClientOptions,
  type ZohoClientSettings,
} from '../request/client-options.ts'
import { ZohoApiError } from '../request/zoho-api-error.ts'
import type { ZohoTokens } from '../request/zoho-connection.ts'
import { ZohoRequests } from '../request/zoho-requests.ts'
import { type AnswerObject, listOf } from './answers.ts'
import { allRows, type CoqlAllOptions, type CoqlResult, runCoql } from './coql.ts'
import { crmApi } from './crm-api.ts'
import { parseApiName, parseFields, parseId } from './crm-input.ts'
import { alone, leadByEmail, leadByPhone, parsePhone } from './lead-by-phone.ts'
import {
  type DeletedOptions,
  deletedRows,
  type ListOptions,
  listedRows,
  type ZohoDeletedRecord,
} from './list.ts'
import {
  organizationRows,
  settingsOf,
  userRows,
  type ZohoField,
  type ZohoModule,
  type ZohoOrganization,
  type ZohoRelatedList,
  type ZohoUser,
  type ZohoUserType,
} from './metadata.ts'
import type {
  ZohoFieldOf,
  ZohoInputOf,
  ZohoModuleName,
  ZohoRecord,
  ZohoRecordOf,
  ZohoUpdateOf,
  ZohoUpsertOf,
} from './modules.ts'
import { noteRecord, noteRows, type RelatedOptions, relatedRows, type ZohoNoteInput } from './notes.ts'
import {
  type DeleteOptions,
  RecordWrites,
  type UpdateOptions,
  type UpsertOptions,
  type WriteOptions,
} from './record-writes.ts'
import { foundRows, type SearchOptions } from './search.ts'
import type { ZohoRecordResult, ZohoRecordSuccess } from './write-results.ts'

/** The option of every call. */
export interface ZohoCallOptions {
  /** Ends the call with its reason, also while it waits. A write that was under way may have been done. */
  readonly signal?: AbortSignal | undefined
}

/** What is read of one record. */
export interface GetRecordOptions<Module extends string = string> extends ZohoCallOptions {
  /** At most 50. Default: all. */
  readonly fields?: readonly ZohoFieldOf<Module>[] | undefined
}

/** Where a note is added. */
export interface AddNoteOptions extends ZohoCallOptions {
  /** The module of the record. Default `Leads`. */
  readonly module?: ZohoModuleName | undefined
}

/** A lead that was found, or made. */
export interface FoundOrCreatedLead {
  /** Of the lead. */
  readonly id: string
  /** Whether there was none before. */
  readonly created: boolean
}

/** Set by tests: the same service over other requests. Not among the public names. */
export let crmOver: (requests: ZohoRequests) => ZohoCRMService

/**
 * Zoho CRM (API v8) of one customer. Every call may throw what `getToken` throws, and:
 * - `ZohoApiError`: Zoho refuses, fails, or throttles for too long. `outcome: 'unknown'`: a write may have been done.
 * - `InsufficientScopeError`: the grant lacks a scope; `missingScopes` names those of the call.
 * - `InvalidInputError`: a wrong argument; nothing was sent.
 *
 * Lists are read as they are iterated, a page at a time.
 *
 * @example
 * ```ts
 * const crm = new ZohoCRMService({ tokens: oauthTokenService, clientId: 'smart-tax-nation' })
 * for await (const lead of crm.list('Leads', { fields: ['Last_Name', 'Phone'] })) console.log(lead.id, lead.Phone)
 * ```
 * @see https://www.zoho.com/crm/developer/docs/api/v8/
 */
export class ZohoCRMService {
  readonly #requests: ZohoRequests

  static {
    crmOver = requests => new ZohoCRMService(requests as unknown as ZohoClientOptions)
  }

  /** @throws InvalidInputError an option that does not exist, or means nothing */
  constructor(options: ZohoClientOptions) {
    this.#requests =
      options instanceof ZohoRequests
        ? options
        : new ZohoRequests(parseClientOptions(options, 'ZohoCRMService', 'zoho_crm'), crmApi)
  }

  /** The same as the constructor, for who writes it in one line. */
  static forClient(tokens: ZohoTokens, clientId: string, settings: ZohoClientSettings = {}): ZohoCRMService {
    return new ZohoCRMService({ ...settings, tokens, clientId })
  }

  /** The CRM of another customer, with the same settings. */
  forClient(clientId: string): ZohoCRMService {
    return crmOver(this.#requests.forClient(clientId))
  }

  /** A record; null: there is none of this id. */
  async get<Module extends ZohoModuleName>(
    module: Module,
    id: string,
    { fields, signal }: GetRecordOptions<Module> = {},
  ): Promise<ZohoRecordOf<Module> | null> {
    const name = parseApiName(module, 'module')
    const answer = await this.#requests.send({
      method: 'GET',
      path: [name, parseId(id)],
      query: { fields: fields === undefined ? undefined : parseFields(fields) },
      scopes: [`ZohoCRM.modules.${name}.READ`],
      signal,
    })
    return typed<ZohoRecordOf<Module>>(listOf(answer, 'data', this.#requests.connection))[0] ?? null
  }

  /**
   * The records of a module, each once, up to 100,000. Zoho's page tokens end after 24 hours: a list that takes longer is
   * begun again behind the scenes, and goes on with what it has not given yet.
   */
  list<Module extends ZohoModuleName>(
    module: Module,
    options: ListOptions<Module>,
  ): AsyncIterableIterator<ZohoRecordOf<Module>> {
    return typedRows<ZohoRecordOf<Module>>(listedRows(this.#requests, module, options))
  }

  /** The records of a module that were deleted. */
  deleted(module: ZohoModuleName, options: DeletedOptions = {}): AsyncIterableIterator<ZohoDeletedRecord> {
    return typedRows<ZohoDeletedRecord>(deletedRows(this.#requests, module, options))
  }

  /**
   * Creates records, in calls of a hundred. One result for each record, in their order, whatever Zoho refuses.
   *
   * A call that fails as a whole throws when it is the first. Later on nothing is thrown, because what was written must not be
   * lost: its records have the result `CALL_FAILED`, those behind them `NOT_SENT`. A signal that fires in between ends it so, too.
   */
  create<Module extends ZohoModuleName>(
    module: Module,
    records: readonly ZohoInputOf<Module>[],
    options: WriteOptions = {},
  ): Promise<readonly ZohoRecordResult[]> {
    return this.#writes(module, writes => writes.create(records, options))
  }

  /** Changes records by their `id`; fields that are absent stay, null empties. Results as of {@link create}. */
  update<Module extends ZohoModuleName>(
    module: Module,
    records: readonly ZohoUpdateOf<Module>[],
    options: UpdateOptions = {},
  ): Promise<readonly ZohoRecordResult[]> {
    return this.#writes(module, writes => writes.update(records, options))
  }

  /** Creates records, or changes those that are there already. Results as of {@link create}. */
  upsert<Module extends ZohoModuleName>(
    module: Module,
    records: readonly ZohoUpsertOf<Module>[],
    options: UpsertOptions = {},
  ): Promise<readonly ZohoRecordResult[]> {
    return this.#writes(module, writes => writes.upsert(records, options))
  }

  /** Deletes records: they go to the recycle bin. Results as of {@link create}. */
  delete(
    module: ZohoModuleName,
    ids: readonly string[],
    options: DeleteOptions = {},
  ): Promise<readonly ZohoRecordResult[]> {
    return this.#writes(module, writes => writes.delete(ids, options))
  }

  /**
   * Searches a module. Zoho reads an index: what was written in the last minute may be missing, and what is found may only
   * resemble what was asked for. `exact` leaves that out; {@link coql} reads what is there now.
   */
  search<Module extends ZohoModuleName>(
    module: Module,
    options: SearchOptions<Module>,
  ): AsyncIterableIterator<ZohoRecordOf<Module>> {
    return typedRows<ZohoRecordOf<Module>>(foundRows(this.#requests, module, options))
  }

  /** Runs a COQL query. @see https://www.zoho.com/crm/developer/docs/api/v8/COQL-Overview.html */
  coql(query: string, { signal }: ZohoCallOptions = {}): Promise<CoqlResult> {
    return runCoql(this.#requests, query, signal)
  }

  /** Every record that a condition holds for, by COQL and in the order of their ids, however many there are. */
  coqlAll<Module extends ZohoModuleName>(
    module: Module,
    options: CoqlAllOptions<Module>,
  ): AsyncIterableIterator<ZohoRecordOf<Module>> {
    return typedRows<ZohoRecordOf<Module>>(allRows(this.#requests, module, options))
  }

  /** The records of a related list; {@link relatedLists} tells what there are. */
  related(
    module: ZohoModuleName,
    id: string,
    list: string,
    options: RelatedOptions,
  ): AsyncIterableIterator<ZohoRecord> {
    return typedRows<ZohoRecord>(relatedRows(this.#requests, { module, id, list }, options))
  }

  /** The notes of a record. */
  notes(
    module: ZohoModuleName,
    id: string,
    { signal }: ZohoCallOptions = {},
  ): AsyncIterableIterator<ZohoRecordOf<'Notes'>> {
    return typedRows<ZohoRecordOf<'Notes'>>(noteRows(this.#requests, module, id, signal))
  }

  /** The modules of the organization. Asked for each time: keep them where you need them often. */
  async modules({ signal }: ZohoCallOptions = {}): Promise<readonly ZohoModule[]> {
    return typed<ZohoModule>(await settingsOf(this.#requests, 'modules', undefined, signal))
  }

  /** The fields of a module. Asked for each time. */
  async fields(module: ZohoModuleName, { signal }: ZohoCallOptions = {}): Promise<readonly ZohoField[]> {
    return typed<ZohoField>(await settingsOf(this.#requests, 'fields', module, signal))
  }

  /** The related lists of a module. Asked for each time. */
  async relatedLists(
    module: ZohoModuleName,
    { signal }: ZohoCallOptions = {},
  ): Promise<readonly ZohoRelatedList[]> {
    return typed<ZohoRelatedList>(await settingsOf(this.#requests, 'related_lists', module, signal))
  }

  /** The users of the organization. */
  users(type: ZohoUserType = 'AllUsers', { signal }: ZohoCallOptions = {}): AsyncIterableIterator<ZohoUser> {
    return typedRows<ZohoUser>(userRows(this.#requests, type, signal))
  }

  /** Who gave the grant; null: Zoho does not say. A good test of a connection: one credit. */
  async currentUser({ signal }: ZohoCallOptions = {}): Promise<ZohoUser | null> {
    return firstOf(this.users('CurrentUser', { signal }))
  }

  /** The organization; null: Zoho does not say. */
  async org({ signal }: ZohoCallOptions = {}): Promise<ZohoOrganization | null> {
    return typed<ZohoOrganization>(await organizationRows(this.#requests, signal))[0] ?? null
  }

  /** A lead by its id; null: there is none. */
  getById(id: string, options: GetRecordOptions<'Leads'> = {}): Promise<ZohoRecordOf<'Leads'> | null> {
    return this.get('Leads', id, options)
  }

  /**
   * The lead with exactly this number in one of its fields, in whatever format; of several the oldest. Null: none was found,
   * which the index of a search says of a lead that was just made, too.
   */
  async findByPhone(phone: string, { signal }: ZohoCallOptions = {}): Promise<ZohoRecordOf<'Leads'> | null> {
    return typedOne<ZohoRecordOf<'Leads'>>(await leadByPhone(this.#requests, phone, signal))
  }

  /** The lead with exactly this e-mail address in one of its fields; as {@link findByPhone}. */
  async findByEmail(email: string, { signal }: ZohoCallOptions = {}): Promise<ZohoRecordOf<'Leads'> | null> {
    return typedOne<ZohoRecordOf<'Leads'>>(await leadByEmail(this.#requests, email, signal))
  }

  /** Creates a lead. @throws ZohoApiError also where Zoho refuses the record itself: `zohoCode` and `details` say why */
  async createLead(lead: ZohoInputOf<'Leads'>, options: WriteOptions = {}): Promise<ZohoRecordSuccess> {
    return this.#single('create a lead', await this.create('Leads', [lead], options))
  }

  /** Changes a lead. @throws ZohoApiError as of {@link createLead} */
  async updateLead(
    id: string,
    lead: ZohoInputOf<'Leads'>,
    options: UpdateOptions = {},
  ): Promise<ZohoRecordSuccess> {
    return this.#single('update a lead', await this.update('Leads', [{ ...lead, id }], options))
  }

  /** Creates a lead, or changes the one that is there. @throws ZohoApiError as of {@link createLead} */
  async upsertLead(lead: ZohoInputOf<'Leads'>, options: UpsertOptions = {}): Promise<ZohoRecordSuccess> {
    return this.#single('upsert a lead', await this.upsert('Leads', [lead], options))
  }

  /** Adds a note to a record: to a lead, unless a module is named. @throws ZohoApiError as of {@link createLead} */
  async addNote(
    id: string,
    note: ZohoNoteInput,
    { module = 'Leads', signal }: AddNoteOptions = {},
  ): Promise<ZohoRecordSuccess> {
    const writes = new RecordWrites(this.#requests, 'Notes')
    return this.#single('add a note', await writes.create([noteRecord(module, id, note)], { signal }))
  }

  /**
   * The lead with this number, or a new one with these fields. Calls for one number in this process wait for each other. A lead
   * that the search does not find yet is found by Zoho's own check for duplicates (an upsert by `Phone`), and then gets the
   * fields that are given here. Safe to be called again after an error, also one with `outcome: 'unknown'`.
   *
   * What it cannot see: a lead that was made in the last moments, and not by this method, with the number written in another
   * way than `+15550120`; or in another field than `Phone`. And two processes that ask at the very same time depend on Zoho,
   * which promises nothing: let an administrator mark the field `Phone` as unique where that matters.
   */
  async getOrCreateByPhone(
    phone: string,
    lead: ZohoInputOf<'Leads'>,
    options: WriteOptions = {},
  ): Promise<FoundOrCreatedLead> {
    const number = parsePhone(phone)
    return alone(this.#requests, number, async () => {
      options.signal?.throwIfAborted()
      const found = await this.findByPhone(number, options)
      if (found !== null) return { id: found.id, created: false }
      const upsert = { ...options, duplicateCheckFields: ['Phone'] }
      const { id, action } = await this.upsertLead({ ...lead, Phone: number }, upsert)
      return { id, created: action === 'insert' }
    })
  }

  async #writes(
    module: string,
    write: (writes: RecordWrites) => Promise<readonly ZohoRecordResult[]>,
  ): Promise<readonly ZohoRecordResult[]> {
    return write(new RecordWrites(this.#requests, module))
  }

  #single(what: string, [result]: readonly ZohoRecordResult[]): ZohoRecordSuccess {
    if (result?.status === 'success') return result
    const { clientId, provider } = this.#requests.connection
    const { code = 'NO_RESULT', message = '', details = {} } = result ?? {}
    throw new ZohoApiError(
      `${provider} of ${clientId}: cannot ${what}: Zoho refuses (${[code, message].filter(Boolean).join(', ')}).`,
      { status: null, zohoCode: code, details, retryable: false, outcome: 'not_done', retryAt: null },
      { clientId, provider },
    )
  }
}

// What Zoho answers is an object by its parser; the fields in it are as the organization has them.
function typed<Row>(rows: readonly AnswerObject[]): readonly Row[] {
  return rows as readonly unknown[] as readonly Row[]
}

function typedOne<Row>(row: AnswerObject | null): Row | null {
  return row as unknown as Row | null
}

function typedRows<Row>(rows: AsyncGenerator<AnswerObject>): AsyncIterableIterator<Row> {
  return rows as AsyncGenerator<unknown> as AsyncGenerator<Row>
}

async function firstOf<Row>(rows: AsyncIterableIterator<Row>): Promise<Row | null> {
  for await (const row of rows) return row
  return null
}
