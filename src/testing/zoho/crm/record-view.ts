import type { CrmField } from './fields.ts'
import { own } from './json-objects.ts'
import type { CrmRecord } from './record-store.ts'
import type { CrmState } from './state.ts'
import { nameOf } from './values.ts'

const LONGEST_IN_LIST = 500

/** What a list or a single answer shows of a record. */
export interface View {
  /** Null: every field. */
  readonly fields: readonly string[] | null
  /** Lists cut rich text. */
  readonly list: boolean
}

/** A record as an answer prints it: names of other records are those of now, and a record that is gone is null. */
export function viewOf(state: CrmState, module: string, record: CrmRecord, view: View): CrmRecord {
  const known = state.fieldsOf(module)
  const system = systemKeys(state, module, record)
  const names = view.fields ?? [...known.keys(), ...Object.keys(system)]
  const shown = names.flatMap((name): [string, unknown][] => {
    const field = known.get(name)
    if (field !== undefined)
      return [[name, shownValue(state, module, field, own(record, name) ?? null, view)]]
    return Object.hasOwn(system, name) ? [[name, own(system, name)]] : []
  })
  return { ...Object.fromEntries(shown), id: record.id }
}

function shownValue(state: CrmState, module: string, field: CrmField, value: unknown, view: View): unknown {
  switch (field.data_type) {
    case 'boolean':
      return value ?? false
    case 'lookup':
      return shownReference(state, field.module ?? '', value)
    case 'multi_module_lookup': {
      const target = moduleOfReference(value)
      const reference = shownReference(state, target, value)
      if (reference === null || module !== 'Notes') return reference
      return { module: own(value, 'module'), ...reference }
    }
    case 'textarea':
      return field.rich && view.list && typeof value === 'string' ? value.slice(0, LONGEST_IN_LIST) : value
    default:
      return value
  }
}

/** The module that a value of several possible modules names. */
export function moduleOfReference(value: unknown): string {
  const name = own(own(value, 'module'), 'api_name')
  return typeof name === 'string' ? name : ''
}

function shownReference(state: CrmState, module: string, value: unknown): object | null {
  const id = own(value, 'id')
  const target = typeof id === 'string' ? state.store.get(module, id) : null
  return target === null ? null : { name: nameOf(state, module, target), id: target.id }
}

/** What Zoho tells beside the fields. */
function systemKeys(state: CrmState, module: string, record: CrmRecord): Readonly<Record<string, unknown>> {
  const base = {
    $currency_symbol: '$',
    $field_states: null,
    $review_process: { approve: false, reject: false, resubmit: false },
    $editable: true,
    $approved: true,
    $approval_state: 'approved',
    $in_merge: false,
    $state: 'save',
  }
  if (module === 'Leads') return { ...base, $converted: false, $converted_detail: {} }
  if (module === 'Notes') return { ...base, ...noteKeys(record) }
  if (!state.fieldsOf(module).has('What_Id')) return base
  return { ...base, $se_module: moduleOfReference(own(record, 'What_Id')) || null }
}

function noteKeys(record: CrmRecord): Readonly<Record<string, unknown>> {
  return {
    $attachments: null,
    $voice_note: false,
    $size: null,
    $is_shared_to_client: false,
    $sharing_permission: 'full_access',
    $se_module: moduleOfReference(own(record, 'Parent_Id')) || null,
  }
}
