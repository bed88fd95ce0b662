import { EvergrantError } from 'evergrant'
import { ZohoApiError } from '../request/zoho-api-error.ts'
import type { ZohoRequest } from '../request/zoho-request.ts'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import { parseApiName, parseId, parseRecords, zohoTime } from './crm-input.ts'
import {
  failedResults,
  resultsOf,
  tellsOfEach,
  type ZohoRecordFailure,
  type ZohoRecordResult,
} from './write-results.ts'

/** How records are written. */
export interface WriteOptions {
  /** What runs in Zoho for it: `workflow`, `approval`, `blueprint`, … Default: all; `[]`: nothing. */
  readonly trigger?: readonly string[] | undefined
  /** Rules that else apply in the user interface alone: `layout_rules`, `assignment_rules`, … */
  readonly applyFeatures?: readonly string[] | undefined
  /** Features to leave out: `cadences`. */
  readonly skipFeatures?: readonly string[] | undefined
  /** The id of the assignment rule for new records. */
  readonly assignmentRule?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** How records are changed. */
export interface UpdateOptions extends WriteOptions {
  /** A record that was changed after this is left as it is: its result is `ALREADY_MODIFIED`. */
  readonly ifUnmodifiedSince?: Date | undefined
}

/** How records are created or changed. */
export interface UpsertOptions extends UpdateOptions {
  /**
   * Fields by which Zoho looks for the record, in their order, at most ten. Default: those of the module (`Email` of leads),
   * and unique ones.
   */
  readonly duplicateCheckFields?: readonly string[] | undefined
}

/** How records are deleted. */
export interface DeleteOptions {
  /** Whether workflows run for it. Default: as Zoho has it, they do. */
  readonly triggerWorkflows?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** Zoho takes no more records in a call. */
const MOST_RECORDS = 100
// From here on Zoho counts a write among the heavy calls.
const HEAVY_RECORDS = 50

/** Writes of records of one module, in calls of a hundred, one after the other. */
export class RecordWrites {
  readonly #requests: ZohoRequests
  readonly #module: string

  /** @throws InvalidInputError the name can be none of a module */
  constructor(requests: ZohoRequests, module: string) {
    this.#requests = requests
    this.#module = parseApiName(module, 'module')
  }

  create(records: unknown, options: WriteOptions): Promise<readonly ZohoRecordResult[]> {
    const write = { method: 'POST', path: [this.#module], scopes: this.#scopes('CREATE') } as const
    return this.#inChunks(parseRecords(records), 'insert', options.signal, data => ({
      ...write,
      body: { data, ...bodyOf(options) },
    }))
  }

  update(records: unknown, options: UpdateOptions): Promise<readonly ZohoRecordResult[]> {
    const parsed = parseRecords(records)
    for (const { id } of parsed) parseId(id)
    const write = { method: 'PUT', path: [this.#module], scopes: this.#scopes('UPDATE') } as const
    return this.#inChunks(parsed, 'update', options.signal, data => ({
      ...write,
      headers: headersOf(options),
      body: { data, ...bodyOf(options) },
    }))
  }

  upsert(records: unknown, options: UpsertOptions): Promise<readonly ZohoRecordResult[]> {
    const fields = options.duplicateCheckFields?.map(field => parseApiName(field, 'field'))
    const write = {
      method: 'POST',
      path: [this.#module, 'upsert'],
      scopes: this.#scopes('CREATE', 'UPDATE'),
    } as const
    return this.#inChunks(parseRecords(records), 'insert', options.signal, data => ({
      ...write,
      headers: headersOf(options),
      body: { data, duplicate_check_fields: fields, ...bodyOf(options) },
    }))
  }

  delete(ids: readonly string[], options: DeleteOptions): Promise<readonly ZohoRecordResult[]> {
    const write = { method: 'DELETE', path: [this.#module], scopes: this.#scopes('DELETE') } as const
    return this.#inChunks(ids.map(parseId), 'delete', options.signal, chunk => ({
      ...write,
      query: { ids: chunk.join(','), wf_trigger: options.triggerWorkflows },
    }))
  }

  #scopes(...verbs: readonly string[]): readonly string[] {
    return verbs.map(verb => `ZohoCRM.modules.${this.#module}.${verb}`)
  }

  async #inChunks<Item>(
    items: readonly Item[],
    action: 'insert' | 'update' | 'delete',
    signal: AbortSignal | undefined,
    requestOf: (chunk: readonly Item[]) => ZohoRequest,
  ): Promise<readonly ZohoRecordResult[]> {
    const results: ZohoRecordResult[] = []
    while (results.length < items.length) {
      const chunk = items.slice(results.length, results.length + MOST_RECORDS)
      const request = { ...requestOf(chunk), signal, heavy: chunk.length >= HEAVY_RECORDS }
      try {
        results.push(...(await this.#write(request, chunk.length, action)))
      } catch (error) {
        // Nothing is lost by an error yet.
        if (results.length === 0 || !(error instanceof Error)) throw error
        const rest = items.length - results.length - chunk.length
        return [
          ...results,
          ...failedResults(chunk.length, 'CALL_FAILED', error, outcomeOf(error)),
          ...failedResults(rest, 'NOT_SENT', error, 'not_done'),
        ]
      }
    }
    return results
  }

  async #write(
    request: ZohoRequest,
    count: number,
    action: 'insert' | 'update' | 'delete',
  ): Promise<readonly ZohoRecordResult[]> {
    const answer = await this.#requests.send({ ...request, accepts: given => tellsOfEach(given, count) })
    const call = `${request.method} /crm/v8/${request.path.join('/')}`
    return resultsOf(answer, { count, action, call }, this.#requests.connection)
  }
}

// A signal may have fired while the call was under way. No token, no call.
function outcomeOf(error: Error): ZohoRecordFailure['outcome'] {
  if (error instanceof ZohoApiError) return error.outcome
  return error instanceof EvergrantError ? 'not_done' : 'unknown'
}

function bodyOf({ trigger, applyFeatures, skipFeatures, assignmentRule }: WriteOptions): object {
  const features = (names: readonly string[] | undefined): object | undefined =>
    names?.map(name => ({ name }))
  return {
    trigger,
    apply_feature_execution: features(applyFeatures),
    skip_feature_execution: features(skipFeatures),
    lar_id: assignmentRule === undefined ? undefined : parseId(assignmentRule),
  }
}

function headersOf({ ifUnmodifiedSince }: UpdateOptions): Readonly<Record<string, string>> | undefined {
  return ifUnmodifiedSince === undefined ? undefined : { 'If-Unmodified-Since': zohoTime(ifUnmodifiedSince) }
}
