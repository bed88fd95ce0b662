import { afterAll, describe, expect, test } from 'vitest'
import { type LocalCrm, startLocalCrm } from '../../../../../test/support/local-crm.ts'

const scopes = ['ZohoCRM.modules.ALL', 'ZohoSearch.securesearch.READ']

async function createLeads(crm: LocalCrm, leads: readonly object[]): Promise<readonly string[]> {
  const data = leads.map(lead => ({ Company: 'Z', ...lead }))
  const created = await crm.call('POST', '/Leads', { data })
  return created.body.data.map((result: { details: { id: string } }) => result.details.id)
}

async function namesFound(crm: LocalCrm, query: Record<string, string>): Promise<unknown> {
  const answer = await crm.call(
    'GET',
    `/Leads/search?${new URLSearchParams({ sort_order: 'asc', ...query })}`,
  )
  if (answer.status !== 200) return answer.body ?? answer.status
  return answer.body.data.map((lead: { Last_Name: string }) => lead.Last_Name)
}

/** For requests that are refused and change nothing. */
const shared = startLocalCrm({}, scopes)
afterAll(async () => (await shared)[Symbol.asyncDispose]())

describe('search', () => {
  test('checklist crm §15: scope matching incl. search and COQL double scopes — a search needs ZohoSearch.securesearch.READ and the module', async () => {
    const statusWith = async (granted: readonly string[]) => {
      await using crm = await startLocalCrm({}, granted)
      const answer = await crm.call('GET', '/Leads/search?word=doe')
      return answer.body?.code ?? answer.status
    }
    expect(await statusWith(['ZohoCRM.modules.ALL'])).toBe('OAUTH_SCOPE_MISMATCH')
    expect(await statusWith(['ZohoSearch.securesearch.READ'])).toBe('OAUTH_SCOPE_MISMATCH')
    expect(await statusWith(['ZohoCRM.modules.Contacts.READ', 'ZohoSearch.securesearch.READ'])).toBe(
      'OAUTH_SCOPE_MISMATCH',
    )
    expect(await statusWith(['ZohoCRM.modules.Leads.READ', 'ZohoSearch.securesearch.READ'])).toBe(204)
  })

  test('finds by criteria, e-mail, phone or word; only the first selector counts', async () => {
    await using crm = await startLocalCrm({}, scopes)
    await createLeads(crm, [
      { Last_Name: 'Doe', Email: 'sales-team@z.com', Phone: '+1 (555) 123-4567', Lead_Status: 'Contacted' },
      { Last_Name: 'Doering', Email: 'sales_team@z.com', Mobile: '030/123', City: 'Berlin' },
    ])
    expect(await namesFound(crm, { criteria: '(Last_Name:equals:doe)' })).toEqual(['Doe', 'Doering'])
    expect(await namesFound(crm, { criteria: '(Lead_Status:equals:contacted)' })).toBe(204)
    expect(await namesFound(crm, { email: 'sales-team@z.com' })).toEqual(['Doe', 'Doering'])
    expect(await namesFound(crm, { email: '@z.com' })).toEqual(['Doe', 'Doering'])
    expect(await namesFound(crm, { phone: '555-123' })).toEqual(['Doe'])
    expect(await namesFound(crm, { phone: '(030) 1' })).toEqual(['Doering'])
    expect(await namesFound(crm, { word: 'berl' })).toEqual(['Doering'])
    expect(await namesFound(crm, { word: 'berl', phone: '555', email: 'none@' })).toBe(204)
    expect(await namesFound(crm, { word: 'berl', criteria: '(Last_Name:equals:Nobody)' })).toBe(204)
    expect(await namesFound(crm, { word: 'doe', converted: 'true' })).toBe(204)
  })

  test('checklist crm §15: search-index delay switch — what is written is found after searchLagMs, and by COQL at once', async () => {
    await using crm = await startLocalCrm({ crm: { searchLagMs: 5_000 } }, [...scopes, 'ZohoCRM.coql.READ'])
    const [id] = await createLeads(crm, [{ Last_Name: 'Doe' }])
    expect(await namesFound(crm, { word: 'doe' })).toBe(204)
    const coql = { select_query: "select Last_Name from Leads where Last_Name = 'Doe'" }
    expect((await crm.call('POST', '/coql', coql)).body.data).toEqual([{ Last_Name: 'Doe', id }])
    await crm.clock.advance(4_999)
    expect(await namesFound(crm, { word: 'doe' })).toBe(204)
    await crm.clock.advance(1)
    expect(await namesFound(crm, { word: 'doe' })).toEqual(['Doe'])
    // A change is found by its old values for that long; the answer has those of now.
    await crm.call('PUT', `/Leads/${id}`, { data: [{ Last_Name: 'Roe' }] })
    expect(await namesFound(crm, { word: 'doe' })).toEqual(['Roe'])
    expect(await namesFound(crm, { word: 'roe' })).toBe(204)
    await crm.call('DELETE', `/Leads/${id}`)
    expect(await namesFound(crm, { word: 'doe' })).toBe(204)
    await crm.zoho.configure({ crm: { searchLagMs: 0 } })
    expect(await namesFound(crm, { word: 'roe' })).toBe(204)
  })

  test('the demo data is found from the start, also under a lag', async () => {
    await using crm = await startLocalCrm({ seedDemoData: true, crm: { searchLagMs: 5_000 } }, scopes)
    const [lead] = (await crm.call('GET', '/Leads?fields=Last_Name')).body.data
    expect(await namesFound(crm, { criteria: `(id:equals:${lead.id})` })).toEqual([lead.Last_Name])
  })

  test('pages to 2,000 records, then LIMIT_REACHED; sorted by any field', async () => {
    await using crm = await startLocalCrm({}, scopes)
    await createLeads(
      crm,
      ['B', 'A', 'C'].map(name => ({ Last_Name: `Doe ${name}` })),
    )
    const first = await crm.call(
      'GET',
      '/Leads/search?word=doe&per_page=2&sort_by=Last_Name&sort_order=desc&fields=Last_Name',
    )
    expect(first.body).toEqual({
      data: ['Doe C', 'Doe B'].map(name => ({ Last_Name: name, id: expect.any(String) })),
      info: { per_page: 2, count: 2, page: 1, more_records: true, sort_by: 'Last_Name', sort_order: 'desc' },
    })
    expect((await crm.call('GET', '/Leads/search?word=doe&per_page=2&page=2')).body.info.more_records).toBe(
      false,
    )
    expect((await crm.call('GET', '/Leads/search?word=doe&page=10')).status).toBe(204)
    expect(await crm.call('GET', '/Leads/search?word=doe&page=11')).toMatchObject({
      status: 400,
      body: {
        code: 'LIMIT_REACHED',
        details: { limit: '2000' },
        message: 'maximum response iteration limit reached',
      },
    })
  })

  test.each([
    ['', 'EXPECTED_PARAM_MISSING', { param_names: ['criteria', 'email', 'phone', 'word'] }],
    ['criteria=(Nope:equals:x)', 'INVALID_QUERY', { api_name: 'Nope' }],
    ['criteria=(Last_Name:equals:x', 'INVALID_QUERY', { reason: 'criteria format is invalid' }],
    ['word=a', 'INVALID_DATA', { param_name: 'word' }],
    [`word=${'a'.repeat(101)}`, 'INVALID_DATA', { param_name: 'word' }],
    ['phone=12', 'INVALID_DATA', { param_name: 'phone' }],
    ['phone=12x4', 'INVALID_DATA', { param_name: 'phone' }],
    [`email=${'a'.repeat(256)}`, 'INVALID_DATA', { param_name: 'email' }],
    ['word=doe&per_page=201', 'INVALID_DATA', { param_name: 'per_page' }],
    ['word=doe&page=0', 'INVALID_DATA', { param_name: 'page' }],
    ['word=doe&sort_by=__proto__', 'INVALID_DATA', { param_name: 'sort_by' }],
    ['word=doe&sort_order=up', 'INVALID_DATA', { param_name: 'sort_order' }],
    ['word=doe&converted=maybe', 'INVALID_DATA', { param_name: 'converted' }],
  ])('?%s is refused', async (query, code, details) => {
    const crm = await shared
    expect(await crm.call('GET', `/Leads/search?${query}`)).toMatchObject({
      status: 400,
      body: { code, details, status: 'error' },
    })
  })
})
