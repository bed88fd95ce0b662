import { type CrmError, crmError } from '../answers.ts'
import { own } from '../json-objects.ts'
import type { CrmState } from '../state.ts'

/** Which fields an edit must change to be told of. */
export type FieldSelection =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly FieldSelection[] }

/** Zoho's limit on the fields of a selection. */
const MOST_FIELDS = 10
const DEEPEST = 10

/** Reads `{ type: 'field_selection', module: { api_name }, field_selection }`, or tells what is wrong with it. */
export function parseCondition(
  state: CrmState,
  sent: unknown,
  path: string,
): { readonly module: string; readonly selection: FieldSelection } | CrmError {
  const invalid = (api_name: string, within: string, details: object = {}): CrmError =>
    crmError('INVALID_DATA', 'invalid data', { api_name, json_path: `${path}.${within}`, ...details })
  const missing = (api_name: string, within: string): CrmError =>
    crmError('MANDATORY_NOT_FOUND', 'required field not found', { api_name, json_path: `${path}.${within}` })
  const type = own(sent, 'type')
  if (type === undefined) return missing('type', 'type')
  if (type !== 'field_selection') return invalid('type', 'type', { supported_values: ['field_selection'] })
  const module = own(own(sent, 'module'), 'api_name')
  if (module === undefined) return missing('module', 'module')
  if (typeof module !== 'string' || !state.modules.has(module)) return invalid('api_name', 'module.api_name')
  const selection = parseSelection(own(sent, 'field_selection'), state.fieldsOf(module), 0)
  if (selection === null) return invalid('field_selection', 'field_selection')
  if (fieldsOf(selection).length > MOST_FIELDS)
    return invalid('field_selection', 'field_selection', { maximum_length: MOST_FIELDS })
  return { module, selection }
}

function parseSelection(
  sent: unknown,
  known: ReadonlyMap<string, unknown>,
  depth: number,
): FieldSelection | null {
  // Zoho's examples have both: the name itself, and the field with its name.
  const name = own(sent, 'api_name') ?? own(own(sent, 'field'), 'api_name')
  if (typeof name === 'string') return known.has(name) ? { kind: 'field', name } : null
  const operator = own(sent, 'group_operator')
  const group = own(sent, 'group')
  if (!Array.isArray(group) || group.length === 0 || depth === DEEPEST) return null
  if (operator !== 'and' && operator !== 'or') return null
  const of = group.map(item => parseSelection(item, known, depth + 1))
  return of.every(selection => selection !== null) ? { kind: operator, of } : null
}

function fieldsOf(selection: FieldSelection): readonly string[] {
  return selection.kind === 'field' ? [selection.name] : selection.of.flatMap(fieldsOf)
}

/** Whether an edit that changed these fields is told of. */
export function selects(selection: FieldSelection, changed: readonly string[]): boolean {
  if (selection.kind === 'field') return changed.includes(selection.name)
  return selection.kind === 'and'
    ? selection.of.every(part => selects(part, changed))
    : selection.of.some(part => selects(part, changed))
}
