import { InvalidInputError } from 'evergrant'
import { coqlText, criteria, ZohoCRMService } from 'evergrant/zoho'
import { beforeAll, describe, expect, test } from 'vitest'
import { all, crmWorld } from '../../../test/support/zoho-crm.ts'

const world = await crmWorld()
const { crm, calls, zoho, tokens, time } = world
const COUNT = 2_450

beforeAll(async () => {
  const records = Array.from({ length: COUNT }, (_, index) => ({ Last_Name: `R${index}`, Company: 'Paged' }))
  const results = await crm.create('Leads', records)
  if (results.some(({ status }) => status !== 'success')) throw new RangeError('not all were created')
})

/** The numbers of names R0, R1, …, sorted. */
const numbersOf = (rows: readonly { readonly Last_Name?: unknown }[]): number[] =>
  rows.map(({ Last_Name }) => Number(String(Last_Name).slice(1))).toSorted((a, b) => a - b)
const everyNumber = Array.from({ length: COUNT }, (_, index) => index)

describe('a list', () => {
  test('gives each record once, beyond the 2,000 that pages reach', async () => {
    const rows = await all(crm.list('Leads', { fields: ['Last_Name'] }))
    expect(numbersOf(rows)).toEqual(everyNumber)
    expect(await calls()).toHaveLength(13)
  })

  test('asks for no page before it is wanted', async () => {
    for await (const _ of crm.list('Leads', { fields: ['Last_Name'], perPage: 10 })) break
    expect(await calls()).toHaveLength(1)
  })

  test('whose token ends on the way begins again, and gives what is missing', async () => {
    await zoho.configure({ crm: { pageTokenLifetimeMs: 1_000 } })
    const rows: { readonly Last_Name?: unknown }[] = []
    for await (const row of crm.list('Leads', { fields: ['Last_Name'] })) {
      rows.push(row)
      if (rows.length === 450 || rows.length === 2_210) await time.advance(1_001)
    }
    expect(numbersOf(rows)).toEqual(everyNumber)
    await zoho.configure({ crm: { pageTokenLifetimeMs: 86_400_000 } })
  })

  test('whose tokens end before they can be used is not begun without end', async () => {
    await zoho.configure({ crm: { pageTokenLifetimeMs: 0 } })
    const reading = all(crm.list('Leads', { fields: ['Last_Name'], perPage: 100 }))
    await expect(reading).rejects.toMatchObject({ zohoCode: 'EXPIRED_VALUE' })
    expect((await calls()).length).toBeLessThan(10)
    await zoho.configure({ crm: { pageTokenLifetimeMs: 86_400_000 } })
  })

  test('of nothing is empty: no records, and nothing that has changed', async () => {
    expect(await all(crm.list('Contacts', { fields: ['Last_Name'] }))).toEqual([])
    const since = new Date(time.wallMs() + 1_000)
    expect(await all(crm.list('Leads', { fields: ['Last_Name'], modifiedSince: since }))).toEqual([])
    expect((await calls()).map(call => call.split(' ')[2])).toEqual(['204', '304'])
  })

  test('is refused where Zoho would refuse it, or cut it off in silence', () => {
    const fields = Array.from({ length: 51 }, (_, index) => `F${index}`)
    expect(() => crm.list('Leads', { fields })).toThrow(InvalidInputError)
    expect(() => crm.list('Leads', { fields: [] })).toThrow(InvalidInputError)
    expect(() => crm.list('Leads', { fields: ['a,b'] })).toThrow(InvalidInputError)
    expect(() => crm.list('Leads', { fields: ['id'], perPage: 201 })).toThrow(InvalidInputError)
    expect(() => crm.list('Leads', { fields: ['id'], ids: Array(101).fill('1') })).toThrow(InvalidInputError)
  })

  test('that its reader leaves, or whose signal fires, asks no more', async () => {
    const giveUp = new AbortController()
    const reading = crm.list('Leads', { fields: ['Last_Name'], perPage: 10, signal: giveUp.signal })
    await reading.next()
    giveUp.abort(new RangeError('enough'))
    await expect(all(reading)).rejects.toThrow('enough')
    expect(await calls()).toHaveLength(1)
  })
})

describe('COQL', () => {
  test('reads every record by its id, in calls of two thousand', async () => {
    const rows = await all(crm.coqlAll('Leads', { fields: ['Last_Name'] }))
    expect(numbersOf(rows)).toEqual(everyNumber)
    expect(await calls()).toHaveLength(2)
  })

  test('reads those that a condition holds for, page by page', async () => {
    const where = `Last_Name like 'R24%' or Last_Name = ${coqlText('R7')}`
    const rows = await all(crm.coqlAll('Leads', { fields: ['Last_Name'], where, pageSize: 10 }))
    const wanted = everyNumber.filter(number => String(number).startsWith('24') || number === 7)
    expect(numbersOf(rows)).toEqual(wanted)
  })

  test('gives the rows of a query, and nothing where there is nothing', async () => {
    const { rows, moreRecords } = await crm.coql("select Last_Name from Leads where Last_Name = 'R5'")
    expect([rows.length, moreRecords]).toEqual([1, false])
    expect(await crm.coql("select Last_Name from Leads where Last_Name = 'nobody'")).toEqual({
      rows: [],
      moreRecords: false,
    })
    await expect(crm.coql('select from')).rejects.toMatchObject({ zohoCode: 'SYNTAX_ERROR' })
  })

  test.each(["O'Neill", "' or id is not null or Last_Name = '", '"', "''", '%'])(
    'takes the text %j as a value and as nothing else',
    async text => {
      await crm.create('Leads', [{ Last_Name: text, Company: 'Quoted' }])
      const query = `select Last_Name from Leads where Last_Name = ${coqlText(text)} limit 10`
      const { rows } = await crm.coql(query)
      expect(rows.map(row => row.Last_Name)).toEqual([text])
    },
  )

  test.each(['a\\', "\\' or 1=1", 'a\nb', 7 as never])('takes no text %j', text => {
    expect(() => coqlText(text)).toThrow(InvalidInputError)
  })
})

describe('a read that fails for a moment', () => {
  test('is made again, without the caller', async () => {
    await zoho.fault({ kind: 'bad_gateway' }, { endpoint: 'crm', times: 2 })
    await zoho.fault({ kind: 'too_many_requests', retryAfter: '1' }, { endpoint: 'crm' })
    expect(
      await all(crm.list('Leads', { fields: ['Last_Name'], perPage: 200, sortOrder: 'asc' })),
    ).not.toEqual([])
    expect(world.clock.waits).toHaveLength(3)
  })
})

describe('criteria', () => {
  const nasty = [
    'Doe (Jr)',
    'a,b',
    'x)or(id:not_equal:0',
    'back\\',
    'b\\(c',
    '\\\\',
    'a:b',
    'ü & + % #',
    '((',
    '\\,)',
  ]

  test.each(nasty)('find the value %j and nothing else', async value => {
    await crm.create('Contacts', [{ Last_Name: value }, { Last_Name: `other ${value}` }])
    const found = crm.search('Contacts', { criteria: criteria.equals('Last_Name', value), exact: true })
    const rows = await all(found)
    expect(new Set(rows.map(row => row.Last_Name))).toEqual(new Set([value]))
  })

  test('are joined in pairs', async () => {
    const { and, equals, in: oneOf, or } = criteria
    const wanted = and(
      equals('Company', 'Paged'),
      or(equals('Last_Name', 'R1'), oneOf('Last_Name', ['R2', 'R3'])),
    )
    const rows = await all(crm.search('Leads', { criteria: wanted, exact: true }))
    expect(numbersOf(rows)).toEqual([1, 2, 3])
  })

  test('that are more than Zoho takes, or no criteria, are refused', async () => {
    const many = criteria.or(...Array.from({ length: 11 }, () => criteria.equals('Last_Name', 'x')))
    expect(() => crm.search('Leads', { criteria: many })).toThrow(/10 conditions/)
    expect(() => criteria.in('Last_Name', Array(101).fill('x'))).toThrow(InvalidInputError)
    expect(() => criteria.equals('Last_Name', '')).toThrow(InvalidInputError)
    expect(() => criteria.equals('Last_Name', Number.NaN)).toThrow(InvalidInputError)
    expect(() => criteria.equals('a:equals:b)or(c', 'x')).toThrow(InvalidInputError)
    expect(() => crm.search('Leads', {})).toThrow(InvalidInputError)
    expect(() => crm.search('Leads', { word: 'ab', email: 'a@b.c' })).toThrow(InvalidInputError)
    expect(() => crm.search('Leads', { phone: 'or 1=1' })).toThrow(InvalidInputError)
    expect(() => crm.search('Leads', { word: 'ab', exact: true })).toThrow(InvalidInputError)
    expect(await calls()).toEqual([])
  })

  test('beyond 2,000 records end with an error, not in silence', async () => {
    const reading = all(crm.search('Leads', { criteria: criteria.equals('Company', 'Paged') }))
    await expect(reading).rejects.toMatchObject({ zohoCode: 'LIMIT_REACHED' })
  })
})

test('the CRM of another customer has the same settings and its own token', async () => {
  const other = crm.forClient('nobody')
  expect(other).toBeInstanceOf(ZohoCRMService)
  await expect(other.org()).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND', clientId: 'nobody' })
  expect(ZohoCRMService.forClient(tokens, 'nobody')).toBeInstanceOf(ZohoCRMService)
})
