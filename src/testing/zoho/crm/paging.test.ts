import { describe, expect, test } from 'vitest'
import { type CrmAnswer, type LocalCrm, startLocalCrm } from '../../../../test/support/local-crm.ts'

/** Leads `Lead 0`, `Lead 1`, … of which the last is the newest. */
async function withLeads(count: number, options: object = {}): Promise<LocalCrm> {
  const crm = await startLocalCrm(options)
  const all = Array.from({ length: count }, (_, index) => ({ Last_Name: `Lead ${index}`, Company: 'Z' }))
  for (let start = 0; start < count; start += 100)
    await crm.call('POST', '/Leads', { data: all.slice(start, start + 100) })
  return crm
}

const names = ({ body }: CrmAnswer): readonly string[] =>
  body.data.map((row: { Last_Name: string }) => row.Last_Name.replace('Lead ', ''))

describe('fields', () => {
  test('checklist crm §15: fields mandatory ≤50 — a list without fields is refused, and one with 51', async () => {
    await using crm = await withLeads(1)
    for (const query of ['', '?fields=', '?fields=,'])
      expect(await crm.call('GET', `/Leads${query}`)).toMatchObject({
        status: 400,
        body: { code: 'REQUIRED_PARAM_MISSING', details: { param_name: 'fields' } },
      })
    const many = (count: number): string =>
      Array.from({ length: count }, (_, index) => `Field_${index}`).join(',')
    expect(await crm.call('GET', `/Leads?fields=${many(51)}`)).toMatchObject({
      status: 400,
      body: { code: 'LIMIT_EXCEEDED', details: { limit: 50, param_name: 'fields' } },
    })
    expect(await crm.call('GET', `/Leads?fields=${many(50)}`)).toMatchObject({ status: 200 })
  })
})

describe('pages', () => {
  test('a list has the newest first, and its info says what follows', async () => {
    await using crm = await withLeads(5)
    const page = await crm.call('GET', '/Leads?fields=Last_Name&per_page=2')
    expect(names(page)).toEqual(['4', '3'])
    expect(page.body.info).toEqual({
      ...{ per_page: 2, count: 2, page: 1, more_records: true, sort_by: 'id', sort_order: 'desc' },
      ...{ call: false, email: false, previous_page_token: null },
      next_page_token: expect.stringMatching(/^[0-9a-f]{96}$/),
      page_token_expiry: '2026-01-02T05:30:00+05:30',
    })
    const last = await crm.call('GET', '/Leads?fields=Last_Name&per_page=2&page=3')
    expect(names(last)).toEqual(['0'])
    expect(last.body.info).toMatchObject({ page: 3, count: 1, more_records: false, next_page_token: null })
    const oldest = await crm.call('GET', '/Leads?fields=Last_Name&sort_by=Created_Time&sort_order=asc')
    expect(names(oldest)).toEqual(['0', '1', '2', '3', '4'])
  })

  test('checklist crm §15: page ≤2000 rule and page_token binding/expiry — page reaches 2,000 records, page_token the rest', async () => {
    await using crm = await withLeads(2_001)
    expect((await crm.call('GET', '/Leads?fields=Last_Name&page=11')).body).toMatchObject({
      code: 'DISCRETE_PAGINATION_LIMIT_EXCEEDED',
      details: { limit: 2000 },
      message: 'You can only get the first 2000 records without using page_token param',
    })
    const tenth = await crm.call('GET', '/Leads?fields=Last_Name&page=10')
    const token = tenth.body.info.next_page_token
    const rest = await crm.call('GET', `/Leads?fields=Last_Name&page_token=${token}`)
    expect(names(rest)).toEqual(['0'])
    expect(rest.body.info).toMatchObject({ page: 11, more_records: false })
    const back = rest.body.info.previous_page_token
    expect((await crm.call('GET', `/Leads?fields=Last_Name&page_token=${back}`)).body.data).toEqual(
      tenth.body.data,
    )
    for (const query of [
      'fields=Last_Name,Email',
      'fields=Last_Name&per_page=100',
      'fields=Last_Name&sort_by=id',
    ]) {
      expect(await crm.call('GET', `/Leads?${query}&page_token=${token}`)).toMatchObject({
        status: 400,
        body: { code: 'TOKEN_BOUND_DATA_MISMATCH', details: { param_name: 'page_token' } },
      })
    }
    expect((await crm.call('GET', `/Contacts?fields=Last_Name&page_token=${token}`)).status).toBe(204)
    await crm.clock.advance(86_400_000)
    expect((await crm.call('GET', `/Leads?fields=Last_Name&page_token=${token}`)).body).toMatchObject({
      code: 'EXPIRED_VALUE',
      message: 'Page token expired',
      details: { api_name: 'page_token', json_path: '$.query.page_token' },
    })
  })

  test('page tokens reach as far as the settings say', async () => {
    await using crm = await withLeads(5, { crm: { pageTokenReach: 4 } })
    let info = (await crm.call('GET', '/Leads?fields=Last_Name&per_page=2')).body.info
    info = (await crm.call('GET', `/Leads?fields=Last_Name&per_page=2&page_token=${info.next_page_token}`))
      .body.info
    const beyond = await crm.call(
      'GET',
      `/Leads?fields=Last_Name&per_page=2&page_token=${info.next_page_token}`,
    )
    expect(beyond).toMatchObject({
      status: 400,
      body: { code: 'PAGINATION_LIMIT_EXCEEDED', details: { param_name: 'page_token' } },
    })
  })

  test('while records come and go, pages by token neither repeat nor skip those that stay; pages by number do', async () => {
    await using crm = await withLeads(6)
    const first = await crm.call('GET', '/Leads?fields=Last_Name&per_page=2')
    await crm.call('POST', '/Leads', { data: [{ Last_Name: 'Lead new', Company: 'Z' }] })
    await crm.call('DELETE', `/Leads/${first.body.data[1].id}`)
    await crm.call('DELETE', `/Leads/${first.body.data[0].id}`)
    const token = first.body.info.next_page_token
    expect(names(await crm.call('GET', `/Leads?fields=Last_Name&per_page=2&page_token=${token}`))).toEqual([
      '3',
      '2',
    ])
    expect(names(await crm.call('GET', '/Leads?fields=Last_Name&per_page=2&page=2'))).toEqual(['2', '1'])
  })

  test.each([
    ['per_page=0', 'INVALID_DATA'],
    ['per_page=201', 'INVALID_DATA'],
    ['per_page=ten', 'INVALID_DATA'],
    ['page=0', 'INVALID_DATA'],
    ['page=1&page_token=abc', 'AMBIGUITY_DURING_PROCESSING'],
    ['page_token=abc', 'TOKEN_BOUND_DATA_MISMATCH'],
    ['sort_by=Last_Name', 'INVALID_DATA'],
    ['sort_order=up', 'INVALID_DATA'],
    ['ids=1,x', 'INVALID_DATA'],
    ['converted=maybe', 'INVALID_DATA'],
    ['cvid=1', 'INVALID_DATA'],
  ])('%s is refused', async (query, code) => {
    await using crm = await withLeads(1)
    expect(await crm.call('GET', `/Leads?fields=Last_Name&${query}`)).toMatchObject({
      status: 400,
      body: { code },
    })
  })

  test('ids selects records; converted leads there are none', async () => {
    await using crm = await withLeads(3)
    const { body } = await crm.call('GET', '/Leads?fields=Last_Name')
    const picked = await crm.call('GET', `/Leads?fields=Last_Name&ids=${body.data[2].id},${body.data[0].id}`)
    expect(names(picked)).toEqual(['2', '0'])
    expect((await crm.call('GET', '/Leads?fields=Last_Name&converted=true')).status).toBe(204)
    expect((await crm.call('GET', '/Leads?fields=Last_Name&converted=both')).body.data).toHaveLength(3)
  })
})

describe('conditions', () => {
  test('checklist crm §15: If-Modified-Since 304 — a list and a record, until something is written', async () => {
    await using crm = await withLeads(2)
    const [{ id }] = (await crm.call('GET', '/Leads?fields=Last_Name')).body.data
    const header = { 'If-Modified-Since': '2026-01-01T05:30:00+05:30' }
    for (const path of ['/Leads?fields=Last_Name', `/Leads/${id}`, '/Leads/deleted'])
      expect(await crm.call('GET', path, undefined, header)).toMatchObject({ status: 304, body: null })
    await crm.clock.advance(1_000)
    await crm.call('PUT', `/Leads/${id}`, { data: [{ City: 'Oslo' }] })
    expect(names(await crm.call('GET', '/Leads?fields=Last_Name', undefined, header))).toEqual(['1'])
    expect((await crm.call('GET', `/Leads/${id}`, undefined, header)).status).toBe(200)
    const odd = await crm.call('GET', '/Leads?fields=id', undefined, { 'If-Modified-Since': 'yesterday' })
    expect(odd).toMatchObject({ status: 400, body: { details: { header_name: 'If-Modified-Since' } } })
  })

  test('checklist crm §15: If-Unmodified-Since 412 — a record that was written meanwhile stays as it is', async () => {
    await using crm = await withLeads(2)
    const [{ id }, other] = (await crm.call('GET', '/Leads?fields=Last_Name')).body.data
    const header = { 'If-Unmodified-Since': '2026-01-01T05:30:00+05:30' }
    expect((await crm.call('PUT', `/Leads/${id}`, { data: [{ City: 'Oslo' }] }, header)).status).toBe(200)
    await crm.clock.advance(5_000)
    await crm.call('PUT', `/Leads/${id}`, { data: [{ City: 'Rome' }] })
    const late = await crm.call('PUT', `/Leads/${id}`, { data: [{ City: 'Bern' }] }, header)
    expect(late).toMatchObject({
      status: 412,
      body: {
        data: [
          {
            code: 'ALREADY_MODIFIED',
            message: 'record updated time has already passed if-unmodified-since time',
            details: { id, Modified_Time: '2026-01-01T05:30:05+05:30', Created_By: { name: 'Ada Lovelace' } },
          },
        ],
      },
    })
    const both = [
      { id, City: 'Bern' },
      { id: other.id, City: 'Bern' },
    ]
    expect((await crm.call('POST', '/Leads/upsert', { data: both }, header)).status).toBe(207)
    expect((await crm.zoho.crmRecords('Leads')).map(({ City }) => City)).toEqual(['Bern', 'Rome'])
  })
})
