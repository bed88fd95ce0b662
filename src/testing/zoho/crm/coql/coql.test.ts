import { afterAll, describe, expect, test } from 'vitest'
import { startLocalCrm } from '../../../../../test/support/local-crm.ts'

const scopes = ['ZohoCRM.modules.ALL', 'ZohoCRM.coql.READ', 'ZohoCRM.settings.fields.READ']
const query = (text: string, more: object = {}) => ({ select_query: text, ...more })

/** For requests that are refused and change nothing. */
const shared = startLocalCrm({}, scopes)
afterAll(async () => (await shared)[Symbol.asyncDispose]())

describe('COQL', () => {
  test('checklist crm §15: scope matching incl. search and COQL double scopes — COQL needs ZohoCRM.coql.READ and the module, metadata a third', async () => {
    const codeWith = async (granted: readonly string[], more: object = {}) => {
      await using crm = await startLocalCrm({}, granted)
      const answer = await crm.call('POST', '/coql', query('select id from Leads where id is not null', more))
      return answer.body?.code ?? answer.status
    }
    expect(await codeWith(['ZohoCRM.coql.READ'])).toBe('OAUTH_SCOPE_MISMATCH')
    expect(await codeWith(['ZohoCRM.modules.ALL'])).toBe('OAUTH_SCOPE_MISMATCH')
    expect(await codeWith(['ZohoCRM.coql.READ', 'ZohoCRM.modules.Deals.READ'])).toBe('OAUTH_SCOPE_MISMATCH')
    const both = ['ZohoCRM.coql.READ', 'ZohoCRM.modules.Leads.READ']
    expect(await codeWith(both)).toBe(204)
    expect(await codeWith(both, { include_meta: ['fields'] })).toBe('OAUTH_SCOPE_MISMATCH')
    expect(await codeWith([...both, 'ZohoCRM.settings.fields.READ'], { include_meta: ['fields'] })).toBe(204)
  })

  test('checklist crm §15: minimal COQL (select/where/limit) — columns through lookups, conditions, rows and whether there are more', async () => {
    await using crm = await startLocalCrm({}, scopes)
    const account = await crm.call('POST', '/Accounts', { data: [{ Account_Name: 'Zylker' }] })
    const accountId: string = account.body.data[0].details.id
    const people = ['Doe', 'Roe', 'Poe'].map(name => ({ Last_Name: name, Account_Name: { id: accountId } }))
    const created = await crm.call('POST', '/Contacts', { data: people })
    const ids: string[] = created.body.data.map((result: { details: { id: string } }) => result.details.id)
    const found = await crm.call(
      'POST',
      '/coql',
      query(
        "select Last_Name, Account_Name, Account_Name.Account_Name as company, Owner.email from Contacts where (Account_Name.Account_Name = 'Zylker' and Last_Name like '%oe') limit 0, 2",
      ),
    )
    const row = (at: number) => ({
      Last_Name: people[at]?.Last_Name,
      Account_Name: { name: 'Zylker', id: accountId },
      company: 'Zylker',
      'Owner.email': 'ada@example.com',
      id: ids[at],
    })
    expect(found).toMatchObject({ status: 200 })
    expect(found.body).toEqual({ data: [row(0), row(1)], info: { count: 2, more_records: true } })
    const last = await crm.call(
      'POST',
      '/coql',
      query('select id from Contacts where id is not null limit 1 offset 2'),
    )
    expect(last.body).toEqual({ data: [{ id: ids[2] }], info: { count: 1, more_records: false } })
    // Keyset paging, as a client beyond the reach of offset does it.
    const next = await crm.call(
      'POST',
      '/coql',
      query(`select id from Contacts where id > '${ids[1]}' limit 2`),
    )
    expect(next.body).toEqual({ data: [{ id: ids[2] }], info: { count: 1, more_records: false } })
    expect(
      (await crm.call('POST', '/coql', query("select id from Contacts where Last_Name = 'No'"))).status,
    ).toBe(204)
  })

  test('tells of the fields of its columns when asked', async () => {
    await using crm = await startLocalCrm({}, scopes)
    await crm.call('POST', '/Leads', { data: [{ Last_Name: 'Doe', Company: 'Z' }] })
    const meta = { include_meta: ['fields'] }
    const { body } = await crm.call(
      'POST',
      '/coql',
      query('select Last_Name from Leads where id is not null', meta),
    )
    expect(Object.keys(body)).toEqual(['data', 'fields', 'info'])
    expect(body.fields).toMatchObject({
      Last_Name: { data_type: 'text', length: 80, system_mandatory: true },
    })
  })

  test('costs one credit to 200 rows, two to 1,000, three to 2,000', async () => {
    const spent = async (limit: number) => {
      await using crm = await startLocalCrm({ crm: { creditsPerDay: 6 } }, scopes)
      let calls = 0
      const text = `select id from Leads where id is not null limit ${limit}`
      while ((await crm.call('POST', '/coql', query(text))).status === 204) calls += 1
      return 6 / calls
    }
    expect(await Promise.all([spent(200), spent(1_000), spent(2_000)])).toEqual([1, 2, 3])
  })

  test.each([
    [{}, 'MANDATORY_NOT_FOUND', { api_name: 'select_query' }],
    [{ select_query: 5 }, 'INVALID_DATA', { expected_data_type: 'text', json_path: '$.select_query' }],
    [query('select id from Leads'), 'SYNTAX_ERROR', { clause: 'where' }],
    [query("select id from Leads where Company > 'x'"), 'INVALID_QUERY', { operator: '>' }],
    [
      query('select id from Leads where id is null', { include_meta: 'fields' }),
      'INVALID_DATA',
      { expected_data_type: 'jsonarray' },
    ],
    [
      query('select id from Leads where id is null', { include_meta: ['x'] }),
      'INVALID_DATA',
      { supported_values: ['fields'] },
    ],
    [
      query('select id from Leads where id is null limit 2000 offset 98001'),
      'LIMIT_EXCEEDED',
      { limit: 100_000 },
    ],
    [query('select id from Nope where id is null'), 'INVALID_MODULE', {}],
  ])('%j is refused', async (body, code, details) => {
    const crm = await shared
    expect(await crm.call('POST', '/coql', body)).toMatchObject({
      status: 400,
      body: { code, details, status: 'error' },
    })
  })
})
