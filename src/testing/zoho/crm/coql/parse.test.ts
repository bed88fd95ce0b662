import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseQuery } from './parse.ts'
import { creditsOf } from './query.ts'

const parsed = (text: string) => {
  const answer = parseQuery(text)
  return answer.kind === 'query' ? answer.query : answer.refusal
}
const comparison = (path: string, operator: string, ...values: string[]) => ({
  kind: 'comparison',
  path,
  operator,
  values,
})

describe('queries', () => {
  test('every clause, in any case', () => {
    expect(
      parsed(
        `SELECT Stage, SUM(Amount) AS total FROM Deals WHERE (Stage != 'Lost' AND (Amount >= 10 OR Closing_Date is null))
         GROUP BY Stage ORDER BY total DESC, Stage LIMIT 400, 200`,
      ),
    ).toEqual({
      columns: [
        { path: 'Stage', aggregate: null, alias: null },
        { path: 'Amount', aggregate: 'SUM', alias: 'total' },
      ],
      module: 'Deals',
      where: {
        kind: 'and',
        left: comparison('Stage', '!=', 'Lost'),
        right: {
          kind: 'or',
          left: comparison('Amount', '>=', '10'),
          right: comparison('Closing_Date', 'is null'),
        },
      },
      groupBy: ['Stage'],
      orderBy: [
        { path: 'total', aggregate: null, order: 'desc' },
        { path: 'Stage', aggregate: null, order: 'asc' },
      ],
      limit: 200,
      offset: 400,
    })
  })

  test.each([
    ["a = 'it''s'", comparison('a', '=', "it's")],
    ['a = "say ""x"""', comparison('a', '=', 'say "x"')],
    ["'External' <> 'x'", comparison('External', '!=', 'x')],
    ['a in (1, 2.5, -3)', comparison('a', 'in', '1', '2.5', '-3')],
    ["a not in ('x')", comparison('a', 'not in', 'x')],
    ["a.b.c like '%x%'", comparison('a.b.c', 'like', '%x%')],
    ["a not like 'x%'", comparison('a', 'not like', 'x%')],
    ['a between 1 and 2', comparison('a', 'between', '1', '2')],
    ['a is not null', comparison('a', 'is not null')],
    ['a = TRUE', comparison('a', '=', 'true')],
    ["((a = 'x'))", comparison('a', '=', 'x')],
  ])('a condition: %s', (text, where) => {
    expect(parsed(`select a from Leads where ${text}`)).toMatchObject({ where })
  })

  test('a quote that is doubled does not end the text, whatever follows', () => {
    expect(parsed("select a from Leads where a = 'x'' or id is not null --'")).toMatchObject({
      where: comparison('a', '=', "x' or id is not null --"),
    })
  })

  test('any text comes back from between its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom("'", '"'), (value, quote) => {
        const text = `${quote}${value.replaceAll(quote, quote + quote)}${quote}`
        const where = comparison('a', '=', value)
        expect(parsed(`select a from L where a = ${text}`)).toMatchObject({ where })
      }),
    )
  })

  test('limits: 200 rows unless the query says, 2000 at most; they decide the credits', () => {
    const rows = (text: string) => parsed(`select a from Leads where a is null ${text}`)
    expect(rows('')).toMatchObject({ limit: 200, offset: 0 })
    expect(rows('limit 2000 offset 8000')).toMatchObject({ limit: 2000, offset: 8000 })
    expect(rows('offset 5')).toMatchObject({ limit: 200, offset: 5 })
    const invalid = (limit: string) => ({
      code: 'INVALID_QUERY',
      details: { limit },
      message: 'limit given seems to be invalid',
    })
    expect(rows('limit 2001')).toEqual(invalid('2001'))
    expect(rows('limit s')).toEqual(invalid('s'))
    expect(rows('limit 1.5')).toEqual(invalid('1.5'))
    expect(rows('limit 0')).toEqual({
      code: 'INVALID_DATA',
      details: {},
      message: 'limit should be greater than 0',
    })
    expect(rows('limit 1 offset x')).toMatchObject({ code: 'INVALID_QUERY', details: { offset: 'x' } })
    const credits = [200, 201, 1000, 1001, 2000].map(limit => {
      const answer = parseQuery(`select a from Leads where a is null limit ${limit}`)
      return answer.kind === 'query' ? creditsOf(answer.query) : null
    })
    expect(credits).toEqual([1, 2, 2, 3, 3])
  })
})

describe('queries that are refused', () => {
  test.each([
    ['delete from Leads', {}, 'given coql query not supported'],
    ['', {}, 'given coql query not supported'],
    ['select a from Leads', { clause: 'where' }, 'missing clause'],
    ['select a from Leads limit 5', { clause: 'where' }, 'missing clause'],
    ['select a where b is null', { clause: 'from' }, 'missing clause'],
    ['select a, FROM Leads where a is null', { line: 1, column: 11, near: 'FROM' }, 'unexpected token'],
    ['select a\nfrom Leads\nwhere = 5', { line: 3, column: 7, near: '=' }, 'unexpected token'],
    ['select a from Leads where a = b', { line: 1, column: 31, near: 'b' }, 'unexpected token'],
    ['select a from Leads where a = 1; drop', { near: '; drop' }, 'unexpected token'],
    ['select a from Leads where a = 1 x', { near: 'x' }, 'unexpected token'],
    ["select a from Leads where a = 'x", { near: "'x" }, 'unexpected token'],
    [
      'select a from Leads where a =',
      { near: ' from Leads where a =' },
      'error occured while parsing the query',
    ],
    [
      'select a from Leads where a is null and b is null and c is null',
      { near: 'and' },
      'error occured while parsing the query',
    ],
    ['select a from Leads where not (a is null)', { operator: 'not' }, 'operator not supported'],
    ["select a from Leads where a contains 'x'", { operator: 'contains' }, 'operator not supported'],
  ])('%s', (text, details, message) => {
    expect(parsed(text)).toMatchObject({
      code: 'SYNTAX_ERROR',
      details:
        'near' in details
          ? { ...details, near: expect.stringContaining(details.near.trim().slice(-12)) }
          : details,
      message,
    })
  })

  test('an empty alias, a function that nobody knows', () => {
    expect(parsed("select a as '' from Leads where a is null")).toEqual({
      code: 'INVALID_ALIAS',
      details: { column_name: 'a', alias: '' },
      message: 'alias name cannot be an empty string',
    })
    expect(parsed('select TestFunction(Last_Name) from Leads where a is null')).toEqual({
      code: 'INVALID_DATA',
      details: { reason: 'unsupported aggregate function', column: 'TestFunction(Last_Name)' },
      message: 'invalid data',
    })
  })

  test('more columns, conditions, groups, orders or values than Zoho takes', () => {
    const list = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`).join(', ')
    const nested = (count: number): string =>
      count === 1 ? 'a is null' : `(a is null and ${nested(count - 1)})`
    const limit = (text: string) => parsed(text)
    expect(limit(`select ${list(50)} from L where a is null`)).toHaveProperty('columns.length', 50)
    expect(limit(`select ${list(51)} from L where a is null`)).toMatchObject({ code: 'LIMIT_EXCEEDED' })
    expect(limit(`select a from L where ${nested(25)}`)).toHaveProperty('where')
    expect(limit(`select a from L where ${nested(26)}`)).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: 25, clause: 'where' },
    })
    const subquery = `a in (select a from L where ${nested(13)})`
    expect(limit(`select a from L where (${subquery} and ${subquery})`)).toMatchObject({
      details: { limit: 25, clause: 'where' },
    })
    expect(limit(`select a from L where a is null group by ${list(5)}`)).toMatchObject({
      details: { limit: 4, clause: 'group by' },
    })
    expect(limit(`select a from L where a is null order by ${list(11)}`)).toMatchObject({
      details: { limit: 10, clause: 'order by' },
    })
    expect(limit(`select a from L where a in (${Array(101).fill(1).join(',')})`)).toMatchObject({
      details: { limit: 100, clause: 'in' },
    })
  })

  test('long and deep queries are judged at once', () => {
    const length = 200_000
    const start = performance.now()
    const hostile = [
      `select a from L where ${'('.repeat(length)}`,
      `select a from L where a in ${'(select a from L where a in '.repeat(length / 25)}`,
      `select a from L where a = '${"''".repeat(length / 2)}`,
      `select a from L where a = ${'.a'.repeat(length / 2)}`,
      `select ${'a,'.repeat(length / 2)}`,
      `select a from L where a${'\n'.repeat(length)}?`,
      `select ${'-'.repeat(length)}`,
      `${' '.repeat(length)}`,
    ]
    for (const text of hostile) expect(parsed(text)).toHaveProperty('code')
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})
