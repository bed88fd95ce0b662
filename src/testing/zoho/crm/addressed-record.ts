import type { Answer } from '../answer.ts'
import { invalidData, refusal } from './answers.ts'
import type { CrmCall } from './call.ts'
import type { CrmModule } from './fields.ts'
import { isId } from './ids.ts'
import { own } from './json-objects.ts'
import type { CrmRecord } from './record-store.ts'

/** The module of the path, by its API name, letter by letter; or the answer that refuses it. */
export function moduleOf({ state, params }: CrmCall): CrmModule | Answer {
  const module = state.modules.get(params.module ?? '')
  return module ?? invalidModule({ resource_path_index: 0 })
}

export function invalidModule(details: Readonly<Record<string, unknown>>): Answer {
  return refusal(400, 'INVALID_MODULE', 'the module name given seems to be invalid', details)
}

/**
 * The field of the header `X-EXTERNAL: Leads.Caller_Number`, by whose value records are addressed, not by their id.
 * Null: it was not sent.
 */
export function externalFieldOf({ state, header }: CrmCall, module: string): string | null | Answer {
  const sent = header('X-EXTERNAL')
  if (sent === undefined) return null
  const [named, name = '', ...rest] = sent.trim().split('.')
  const field = named === module && rest.length === 0 ? state.fieldsOf(module).get(name) : undefined
  return field?.external === true ? name : invalidData({ header_name: 'X-EXTERNAL' })
}

/** The record that the path names by its id or its external value; null: there is none. */
export function addressedRecord(call: CrmCall, module: string): CrmRecord | null | Answer {
  const { state, params } = call
  const id = params.id ?? ''
  const external = externalFieldOf(call, module)
  if (typeof external === 'string') return state.index.find(module, external, id)[0] ?? null
  if (external !== null) return external
  if (!isId(id)) return invalidData({ resource_path_index: 1 }, 'the id given seems to be invalid')
  return state.store.get(module, id)
}

/** The id that a record of a body means: its own, or that of the record with its external value. */
export function idOfSent(call: CrmCall, module: string, external: string | null, sent: unknown): unknown {
  if (external === null) return own(sent, 'id')
  const value = own(sent, external)
  const [found] = call.state.index.find(module, external, value)
  return found?.id ?? (value === undefined ? undefined : String(value))
}
