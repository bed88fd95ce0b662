import { type CrmField, lengthOf } from './fields.ts'
import { isId } from './ids.ts'
import { isObject, own } from './json-objects.ts'
import type { CrmState } from './state.ts'
import { isDate, parseInstant } from './times.ts'

/** What became of a value that was sent for a field. */
export type ParsedValue =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'error'
      readonly code: string
      readonly message: string
      readonly details: Readonly<Record<string, unknown>>
    }

/** The record that a value came with: some fields are only understood beside others. */
export type SentRecord = Readonly<Record<string, unknown>>

/** The value as it is stored, or what is wrong with it. Null and empty text clear a field. */
export function parseValue(state: CrmState, field: CrmField, sent: unknown, record: SentRecord): ParsedValue {
  if (sent === null || sent === '') return value(null)
  switch (field.data_type) {
    case 'integer':
      return Number.isSafeInteger(sent) ? ofDigits(sent as number, field) : wrongType('integer')
    case 'bigint':
      return parseBigint(sent, field)
    case 'double':
    case 'currency':
    case 'percent':
      return typeof sent === 'number' ? ofDigits(sent, field) : wrongType('double')
    case 'boolean':
      return typeof sent === 'boolean' ? value(sent) : wrongType('boolean')
    case 'date':
      return typeof sent === 'string' && isDate(sent) ? value(sent) : wrongType('date')
    case 'datetime':
      return parseDateTime(state, sent)
    case 'multiselectpicklist':
      return parseChoices(sent, field)
    case 'ownerlookup':
    case 'userlookup':
      return parseUser(state, sent)
    case 'lookup':
      return parseLookup(state, field, sent)
    case 'multi_module_lookup':
      return parseMultiModule(state, field, sent, record)
    default:
      return parseText(sent, field)
  }
}

function value(parsed: unknown): ParsedValue {
  return { kind: 'value', value: parsed }
}

function invalid(details: Readonly<Record<string, unknown>>, message = 'invalid data'): ParsedValue {
  return { kind: 'error', code: 'INVALID_DATA', message, details }
}

function wrongType(expected: string): ParsedValue {
  return invalid({ expected_data_type: expected })
}

function tooLong(field: CrmField): ParsedValue {
  return invalid({ maximum_length: lengthOf(field) })
}

function parseText(sent: unknown, field: CrmField): ParsedValue {
  const expected = field.data_type === 'email' || field.data_type === 'phone' ? field.data_type : 'text'
  if (typeof sent !== 'string') return wrongType(expected)
  if (sent.length > lengthOf(field)) return tooLong(field)
  if (field.data_type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(sent)) return wrongType('email')
  return value(sent)
}

function ofDigits(sent: number, field: CrmField): ParsedValue {
  if (!Number.isFinite(sent)) return wrongType('double')
  const digits = String(Math.abs(Math.trunc(sent)))
  return digits.length > lengthOf(field) || digits.includes('e') ? tooLong(field) : value(sent)
}

/** Digits beyond 2^53 are only whole as text. */
function parseBigint(sent: unknown, field: CrmField): ParsedValue {
  const text = Number.isSafeInteger(sent) ? String(sent) : sent
  if (typeof text !== 'string' || !/^-?\d+$/.test(text)) return wrongType('bigint')
  return text.replace('-', '').length > lengthOf(field) ? tooLong(field) : value(text)
}

function parseDateTime(state: CrmState, sent: unknown): ParsedValue {
  const instant = typeof sent === 'string' ? parseInstant(sent) : null
  return instant === null ? wrongType('datetime') : value(state.time(instant))
}

function parseChoices(sent: unknown, field: CrmField): ParsedValue {
  if (!Array.isArray(sent)) return wrongType('jsonarray')
  const choices = sent.filter(choice => typeof choice === 'string')
  if (choices.length < sent.length) return wrongType('text')
  return choices.some(choice => choice.length > lengthOf(field)) ? tooLong(field) : value(choices)
}

function parseUser(state: CrmState, sent: unknown): ParsedValue {
  const id = isObject(sent) ? own(sent, 'id') : sent
  const email = own(sent, 'email')
  if (id !== undefined && !isId(id)) return wrongType('bigint')
  const user = state.users.find(known => (id === undefined ? known.email === email : known.id === id))
  if (user === undefined) return invalid({}, 'the related id given seems to be invalid')
  return value({ name: user.name, id: user.id, email: user.email })
}

function parseLookup(state: CrmState, field: CrmField, sent: unknown): ParsedValue {
  const id = isObject(sent) ? own(sent, 'id') : sent
  if (!isId(id)) return wrongType('bigint')
  return refer(state, field.module ?? '', id, reference => reference)
}

/** Which module is meant stands in the value (`module.api_name`), or beside it (`$se_module`, `se_module`). */
function parseMultiModule(state: CrmState, field: CrmField, sent: unknown, record: SentRecord): ParsedValue {
  const id = isObject(sent) ? own(sent, 'id') : sent
  if (!isId(id)) return wrongType('bigint')
  const within = own(sent, 'module')
  const module = own(within, 'api_name') ?? own(record, '$se_module') ?? own(record, 'se_module') ?? within
  if (typeof module !== 'string') {
    return {
      kind: 'error',
      code: 'EXPECTED_FIELD_MISSING',
      message: 'One of the expected field is missing',
      details: { expected_fields: [{ api_name: `${field.api_name}.module` }, { api_name: '$se_module' }] },
    }
  }
  if (!state.modules.has(module)) return invalid({}, 'the module name given seems to be invalid')
  return refer(state, module, id, reference => ({
    module: { api_name: module, id: state.moduleId(module) },
    ...reference,
  }))
}

function refer(
  state: CrmState,
  module: string,
  id: string,
  shape: (reference: object) => object,
): ParsedValue {
  const target = state.store.get(module, id)
  if (target === null) return invalid({}, 'the related id given seems to be invalid')
  return value(shape({ name: nameOf(state, module, target), id }))
}

/** What a record is called: the value of its module's display field. */
export function nameOf(state: CrmState, module: string, record: SentRecord): unknown {
  return own(record, state.modules.get(module)?.display ?? '') ?? null
}
