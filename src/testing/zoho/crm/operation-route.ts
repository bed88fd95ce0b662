import type { Context, Hono } from 'hono'
import type { Clock } from '../../../ports/clock.ts'
import type { Answer } from '../answer.ts'
import { deliver, deliveryUnder } from '../delivery.ts'
import type { ZohoRoute } from '../route-environment.ts'
import { type Admitted, admit, judgeToken } from './admission.ts'
import { invalidData, refusal } from './answers.ts'
import type { CrmCall, CrmOperation } from './call.ts'
import { isAnswer } from './conditions.ts'
import { own } from './json-objects.ts'
import { readBody } from './request-body.ts'
import type { CrmState } from './state.ts'

/** What the routes need beside the state. */
export interface OperationServer {
  readonly clock: Clock
  /** Fires when the server closes: delays end. */
  readonly closing: AbortSignal
}

/**
 * Adds one call of the API: reads its body, judges its token, its scopes and the limits, and does its work in one go,
 * without anything in between. Then it takes the time of the settings; faults for `crm` apply.
 */
export function addOperation(
  app: Hono<ZohoRoute>,
  state: CrmState,
  operation: CrmOperation,
  server: OperationServer,
): void {
  app.on(operation.method, operation.path, async context => {
    const body = await readBody(context.req.raw, state.settings.largestBody)
    const fault = state.accounts.faults.take('crm')
    context.var.line.note({ fault: fault?.kind ?? null })
    let admitted: Admitted | null = null
    const work = (): Answer => {
      admitted = answerTo(context, state, operation, body)
      context.var.line.note({ outcome: outcomeOf(admitted.answer) })
      return admitted.answer
    }
    const delivery = deliveryUnder(fault, work, state.accounts.settings)
    await takeTime(admitted, state, server)
    return deliver(delivery, context.env.outgoing, server.clock, server.closing)
  })
}

function answerTo(
  context: Context<ZohoRoute>,
  state: CrmState,
  operation: CrmOperation,
  body: Buffer | null,
): Admitted {
  const refused = (answer: Answer): Admitted => ({ answer, worked: false, leave: () => undefined })
  const owner = judgeToken(state, context.req.header('authorization'))
  if (isAnswer(owner)) return refused(owner)
  context.var.line.note({ grant: owner.grant })
  if (body === null)
    return refused(refusal(413, 'REQUEST_ENTITY_TOO_LARGE', 'the request entity is too large'))
  const json = parseJson(body)
  if (json.kind === 'broken') return refused(invalidData({ expected_data_type: 'jsonobject' }))
  const call: CrmCall = {
    state,
    actor: state.actor(owner.user),
    params: context.req.param(),
    query: new URL(context.req.url).searchParams,
    header: name => context.req.header(name),
    body: json.value,
  }
  return admit(call, operation, owner)
}

/** A request that was let in keeps its place for as long as it takes. */
async function takeTime(
  admitted: Admitted | null,
  { settings: { latencyMs } }: CrmState,
  { clock, closing }: OperationServer,
): Promise<void> {
  if (admitted === null) return
  if (admitted.worked && latencyMs > 0) await clock.delay(latencyMs, { signal: closing, keepAlive: true })
  admitted.leave()
}

type Json = { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'broken' }

function parseJson(body: Buffer): Json {
  const text = new TextDecoder().decode(body).trim()
  if (text === '') return { kind: 'json', value: undefined }
  try {
    return { kind: 'json', value: JSON.parse(text) }
  } catch {
    return { kind: 'broken' }
  }
}

/** For the ledger: `ok`, or the code of the error; `record_errors` where only records failed. */
function outcomeOf({ status, body }: Answer): string {
  if (status < 400 && status !== 202 && status !== 207) return 'ok'
  const code = own(JSON.parse(body), 'code')
  return typeof code === 'string' ? code : 'record_errors'
}
