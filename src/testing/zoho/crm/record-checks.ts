import { type CrmError, crmError } from './answers.ts'
import type { CrmField } from './fields.ts'
import { own } from './json-objects.ts'
import type { CrmRecord } from './record-store.ts'
import type { CrmState } from './state.ts'
import { parseValue, type SentRecord } from './values.ts'

/** Where a record stands, for its results: the module, and its place in the body. */
export interface RecordPlace {
  readonly state: CrmState
  readonly module: string
  /** `$.data[0]`. */
  readonly path: string
}

/** The values of a record as they are stored, and everything that is wrong with it. */
export interface CheckedRecord {
  readonly values: Readonly<Record<string, unknown>>
  readonly errors: readonly CrmError[]
}

/**
 * Checks what was sent for a record. Names that are no field are ignored, and what only the CRM writes.
 * @param existing the record that is changed; null: a new one
 */
export function checkRecord(place: RecordPlace, sent: SentRecord, existing: CrmRecord | null): CheckedRecord {
  const { state, module } = place
  const values: [string, unknown][] = []
  const errors: CrmError[] = []
  for (const field of state.fieldsOf(module).values()) {
    if (field.read_only) continue
    const name = field.api_name
    const value = own(sent, name)
    if (value === undefined) {
      if (field.system_mandatory && existing === null) errors.push(missing(place, field, null))
      continue
    }
    const parsed = parseValue(state, field, value, sent)
    if (parsed.kind === 'error') {
      const { code, message, details } = parsed
      errors.push(crmError(code, message, { ...details, ...placeOf(place, field) }))
    } else if (parsed.value === null && field.system_mandatory) errors.push(missing(place, field, existing))
    else values.push([name, parsed.value])
  }
  const stored: Readonly<Record<string, unknown>> = Object.fromEntries(values)
  return { values: stored, errors: [...errors, ...duplicateErrors(place, stored, existing)] }
}

/** One error as it is, several as `MULTIPLE_OR_MULTI_ERRORS`; null: there is none. */
export function asOne(errors: readonly CrmError[]): CrmError | null {
  const [first, second] = errors
  if (first === undefined) return null
  if (second === undefined) return first
  return crmError('MULTIPLE_OR_MULTI_ERRORS', 'Multiple errors in the request', { errors })
}

function duplicateErrors(
  place: RecordPlace,
  values: Readonly<Record<string, unknown>>,
  existing: CrmRecord | null,
): readonly CrmError[] {
  const { state, module } = place
  return [...state.fieldsOf(module).values()].flatMap(field => {
    if (!field.unique) return []
    const found = state.index.find(module, field.api_name, values[field.api_name])
    const others = found.filter(({ id }) => id !== existing?.id)
    const [other] = others
    if (other === undefined) return []
    const owner = own(other, 'Owner')
    const zuid = state.users.find(({ id }) => id === own(owner, 'id'))?.zuid
    const details = {
      id: other.id,
      more_records: others.length > 1,
      duplicate_record: {
        id: other.id,
        Owner: { name: own(owner, 'name'), id: own(owner, 'id'), zuid },
        module: { api_name: module, id: state.moduleId(module) },
      },
      ...placeOf(place, field),
    }
    return [crmError('DUPLICATE_DATA', 'duplicate data', details)]
  })
}

function missing(place: RecordPlace, field: CrmField, existing: CrmRecord | null): CrmError {
  const id = existing === null ? {} : { id: existing.id }
  return crmError('MANDATORY_NOT_FOUND', 'required field not found', { ...placeOf(place, field), ...id })
}

function placeOf({ path }: RecordPlace, { api_name }: CrmField): object {
  return { api_name, json_path: `${path}.${api_name}` }
}
