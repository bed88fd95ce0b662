import { type Answer, jsonAnswer } from '../../answer.ts'
import { invalidData } from '../answers.ts'
import type { CrmCall, CrmOperation } from '../call.ts'
import { isAnswer } from '../conditions.ts'
import { own } from '../json-objects.ts'
import type { CrmState, CrmUser } from '../state.ts'
import { noSuchJob } from './bulk-read.ts'
import { type RowResult, writeRow } from './bulk-rows.ts'
import { type BulkWriteRequest, parseBulkWrite } from './bulk-write-request.ts'
import { rowsOfCsv, zipOfCsv } from './csv-file.ts'
import { type JobPlace, KEPT_MS, runJob } from './job-run.ts'

/** A CSV file that was uploaded. */
export interface UploadedFile {
  readonly name: string
  readonly text: string
  readonly until: number
}

interface WriteJob {
  readonly id: string
  readonly request: BulkWriteRequest
  readonly file: UploadedFile
  readonly createdBy: CrmUser
  readonly createdAt: number
  status: 'ADDED' | 'INPROGRESS' | 'COMPLETED' | 'FAILED'
  rows: readonly RowResult[]
  result: { readonly zip: Uint8Array; readonly until: number } | null
}

const PATH = '/crm/bulk/v8/write'

/** Bulk writes of one CRM, from files that were uploaded before. */
export class BulkWrites {
  readonly #place: JobPlace
  readonly #apiUrl: () => string
  readonly #files = new Map<string, UploadedFile>()
  readonly #jobs = new Map<string, WriteJob>()

  /** @param apiUrl where results are fetched; Zoho's are on another domain */
  constructor(place: JobPlace, apiUrl: () => string) {
    this.#place = place
    this.#apiUrl = apiUrl
  }

  operations(): readonly CrmOperation[] {
    return [
      {
        ...{ method: 'POST', path: PATH, cost: () => 500 },
        scopes: ({ body }) => ['ZohoCRM.bulk.CREATE', ...moduleScopes(body)],
        answer: call => this.#create(call),
      },
      {
        ...{ method: 'GET', path: `${PATH}/:id`, scopes: () => ['ZohoCRM.bulk.READ'] },
        answer: ({ params }) => {
          const job = this.#jobs.get(params.id ?? '')
          return job === undefined ? noSuchJob(params.id ?? '') : jsonAnswer(this.#describe(job))
        },
      },
    ]
  }

  /** Keeps a file for a day, and gives its id. */
  keep(name: string, text: string): string {
    const { state } = this.#place
    const id = state.ids.next()
    for (const [old, { until }] of this.#files) {
      if (until <= state.clock.monotonicMs()) this.#files.delete(old)
    }
    this.#files.set(id, { name, text, until: state.clock.monotonicMs() + KEPT_MS })
    return id
  }

  /** The ZIP with what became of each row. Null: there is no such job, it is not over, or its file is gone. */
  result(id: string): Uint8Array | null {
    const result = this.#jobs.get(id)?.result ?? null
    return result === null || result.until <= this.#place.state.clock.monotonicMs() ? null : result.zip
  }

  #create({ state, actor, body }: CrmCall): Answer {
    const request = parseBulkWrite(state, body)
    if (isAnswer(request)) return request
    const file = this.#files.get(request.fileId)
    if (file === undefined || file.until <= state.clock.monotonicMs())
      return invalidData({ api_name: 'file_id', json_path: '$.resource[0].file_id' })
    const job: WriteJob = {
      ...{ id: state.ids.next(), request, file, createdBy: actor, createdAt: state.clock.wallMs() },
      ...{ status: 'ADDED', rows: [], result: null },
    }
    this.#jobs.set(job.id, job)
    void runJob(this.#place, {
      start: () => {
        job.status = 'INPROGRESS'
      },
      finish: () => finish(state, job),
      callback: request.callback,
      told: () => this.#describe(job),
    })
    const details = { id: job.id, created_by: userOf(job) }
    return jsonAnswer({ status: 'success', code: 'SUCCESS', message: 'success', details }, 201)
  }

  #describe(job: WriteJob): object {
    const { id, request, file, status, createdAt, rows } = job
    const count = (wanted: RowResult['status']): number => rows.filter(row => row.status === wanted).length
    const ofResource = status === 'INPROGRESS' ? 'IN PROGRESS' : status
    return {
      ...{ status, character_encoding: 'UTF-8', operation: request.operation, id },
      resource: [
        {
          ...{ status: ofResource, type: 'data' },
          module: { api_name: request.module, id: this.#place.state.moduleId(request.module) },
          field_mappings: request.mappings.map(({ sent }) => sent),
          file: {
            ...{ status: ofResource, name: file.name },
            ...{ added_count: count('ADDED'), skipped_count: count('SKIPPED') },
            ...{ updated_count: count('UPDATED'), total_count: rows.length },
          },
        },
      ],
      ...(job.result === null
        ? {}
        : { result: { download_url: `${this.#apiUrl()}/v2/bulk/write/${id}/result` } }),
      created_by: userOf(job),
      created_time: this.#place.state.time(createdAt),
      callback: request.sentCallback,
    }
  }
}

function userOf({ createdBy: { id, name } }: WriteJob): object {
  return { id, name }
}

/** Writes the rows, one after the other in one go. More rows than a file may have fail the job, and none is written. */
function finish(state: CrmState, job: WriteJob): void {
  const lines = rowsOfCsv(job.file.text)
  if (lines.length > state.settings.bulkWriteRows) {
    job.status = 'FAILED'
    return
  }
  job.rows = lines.map(line => writeRow(state, job.createdBy, job.request, line))
  const table = job.rows.map(({ status, id, errors }) => [status, id, errors])
  const zip = zipOfCsv(`${job.id}.csv`, [['STATUS', 'RECORD_ID', 'ERRORS'], ...table])
  job.result = { zip, until: state.clock.monotonicMs() + KEPT_MS }
  job.status = 'COMPLETED'
}

/** The scopes of the module that a bulk write names: for what it does there. */
function moduleScopes(body: unknown): readonly string[] {
  const resources = own(body, 'resource')
  const module = own(own(Array.isArray(resources) ? resources[0] : undefined, 'module'), 'api_name')
  if (typeof module !== 'string') return []
  const operation = own(body, 'operation')
  const verbs =
    operation === 'insert' ? ['CREATE'] : operation === 'update' ? ['UPDATE'] : ['CREATE', 'UPDATE']
  return verbs.map(verb => `ZohoCRM.modules.${module}.${verb}`)
}
