import { describe, expect, test } from 'vitest'
import { hasWords, samePhone } from './fuzzy.ts'
import { testOf } from './match.ts'
import { parseCriteria } from './parse.ts'

const empty = `$${'{EMPTY}'}`
const types = new Map(
  Object.entries({
    id: 'bigint',
    Last_Name: 'text',
    Description: 'textarea',
    Email: 'email',
    Lead_Status: 'picklist',
    Interests: 'multiselectpicklist',
    Email_Opt_Out: 'boolean',
    Annual_Revenue: 'currency',
    Closing_Date: 'date',
    Created_Time: 'datetime',
    Account_Name: 'lookup',
    Line_Items: 'subform',
  }),
)
const fieldOf = (name: string) => {
  const dataType = types.get(name)
  return dataType === undefined ? undefined : { api_name: name, data_type: dataType }
}
const records = [
  {
    id: '4150868000000002175',
    Last_Name: 'ABC Inc',
    Email: 'sales-team@z.com',
    Lead_Status: 'Contacted',
    Interests: ['Golf', 'Go'],
    Email_Opt_Out: false,
    Annual_Revenue: 100,
    Closing_Date: '2026-03-01',
    Created_Time: '2026-03-01T09:00:00+05:30',
    Account_Name: { id: '77', name: 'Zylker' },
  },
  {
    id: '4150868000000002176',
    Last_Name: 'Abcott (Jr), B',
    Description: 'calls abc often',
    Email: 'sales_team@z.com',
    Lead_Status: 'Not Contacted',
    Email_Opt_Out: true,
    Annual_Revenue: 99.5,
    Created_Time: '2026-03-01T03:30:01Z',
    Account_Name: null,
  },
]

function found(text: string): unknown {
  const parsed = parseCriteria(text, 10)
  const made = parsed.kind === 'criteria' ? testOf(parsed.criteria, fieldOf) : parsed
  return made.kind === 'refused' ? made.refusal : records.flatMap((row, at) => (made.test(row) ? [at] : []))
}

describe('criteria over records', () => {
  test.each([
    ['(Last_Name:equals:abc)', [0, 1]],
    ['(Last_Name:equals:ABC Inc)', [0]],
    ['(Email:equals:sales-team@z.com)', [0, 1]],
    ['(Email:not_equal:sales team@z.com)', []],
    ['(Last_Name:starts_with:abco)', [1]],
    ['(Last_Name:in:ABC Inc,Doe)', [0]],
    ['(Last_Name:in:ABC)', []],
    ['(Last_Name:in:Abcott \\(Jr\\)\\, B)', [1]],
    ['(Last_Name:equals:@)', []],
    ['(Description:equals:ABC)', [1]],
  ])('equals on text is contains, and punctuation is fuzzy: %s', (text, rows) => {
    expect(found(text)).toEqual(rows)
  })

  test.each([
    ['(Lead_Status:equals:Contacted)', [0]],
    ['(Lead_Status:not_equal:Contacted)', [1]],
    ['(Interests:equals:Go)', [0]],
    ['(Interests:starts_with:gol)', [0]],
    ['(Email_Opt_Out:equals:true)', [1]],
    ['(Annual_Revenue:greater_than:99.5)', [0]],
    ['(Annual_Revenue:between:99,100)', [0, 1]],
    ['(Annual_Revenue:between:99,99.9)', [1]],
    ['(id:greater_than:4150868000000002175)', [1]],
    ['(Closing_Date:less_equal:2026-03-01)', [0]],
    ['(Created_Time:equals:2026-03-01T03:30:00+00:00)', [0]],
    ['(Created_Time:greater_equal:2026-03-01T03:30:01+00:00)', [1]],
    ['(Account_Name:equals:77)', [0]],
    ['(Account_Name:in:1,Zylker)', [0]],
    [`(Account_Name:equals:${empty})`, [1]],
    [`(Closing_Date:not_equal:${empty})`, [0]],
    ['((Lead_Status:equals:Contacted)or(Email_Opt_Out:equals:true))', [0, 1]],
    ['((Last_Name:equals:abc)and((Lead_Status:equals:Contacted)or(Annual_Revenue:equals:5)))', [0]],
  ])('each data type compares in its own way: %s', (text, rows) => {
    expect(found(text)).toEqual(rows)
  })

  test.each([
    ['(Nope:equals:x)', { reason: 'the field is not available', api_name: 'Nope' }],
    ['(__proto__:equals:x)', { api_name: '__proto__' }],
    ['(constructor:equals:x)', { api_name: 'constructor' }],
    ['(Last_Name:greater_than:x)', { reason: 'invalid operator found', operator: 'greater_than' }],
    ['(Last_Name:contains:x)', { operator: 'contains' }],
    ['(Line_Items:equals:x)', { operator: 'equals' }],
    ['(Description:in:x)', { operator: 'in' }],
    ['(Email_Opt_Out:equals:yes)', { expected_data_type: 'boolean' }],
    ['(Annual_Revenue:equals:1e3)', { expected_data_type: 'currency' }],
    ['(Closing_Date:equals:2026-02-31)', { expected_data_type: 'date' }],
    ['(Created_Time:equals:2026-03-01)', { expected_data_type: 'datetime' }],
    ['(Annual_Revenue:between:1)', { value: '1' }],
    ['(Last_Name:equals:Burns,B)', { value: 'Burns,B' }],
    ['(Last_Name:equals:)', { value: '' }],
    ['((Last_Name:equals:x)and(Nope:equals:x))', { api_name: 'Nope' }],
  ])('%s is refused with what is wrong', (text, details) => {
    expect(found(text)).toMatchObject({ code: 'INVALID_QUERY', message: 'Invalid query formed', details })
  })

  test('a hundred values of `in` pass, one more is refused', () => {
    const within = (count: number) => found(`(Last_Name:in:${Array(count).fill('x').join(',')})`)
    expect(within(100)).toEqual([])
    expect(within(101)).toEqual({
      code: 'INVALID_QUERY',
      details: { param_name: 'Last_Name' },
      message: 'Only 100 values are allowed in "IN" criteria',
    })
  })
})

describe('phones and words', () => {
  test('a phone number is its digits, and a part of them is enough', () => {
    expect(samePhone('(555) 123-4567', '555-123')).toBe(true)
    expect(samePhone('(555) 123-4567', '5551234567')).toBe(true)
    expect(samePhone('(555) 123-4567', '556')).toBe(false)
    expect(samePhone('no digits', '---')).toBe(false)
  })

  test('each word begins some word of the texts', () => {
    expect(hasWords(['John', 'Doe-Smith'], 'smi jo')).toBe(true)
    expect(hasWords(['John', 'Doe'], 'ohn')).toBe(false)
    expect(hasWords(['John'], '@@')).toBe(false)
  })
})
