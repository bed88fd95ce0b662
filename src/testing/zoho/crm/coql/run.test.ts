import { describe, expect, test } from 'vitest'
import type { QueryField, Row } from '../field-values.ts'
import type { CoqlSource } from './columns.ts'
import { parseQuery } from './parse.ts'
import { runQuery } from './run.ts'

const fieldsOf = (types: Readonly<Record<string, string>>) =>
  new Map<string, QueryField>(
    Object.entries(types).map(([api_name, type]) => {
      const [data_type = '', module] = type.split(':')
      return [api_name, { api_name, data_type, module }]
    }),
  )
const modules = new Map([
  [
    'Contacts',
    fieldsOf({
      Last_Name: 'text',
      Email: 'email',
      Description: 'textarea',
      Lead_Source: 'picklist',
      Tags: 'multiselectpicklist',
      Revenue: 'currency',
      Opt_Out: 'boolean',
      Birthday: 'date',
      Created_Time: 'datetime',
      Account_Name: 'lookup:Accounts',
      Owner: 'ownerlookup',
    }),
  ],
  ['Accounts', fieldsOf({ Account_Name: 'text', Parent: 'lookup:Accounts', Industry: 'picklist' })],
  ['users', fieldsOf({ email: 'email' })],
])
const owner = { id: '9', name: 'Ada' }
const records = new Map<string, readonly Row[]>([
  [
    'Contacts',
    [
      {
        ...{
          id: '9007199254740993',
          Last_Name: 'Doe',
          Email: 'd@z.com',
          Lead_Source: 'Chat',
          Tags: ['a', 'b'],
        },
        ...{ Revenue: 10, Opt_Out: true, Birthday: '2001-01-01', Created_Time: '2026-01-01T00:00:00+05:30' },
        ...{ Account_Name: { id: '1', name: 'Zylker' }, Owner: owner },
      },
      {
        ...{
          id: '9007199254740994',
          Last_Name: 'roe',
          Email: null,
          Lead_Source: 'Chat',
          Tags: [],
          Revenue: 30,
        },
        ...{ Opt_Out: false, Birthday: '1999-01-01', Created_Time: '2026-01-01T00:00:00Z' },
        ...{ Account_Name: { id: '2', name: 'Sub' }, Owner: owner },
      },
      { id: '9007199254740995', Last_Name: 'Poe', Lead_Source: null, Revenue: null, Account_Name: null },
    ],
  ],
  [
    'Accounts',
    [
      { id: '1', Account_Name: 'Zylker', Parent: null, Industry: 'ERP' },
      { id: '2', Account_Name: 'Sub', Parent: { id: '1', name: 'Zylker' }, Industry: 'ASP' },
    ],
  ],
  ['users', [{ id: '9', email: 'ada@example.com' }]],
])
const source: CoqlSource = {
  fields: module => modules.get(module) ?? null,
  all: module => records.get(module) ?? [],
  get: (module, id) => records.get(module)?.find(row => row.id === id) ?? null,
  show: (_module, row, field) => row[field.api_name] ?? null,
}

function answer(text: string): unknown {
  const parsed = parseQuery(text)
  if (parsed.kind === 'refused') return parsed.refusal
  const found = runQuery(parsed.query, source)
  return found.kind === 'rows' ? found.rows : found.refusal
}
const names = (where: string, rest = '') => {
  const rows = answer(`select Last_Name from Contacts where ${where} ${rest}`)
  return Array.isArray(rows) ? rows.map(row => row.Last_Name).join(' ') : rows
}

describe('answers', () => {
  test.each([
    ["Last_Name = 'doe'", 'Doe'],
    ["Last_Name != 'Doe'", 'roe Poe'],
    ["Email != 'x'", 'Doe'],
    ['Email is null', 'roe Poe'],
    ["Last_Name in ('Doe', 'Poe')", 'Doe Poe'],
    ["Email not in ('x')", 'Doe'],
    ["Last_Name like '%OE'", 'Doe roe Poe'],
    ["Last_Name like 'r%'", 'roe'],
    ["Last_Name like '%o%'", 'Doe roe Poe'],
    ["Last_Name like 'oe'", ''],
    ["Last_Name not like 'D%'", 'roe Poe'],
    ["Tags = 'b'", 'Doe'],
    ['Tags is null', 'roe Poe'],
    ["Opt_Out = 'false'", 'roe Poe'],
    ['Revenue >= 30', 'roe'],
    ['Revenue between 5 and 10', 'Doe'],
    ["Birthday < '2000-01-01'", 'roe'],
    ["Created_Time <= '2025-12-31T18:30:00Z'", 'Doe'],
    ['id > 9007199254740993', 'roe Poe'],
    ["id = '9007199254740995'", 'Poe'],
    ["Account_Name = '1'", 'Doe'],
    ["Account_Name.Account_Name = 'zylker'", 'Doe'],
    ["Account_Name.Parent.Account_Name = 'Zylker'", 'roe'],
    ["Owner.email = 'ada@example.com'", 'Doe roe'],
    ["((Lead_Source = 'Chat' and Revenue > 5) and Opt_Out = true)", 'Doe'],
    ["Account_Name in (select id from Accounts where Industry = 'ASP')", 'roe'],
    ["Account_Name = (select id from Accounts where Industry = 'ERP')", 'Doe'],
    ["Account_Name not in (select id from Accounts where Industry = 'None')", 'Doe roe'],
  ])('where %s', (where, expected) => {
    expect(names(where)).toBe(expected)
  })

  test('each row has its columns under their names, and its id', () => {
    expect(
      answer(
        "select Last_Name as name, Account_Name, Account_Name.Account_Name from Contacts where Last_Name = 'Doe'",
      ),
    ).toEqual([
      {
        name: 'Doe',
        Account_Name: { id: '1', name: 'Zylker' },
        'Account_Name.Account_Name': 'Zylker',
        id: '9007199254740993',
      },
    ])
    expect(answer('select Account_Name.Account_Name from Contacts where Account_Name is null')).toEqual([
      { 'Account_Name.Account_Name': null, id: '9007199254740995' },
    ])
  })

  test('order by several columns, and rows by limit and offset', () => {
    expect(names('id is not null', 'order by Lead_Source desc, Revenue desc')).toBe('roe Doe Poe')
    expect(names('id is not null', 'order by Revenue')).toBe('Poe Doe roe')
    expect(names('id is not null', 'order by Account_Name.Account_Name desc limit 1, 1')).toBe('roe')
    expect(names('id is not null', 'limit 2 offset 2')).toBe('Poe')
  })

  test('groups and their functions', () => {
    expect(
      answer(
        'select Lead_Source, SUM(Revenue), AVG(Revenue) as mean, MIN(Birthday), MAX(Birthday), COUNT(id) from Contacts where id is not null group by Lead_Source order by COUNT(id) desc',
      ),
    ).toEqual([
      {
        Lead_Source: 'Chat',
        'SUM(Revenue)': 40,
        mean: 20,
        'MIN(Birthday)': '1999-01-01',
        'MAX(Birthday)': '2001-01-01',
        'COUNT(id)': 2,
      },
      {
        Lead_Source: null,
        'SUM(Revenue)': null,
        mean: null,
        'MIN(Birthday)': null,
        'MAX(Birthday)': null,
        'COUNT(id)': 1,
      },
    ])
    expect(answer('select COUNT(Email) from Contacts where id is not null')).toEqual([{ 'COUNT(Email)': 1 }])
    expect(answer("select COUNT(Email) as n from Contacts where Last_Name = 'no'")).toEqual([{ n: 0 }])
  })

  test('names of objects of JavaScript are names like others, and no fields', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'Account_Name.__proto__', '__proto__.id']) {
      expect(answer(`select ${name} from Contacts where id is not null`)).toMatchObject({
        code: 'INVALID_QUERY',
        details: { column_name: name },
      })
      expect(answer(`select id from ${name.replaceAll('.', '_')} where id is not null`)).toMatchObject({
        code: 'INVALID_MODULE',
      })
    }
    const [row] = answer("select Last_Name as __proto__ from Contacts where Last_Name = 'Doe'") as [object]
    expect(Object.getOwnPropertyDescriptor(row, '__proto__')?.value).toBe('Doe')
  })
})

describe('queries that do not fit the modules are refused', () => {
  const invalidOperator = { reason: 'invalid operator found' }
  test.each([
    ["Last_Name > 'x'", { ...invalidOperator, column_name: 'Last_Name', operator: '>' }],
    ["Opt_Out != 'true'", { ...invalidOperator, operator: '!=' }],
    ["Account_Name like 'x'", { ...invalidOperator, operator: 'like' }],
    ['Opt_Out is null', { ...invalidOperator, operator: 'is null' }],
    ["Description = 'x'", { cv_criteria: false, column_name: 'Description', operator: '=' }],
    ["Revenue = 'x'", { reason: 'invalid value found', expected_data_type: 'currency' }],
    ["id = 'x'", { expected_data_type: 'bigint' }],
    ["Nope = 'x'", { column_name: 'Nope' }],
    ["Account_Name.Parent.Parent.Industry = 'x'", { column_name: 'Account_Name.Parent.Parent.Industry' }],
    ["Last_Name.id = 'x'", { column_name: 'Last_Name.id' }],
    [
      'Account_Name in (select id, Industry from Accounts where id is not null)',
      { sub_query_sequence: 0, column_name: ['id', 'Industry'] },
    ],
    [
      'Account_Name = (select id from Accounts where id is not null)',
      { sub_query_sequence: 0, operator: '=' },
    ],
  ])('where %s', (where, details) => {
    expect(names(where)).toMatchObject({ code: 'INVALID_QUERY', details })
  })

  test.each([
    ['Last_Name, Last_Name', 'DUPLICATE_DATA', { column_name: 'Last_Name' }],
    ['MAX(Revenue), MAX(Revenue)', 'DUPLICATE_DATA', { column_name: 'Revenue', aggregate: 'MAX' }],
    [
      'Last_Name as n, Email as n',
      'DUPLICATE_ALIAS',
      { referred_columns: ['Last_Name', 'Email'], alias: 'n' },
    ],
    ['Last_Name, Email as Last_Name', 'INVALID_QUERY', { column_name: 'Email', alias: 'Last_Name' }],
    ['SUM(Last_Name)', 'INVALID_DATA', { column: 'SUM(Last_Name)' }],
    ['Last_Name, COUNT(id)', 'INVALID_QUERY', { column_name: 'Last_Name' }],
  ])('select %s', (columns, code, details) => {
    expect(answer(`select ${columns} from Contacts where id is not null`)).toMatchObject({ code, details })
  })

  test('doubled columns in group by and order by', () => {
    const rest = (text: string) => answer(`select id from Contacts where id is not null ${text}`)
    expect(rest('order by id, id')).toMatchObject({ code: 'DUPLICATE_DATA', details: { column_name: 'id' } })
    expect(rest('group by id, id')).toMatchObject({ code: 'DUPLICATE_DATA', details: { column_name: 'id' } })
    expect(answer('select id from Nope where id is not null')).toEqual({
      code: 'INVALID_MODULE',
      details: {},
      message: 'the given module is not supported in api',
    })
  })
})
