import { type Answer, jsonAnswer } from '../../answer.ts'
import { refusal } from '../answers.ts'
import type { CrmCall, CrmOperation } from '../call.ts'
import { isAnswer } from '../conditions.ts'
import { own } from '../json-objects.ts'
import type { CrmState, CrmUser } from '../state.ts'
import { type BulkReadRequest, parseBulkRead } from './bulk-read-request.ts'
import { zipOfCsv } from './csv-file.ts'
import { type JobPlace, KEPT_MS, runJob } from './job-run.ts'

interface ReadJob {
  readonly id: string
  readonly request: BulkReadRequest
  readonly createdBy: CrmUser
  readonly createdAt: number
  state: 'ADDED' | 'IN PROGRESS' | 'COMPLETED'
  result: {
    readonly zip: Uint8Array
    readonly count: number
    readonly more: boolean
    readonly until: number
  } | null
}

const PATH = '/crm/bulk/v8/read'

/** Bulk reads of one CRM: each gives the records of one moment as a CSV file. */
export class BulkReads {
  readonly #place: JobPlace
  readonly #jobs = new Map<string, ReadJob>()

  constructor(place: JobPlace) {
    this.#place = place
  }

  /** The calls about jobs; their files are fetched by {@link result}. */
  operations(): readonly CrmOperation[] {
    return [
      {
        ...{ method: 'POST', path: PATH, cost: () => 50 },
        scopes: ({ body }) => ['ZohoCRM.bulk.READ', ...moduleScopes(body)],
        answer: call => this.#create(call),
      },
      {
        ...{ method: 'GET', path: `${PATH}/:id`, scopes: () => ['ZohoCRM.bulk.READ'] },
        answer: ({ params }) => this.#describe(params.id ?? ''),
      },
    ]
  }

  /** The ZIP of a job. Null: there is no such job, it is not over, or its file is gone. */
  result(id: string): Uint8Array | null {
    const result = this.#jobs.get(id)?.result ?? null
    return result === null || result.until <= this.#place.state.clock.monotonicMs() ? null : result.zip
  }

  #create({ state, actor, body }: CrmCall): Answer {
    const request = parseBulkRead(state, body)
    if (isAnswer(request)) return request
    const job: ReadJob = {
      ...{ id: state.ids.next(), request, createdBy: actor, createdAt: state.clock.wallMs() },
      ...{ state: 'ADDED', result: null },
    }
    this.#jobs.set(job.id, job)
    void runJob(this.#place, {
      start: () => {
        job.state = 'IN PROGRESS'
      },
      finish: () => this.#finish(job),
      callback: request.callback,
      told: () => describe(state, job),
    })
    const { query: _query, result: _result, file_type: _type, ...details } = describe(state, job)
    const added = { status: 'success', code: 'ADDED_SUCCESSFULLY', message: 'Added successfully.', details }
    return jsonAnswer({ data: [added], info: {} }, 201)
  }

  #finish(job: ReadJob): void {
    const { state } = this.#place
    const { module, fields, test, page } = job.request
    const rows = state.settings.bulkReadRows
    const found = state.store.all(module).filter(test)
    const shown = found.slice((page - 1) * rows, page * rows)
    const names = fields.filter(name => name !== 'id')
    const lines = shown.map(record => [record.id, ...names.map(name => cellOf(own(record, name)))])
    const zip = zipOfCsv(`${job.id}.csv`, [['Id', ...names], ...lines])
    const until = state.clock.monotonicMs() + KEPT_MS
    job.state = 'COMPLETED'
    job.result = { zip, count: shown.length, more: found.length > page * rows, until }
  }

  #describe(id: string): Answer {
    const job = this.#jobs.get(id)
    if (job === undefined) return noSuchJob(id)
    return jsonAnswer({ data: [describe(this.#place.state, job)] })
  }
}

/** The READ of the module that a bulk read names. */
function moduleScopes(body: unknown): readonly string[] {
  const module = own(own(own(body, 'query'), 'module'), 'api_name')
  return typeof module === 'string' ? [`ZohoCRM.modules.${module}.READ`] : []
}

export function noSuchJob(id: string): Answer {
  return refusal(404, 'RESOURCE_NOT_FOUND', 'the requested resource does not exist', { resource: id })
}

function describe(state: CrmState, job: ReadJob): Readonly<Record<string, unknown>> {
  const { id, request, createdBy, createdAt, result } = job
  return {
    ...{ id, operation: 'read', state: job.state, query: request.query },
    created_by: { id: createdBy.id, name: createdBy.name },
    created_time: state.time(createdAt),
    ...(result === null
      ? {}
      : {
          result: {
            ...{ page: request.page, count: result.count, download_url: `${PATH}/${id}/result` },
            ...{ per_page: state.settings.bulkReadRows, more_records: result.more, next_page_token: null },
          },
        }),
    file_type: 'csv',
  }
}

/** A value as bulk files write it: of another record its id, of several choices all of them. */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(cellOf).join(';')
  const id = own(value, 'id')
  return typeof id === 'string' ? id : String(value)
}
