import type { Context, Hono } from 'hono'
import { type Answer, jsonAnswer, responseOf } from '../../answer.ts'
import type { ZohoRoute } from '../../route-environment.ts'
import { admit, judgeToken } from '../admission.ts'
import { invalidData, refusal } from '../answers.ts'
import type { CrmOperation } from '../call.ts'
import { isAnswer } from '../conditions.ts'
import { zgidOf } from '../organization-operations.ts'
import { readBody } from '../request-body.ts'
import type { CrmState } from '../state.ts'
import { type BulkReads, noSuchJob } from './bulk-read.ts'
import type { BulkWrites } from './bulk-write.ts'
import { csvOfZip } from './csv-file.ts'

/** Adds what is no JSON: the files of bulk jobs. Faults do not strike these calls; scopes, limits and credits hold. */
export function addBulkFiles(
  app: Hono<ZohoRoute>,
  state: CrmState,
  reads: BulkReads,
  writes: BulkWrites,
): void {
  const download = (path: string, find: (id: string) => Uint8Array | null): void => {
    app.get(path, context => {
      const id = context.req.param('id') ?? ''
      const zip = find(id)
      const answer = admitted(context, state, 'ZohoCRM.bulk.READ', () =>
        zip === null ? noSuchJob(id) : empty,
      )
      if (answer !== empty || zip === null) return responseOf(answer)
      const headers = {
        'content-type': 'application/x-download',
        'content-disposition': `attachment; filename=${id}.zip`,
      }
      return new Response(new Uint8Array(zip), { headers })
    })
  }
  download('/crm/bulk/v8/read/:id/result', id => reads.result(id))
  download('/v2/bulk/write/:id/result', id => writes.result(id))
  app.post('/crm/v8/upload', async context => {
    const file = await uploadedFile(context, state)
    return responseOf(
      admitted(context, state, 'ZohoCRM.bulk.CREATE', () => answerUpload(context, state, writes, file)),
    )
  })
}

/** Stands for the file, once the call is let in. */
const empty: Answer = { status: 200, headers: {}, body: '' }

function admitted(context: Context<ZohoRoute>, state: CrmState, scope: string, work: () => Answer): Answer {
  const { line } = context.var
  const owner = judgeToken(state, context.req.header('authorization'))
  if (isAnswer(owner)) return owner
  line.note({ grant: owner.grant })
  const call = {
    ...{ state, actor: state.actor(owner.user), params: {}, query: new URLSearchParams(), body: undefined },
    header: (name: string) => context.req.header(name),
  }
  const operation: CrmOperation = {
    method: 'GET',
    path: context.req.path,
    scopes: () => [scope],
    answer: work,
  }
  const { answer, leave } = admit(call, operation, owner)
  leave()
  line.note({ outcome: answer.status < 400 ? 'ok' : 'refused' })
  return answer
}

/** The bytes of the form's `file`. Null: the body is no such form, or larger than bodies may be. */
async function uploadedFile(context: Context<ZohoRoute>, state: CrmState): Promise<Uint8Array | null> {
  const bytes = await readBody(context.req.raw, state.settings.largestBody)
  if (bytes === null) return null
  try {
    const headers = { 'content-type': context.req.header('content-type') ?? '' }
    const file = (await new Response(new Uint8Array(bytes), { headers }).formData()).get('file')
    return file === null || typeof file === 'string' ? null : new Uint8Array(await file.arrayBuffer())
  } catch {
    return null
  }
}

/** Wrong headers have an error of a form that nothing else has. */
function answerUpload(
  context: Context<ZohoRoute>,
  state: CrmState,
  writes: BulkWrites,
  file: Uint8Array | null,
): Answer {
  if (context.req.header('feature') !== 'bulk-write' || context.req.header('X-CRM-ORG') !== zgidOf(state)) {
    const error = {
      ERROR_MESSAGE: 'Bad Request',
      ERROR_CODE: 400,
      'x-error': 'check if headers [feature, X-CRM-ORG] are present and valid',
      info: 'check if headers [feature, X-CRM-ORG] are present and valid',
      http_status: '400',
    }
    return jsonAnswer(error, 400)
  }
  if (file === null)
    return refusal(400, 'REQUIRED_PARAM_MISSING', 'required param is missing', { param_name: 'file' })
  const csv = csvOfZip(file)
  if (csv.kind === 'broken') return invalidData({ param_name: 'file', reason: csv.reason }, 'invalid file')
  const details = {
    file_id: writes.keep(csv.name, csv.text),
    created_time: state.time(state.clock.wallMs()),
  }
  return jsonAnswer({ status: 'success', code: 'FILE_UPLOAD_SUCCESS', message: 'file uploaded.', details })
}
