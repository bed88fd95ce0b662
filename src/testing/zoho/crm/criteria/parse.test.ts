import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCriteria } from './parse.ts'

const parsed = (text: string) => {
  const answer = parseCriteria(text, 10)
  return answer.kind === 'criteria' ? answer.criteria : answer.refusal
}
const condition = (field: string, operator: string, ...values: string[]) => ({
  kind: 'condition',
  field,
  operator,
  values,
})
const malformed = { code: 'INVALID_QUERY', details: { reason: 'criteria format is invalid' } }

describe('criteria of a search', () => {
  test('one condition, and conditions joined in groups, with and without spaces', () => {
    expect(parsed('(Company:equals:Zylker)')).toEqual(condition('Company', 'equals', 'Zylker'))
    const both = {
      kind: 'and',
      of: [condition('Last_Name', 'equals', 'Doe'), condition('Email', 'starts_with', 'd')],
    }
    expect(parsed('((Last_Name:equals:Doe)and(Email:starts_with:d))')).toEqual(both)
    expect(parsed('( (Last_Name:equals:Doe) AND (Email:starts_with:d) )')).toEqual(both)
    expect(parsed('(Last_Name:equals:Doe)and(Email:starts_with:d)')).toEqual(both)
    expect(parsed('(((A:equals:1)and(B:equals:2))or(C:equals:3))')).toEqual({
      kind: 'or',
      of: [
        { kind: 'and', of: [condition('A', 'equals', '1'), condition('B', 'equals', '2')] },
        condition('C', 'equals', '3'),
      ],
    })
  })

  test('a backslash escapes parentheses, commas and a backslash, and is one before anything else', () => {
    expect(parsed('(A:equals:Burns\\,B \\(Jr\\))')).toEqual(condition('A', 'equals', 'Burns,B (Jr)'))
    expect(parsed('(A:equals:K\\\\)')).toEqual(condition('A', 'equals', 'K\\'))
    expect(parsed('(A:equals:C:\\temp)')).toEqual(condition('A', 'equals', 'C:\\temp'))
    expect(parsed('(A:in:a,b\\,c)')).toEqual(condition('A', 'in', 'a', 'b,c'))
  })

  test('a value does not become a condition by what is escaped in it', () => {
    expect(parsed('((A:equals:x\\)or\\(B:equals:y)and(C:equals:z))')).toEqual({
      kind: 'and',
      of: [condition('A', 'equals', 'x)or(B:equals:y'), condition('C', 'equals', 'z')],
    })
    // The backslash of a value is escaped, so the parenthesis behind it ends the condition.
    expect(parsed('(A:equals:x\\\\)or(B:equals:y)')).toEqual({
      kind: 'or',
      of: [condition('A', 'equals', 'x\\'), condition('B', 'equals', 'y')],
    })
  })

  test('any value comes back from an escaped condition, beside another one', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), value => {
        const escaped = value.replace(/[(),\\]/g, '\\$&')
        expect(parsed(`((A:equals:${escaped})and(B:equals:y))`)).toEqual({
          kind: 'and',
          of: [condition('A', 'equals', value), condition('B', 'equals', 'y')],
        })
      }),
    )
  })

  test.each([
    '',
    '()',
    '(A)',
    '(A:equals)',
    'A:equals:x',
    '(A:equals:x',
    '(A:equals:x))',
    '(A:equals:x(y)',
    '(A:equals:x)(B:equals:y)',
    '(A:equals:x)and',
    '(A:equals:x)xor(B:equals:y)',
    '((A:equals:x)and(B:equals:y)or(C:equals:z))',
    '(A:equals:x\\)',
    '(: :)',
  ])('is refused where it is malformed: %s', text => {
    expect(parsed(text)).toMatchObject(malformed)
  })

  test('ten conditions pass, the eleventh is one too many', () => {
    const of = (count: number) => `(${Array(count).fill('(A:equals:x)').join('and')})`
    expect(parsed(of(10))).toHaveProperty('kind', 'and')
    expect(parsed(of(11))).toEqual({
      code: 'CRITERIA_LIMIT_EXCEEDED',
      details: {},
      message: 'no of criterium that can be given exceed the limit 15',
    })
  })

  test('3000 characters of anything are judged at once, more are refused', () => {
    const hostile = ['(', ')', '\\', ':', '((A:equals:', 'A:', ' ', '(A:equals:x)and', 'a', '(a:\\'].map(
      part => part.repeat(3_000 / part.length),
    )
    const start = performance.now()
    for (const text of hostile) expect(parsed(text)).toHaveProperty('code')
    expect(performance.now() - start).toBeLessThan(500)
    expect(parsed(`(A:equals:${'x'.repeat(3_000)})`)).toMatchObject({ code: 'INVALID_QUERY' })
    expect(parsed(`${'('.repeat(40)}A:equals:x${')'.repeat(40)}`)).toEqual(condition('A', 'equals', 'x'))
    expect(parsed(`${'('.repeat(60)}A:equals:x${')'.repeat(60)}`)).toMatchObject(malformed)
  })
})
