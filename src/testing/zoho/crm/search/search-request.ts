import type { Answer } from '../../answer.ts'
import { invalidData, refusal } from '../answers.ts'
import { fuzzyContains, hasWords, samePhone } from '../criteria/fuzzy.ts'
import { testOf } from '../criteria/match.ts'
import { parseCriteria } from '../criteria/parse.ts'
import { type FieldOf, kindOf, type QueryField, type Row, storedValue } from '../field-values.ts'
import { own } from '../json-objects.ts'
import { queryRefused } from '../query-refusal.ts'

/** The selectors, in the order in which Zoho looks for them. Others beside the first are ignored. */
export const selectors = ['criteria', 'email', 'phone', 'word'] as const

/** What a search is for: a test of records, or the answer that refuses it. */
export type Wanted =
  | { readonly kind: 'test'; readonly test: (record: Row) => boolean }
  | { readonly kind: 'refused'; readonly answer: Answer }

/** Reads which records a search is for, by one of its selectors. */
export function wantedOf(
  query: URLSearchParams,
  fields: ReadonlyMap<string, QueryField>,
  mostConditions: number,
): Wanted {
  const selector = selectors.find(name => query.get(name))
  const text = query.get(selector ?? '') ?? ''
  switch (selector) {
    case undefined: {
      const message = 'one of the expected parameter is missing'
      return refused(refusal(400, 'EXPECTED_PARAM_MISSING', message, { param_names: selectors }))
    }
    case 'criteria':
      return ofCriteria(text, name => fields.get(name) ?? idField(name), mostConditions)
    case 'email':
      if (text.length > 255) return refused(invalidData({ param_name: 'email', maximum_length: 255 }))
      return ofTexts(fields, ['email'], texts => texts.some(stored => fuzzyContains(stored, text)))
    case 'phone':
      if (!/^[+]?[0-9\s\-().]{3,50}$/.test(text) || text.length > 50)
        return refused(invalidData({ param_name: 'phone', minimum_length: 3, maximum_length: 50 }))
      return ofTexts(fields, ['phone'], texts => texts.some(stored => samePhone(stored, text)))
    case 'word':
      if (text.length < 2 || text.length > 100)
        return refused(invalidData({ param_name: 'word', minimum_length: 2, maximum_length: 100 }))
      return ofTexts(fields, [], texts => hasWords(texts, text))
  }
}

function refused(answer: Answer): Wanted {
  return { kind: 'refused', answer }
}

function idField(name: string): QueryField | undefined {
  return name === 'id' ? { api_name: 'id', data_type: 'bigint' } : undefined
}

function ofCriteria(text: string, fieldOf: FieldOf, mostConditions: number): Wanted {
  const parsed = parseCriteria(text, mostConditions)
  const made = parsed.kind === 'refused' ? parsed : testOf(parsed.criteria, fieldOf)
  return made.kind === 'refused' ? refused(queryRefused(made.refusal)) : made
}

/** @param dataTypes of the fields whose texts are looked at; none: all that people read */
function ofTexts(
  fields: ReadonlyMap<string, QueryField>,
  dataTypes: readonly string[],
  test: (texts: readonly string[]) => boolean,
): Wanted {
  const readable = ['text', 'long_text', 'choice', 'choices', 'lookup']
  const searched = [...fields.values()].filter(({ data_type }) =>
    dataTypes.length === 0 ? readable.includes(kindOf(data_type)) : dataTypes.includes(data_type),
  )
  return {
    kind: 'test',
    test: record => test(searched.flatMap(field => textsOf(storedValue(record, field)))),
  }
}

function textsOf(stored: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(stored) ? stored : [own(stored, 'name') ?? stored]
  return all.filter(value => typeof value === 'string')
}
