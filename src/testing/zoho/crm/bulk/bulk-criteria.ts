import { holds, type Relation } from '../comparison.ts'
import {
  type Comparable,
  kindOf,
  operandOf,
  type QueryField,
  type Row,
  storedValue,
} from '../field-values.ts'
import { own } from '../json-objects.ts'

/** Criteria of a bulk read made into a test, or what is wrong with them. */
export type BulkCriteria =
  | { readonly kind: 'test'; readonly test: (record: Row) => boolean; readonly conditions: number }
  | { readonly kind: 'refused'; readonly details: Readonly<Record<string, unknown>> }

const DEEPEST = 10

const relation = (comparator: Relation['comparator'], negated = false): Relation => ({ comparator, negated })

/** What each comparator means. */
const relations: ReadonlyMap<unknown, Relation> = new Map([
  ['equal', relation('one of')],
  ['not_equal', relation('one of', true)],
  ['in', relation('one of')],
  ['not_in', relation('one of', true)],
  ['greater_than', relation('above')],
  ['greater_equal', relation('at least')],
  ['less_than', relation('below')],
  ['less_equal', relation('at most')],
  ['between', relation('between')],
  ['not_between', relation('between', true)],
  ['starts_with', relation('starts with')],
  ['ends_with', relation('ends with')],
  ['contains', relation('contains')],
  ['not_contains', relation('contains', true)],
])

/** Comparators of which only the order of values decides; texts, choices and lookups have none. */
const ordered = ['below', 'at most', 'above', 'at least', 'between']

/** Reads `{ group_operator, group: [ … ] }` and `{ field: { api_name }, comparator, value }`. */
export function parseBulkCriteria(
  sent: unknown,
  fieldOf: (name: string) => QueryField | undefined,
  path: string,
  depth = 0,
): BulkCriteria {
  const refused = (api_name: string, more: object = {}): BulkCriteria => ({
    kind: 'refused',
    details: { api_name, json_path: `${path}.${api_name}`, ...more },
  })
  const group = own(sent, 'group')
  if (group === undefined) return parseCondition(sent, fieldOf, refused)
  const operator = own(sent, 'group_operator')
  if (typeof operator !== 'string' || !/^(?:and|or)$/i.test(operator))
    return refused('group_operator', { supported_values: ['and', 'or'] })
  if (!Array.isArray(group) || group.length === 0 || depth === DEEPEST) return refused('group')
  const tests: ((record: Row) => boolean)[] = []
  let conditions = 0
  for (const [index, item] of group.entries()) {
    const parsed = parseBulkCriteria(item, fieldOf, `${path}.group[${index}]`, depth + 1)
    if (parsed.kind === 'refused') return parsed
    tests.push(parsed.test)
    conditions += parsed.conditions
  }
  const all = operator.toLowerCase() === 'and'
  const test = (record: Row): boolean =>
    all ? tests.every(part => part(record)) : tests.some(part => part(record))
  return { kind: 'test', test, conditions }
}

function parseCondition(
  sent: unknown,
  fieldOf: (name: string) => QueryField | undefined,
  refused: (api_name: string, more?: object) => BulkCriteria,
): BulkCriteria {
  const name = own(own(sent, 'field'), 'api_name')
  const field = typeof name === 'string' ? fieldOf(name) : undefined
  if (field === undefined) return refused('field')
  const found = relations.get(own(sent, 'comparator'))
  const kind = kindOf(field.data_type)
  const fits = !['text', 'long_text', 'choice', 'choices', 'flag', 'lookup', 'other'].includes(kind)
  if (found === undefined || kind === 'other' || (ordered.includes(found.comparator) && !fits))
    return refused('comparator')
  const operands = operandsOf(own(sent, 'value'), kind)
  if (operands === 'empty') {
    const empty = { comparator: 'empty', negated: found.negated } as const
    return { kind: 'test', test: record => holds(empty, kind, storedValue(record, field), []), conditions: 1 }
  }
  const wanted = found.comparator === 'between' ? 2 : 1
  if (operands === null || operands.length < wanted)
    return refused('value', { expected_data_type: field.data_type })
  return {
    kind: 'test',
    test: record => holds(found, kind, storedValue(record, field), operands),
    conditions: 1,
  }
}

/** One value or several. `empty`: the words with which Zoho asks for none. Null: they are none of this kind. */
function operandsOf(value: unknown, kind: ReturnType<typeof kindOf>): readonly Comparable[] | 'empty' | null {
  if (value === `$${'{EMPTY}'}`) return 'empty'
  const operands: Comparable[] = []
  for (const item of Array.isArray(value) ? value : [value]) {
    const text = own(item, 'id') ?? item
    const operand = ['string', 'number', 'boolean'].includes(typeof text)
      ? operandOf(kind, String(text))
      : null
    if (operand === null) return null
    operands.push(operand)
  }
  return operands.length === 0 ? null : operands
}
