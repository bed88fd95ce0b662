import { describe, expect, test } from 'vitest'
import { type CrmAnswer, type LocalCrm, startLocalCrm } from '../../../../test/support/local-crm.ts'

const lead = (Last_Name: string, more: object = {}): object => ({ Last_Name, Company: 'Z', ...more })

async function idsOf(crm: LocalCrm, ...leads: readonly object[]): Promise<readonly string[]> {
  const { body } = await crm.call('POST', '/Leads', { data: leads })
  return body.data.map((result: { details: { id: string } }) => result.details.id)
}

async function emptyAnswers(crm: LocalCrm): Promise<readonly CrmAnswer[]> {
  return [
    await crm.call('GET', '/Leads?fields=Last_Name'),
    await crm.call('GET', '/Leads/4150868000000002175'),
    await crm.call('GET', '/Leads/deleted'),
    await crm.call('GET', '/Leads?fields=Last_Name&page=2'),
  ]
}

describe('answers', () => {
  test('checklist crm §15: 204 for empties — an empty list, an unknown id and a page beyond the end have no body', async () => {
    await using crm = await startLocalCrm()
    for (const { status, body } of await emptyAnswers(crm))
      expect({ status, body }).toEqual({ status: 204, body: null })
  })

  test('checklist crm §15: string ids — every id is a text of 18 or 19 digits that no number holds', async () => {
    await using crm = await startLocalCrm({ seedDemoData: true })
    const { body } = await crm.call('GET', '/Leads?fields=Last_Name,Owner,Created_By')
    for (const { id, Owner, Created_By } of body.data) {
      for (const found of [id, Owner.id, Created_By.id]) expect(found).toMatch(/^\d{18,19}$/)
      expect(BigInt(id) > BigInt(Number.MAX_SAFE_INTEGER)).toBe(true)
    }
  })

  test('an id that is a number is refused: it has lost its last digits', async () => {
    await using crm = await startLocalCrm()
    const [id] = await idsOf(crm, lead('Doe'))
    const answer = await crm.call('PUT', '/Leads', `{"data":[{"id":${id},"Last_Name":"Other"}]}`)
    expect(answer.status).toBe(400)
    expect(answer.body.data[0]).toMatchObject({
      code: 'INVALID_DATA',
      details: { expected_data_type: 'bigint', json_path: '$.data[0].id' },
    })
  })

  test('times have the offset of the zone of the users, and no milliseconds', async () => {
    await using crm = await startLocalCrm({ crm: { timeZone: 'America/New_York' } })
    await crm.clock.advance(15 * 3_600_000 + 123)
    const [id] = await idsOf(crm, lead('Doe'))
    const { body } = await crm.call('GET', `/Leads/${id}`)
    expect(body.data[0].Created_Time).toBe('2026-01-01T10:00:00-05:00')
  })

  test('a single record has every field and the keys of the system; fields leaves what is named', async () => {
    await using crm = await startLocalCrm()
    const [id] = await idsOf(crm, lead('Doe', { First_Name: 'Jo', Website: 'z.example' }))
    const whole = (await crm.call('GET', `/Leads/${id}`)).body
    expect(whole.info).toBeUndefined()
    expect(whole.data[0]).toMatchObject({
      ...{ id, Last_Name: 'Doe', Full_Name: 'Jo Doe', Email: null, Email_Opt_Out: false },
      ...{ $approval_state: 'approved', $editable: true, $converted: false },
    })
    const part = (await crm.call('GET', `/Leads/${id}?fields=Website,$approval_state,Nothing`)).body
    expect(part.data).toEqual([{ Website: 'z.example', $approval_state: 'approved', id }])
  })

  test('a module is its API name, letter by letter; other paths are no pattern of the API', async () => {
    await using crm = await startLocalCrm()
    expect(await crm.call('GET', '/leads?fields=Last_Name')).toMatchObject({
      status: 400,
      body: { code: 'INVALID_MODULE', details: { resource_path_index: 0 }, status: 'error' },
    })
    expect(await crm.call('GET', '/Leads/1/2/3/4/5')).toMatchObject({
      status: 404,
      body: { code: 'INVALID_URL_PATTERN' },
    })
    expect(await crm.call('PATCH', '/Leads')).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST_METHOD' },
    })
    expect(await crm.call('GET', '/Leads/abc')).toMatchObject({ status: 400, body: { code: 'INVALID_DATA' } })
  })
})

describe('writing', () => {
  test('checklist crm §15: 201/207/400 with a legacy-202 switch — all good, some good, none good', async () => {
    await using crm = await startLocalCrm()
    const send = async (...data: readonly object[]): Promise<number> =>
      (await crm.call('POST', '/Leads', { data })).status
    expect(await send(lead('One'), lead('Two'))).toBe(201)
    expect(await send(lead('Three'), { Company: 'Z' })).toBe(207)
    expect(await send({ Company: 'Z' }, { Last_Name: 'Four' })).toBe(400)
    await crm.zoho.configure({ crm: { legacy202: true } })
    expect(await send({ Company: 'Z' })).toBe(202)
    expect(await send(lead('Five'), { Company: 'Z' })).toBe(207)
  })

  test('checklist crm §15: per-record json_path — results come in the order of the records and say where', async () => {
    await using crm = await startLocalCrm()
    const { body } = await crm.call('POST', '/Leads', {
      data: [
        lead('One'),
        lead('Two', { Company: 7 }),
        { Company: 'Z' },
        lead('Four', { Email: 'nobody', No_of_Employees: '12' }),
        'a text',
      ],
    })
    expect(body.data).toMatchObject([
      { code: 'SUCCESS', message: 'record added', status: 'success' },
      {
        code: 'INVALID_DATA',
        details: { expected_data_type: 'text', api_name: 'Company', json_path: '$.data[1].Company' },
        message: 'invalid data',
        status: 'error',
      },
      { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Last_Name', json_path: '$.data[2].Last_Name' } },
      {
        code: 'MULTIPLE_OR_MULTI_ERRORS',
        details: {
          errors: [
            { details: { json_path: '$.data[3].Email' } },
            { details: { json_path: '$.data[3].No_of_Employees' } },
          ],
        },
      },
      { code: 'INVALID_DATA', details: { expected_data_type: 'jsonobject', json_path: '$.data[4]' } },
    ])
  })

  test('checklist crm §15: 100-record limit — 100 records pass, 101 are refused whole', async () => {
    await using crm = await startLocalCrm()
    const many = (count: number): object => ({ data: Array.from({ length: count }, () => lead('Doe')) })
    expect((await crm.call('POST', '/Leads', many(100))).status).toBe(201)
    for (const [method, path] of [
      ['POST', '/Leads'],
      ['PUT', '/Leads'],
      ['POST', '/Leads/upsert'],
    ] as const) {
      expect(await crm.call(method, path, many(101))).toMatchObject({
        status: 400,
        body: { code: 'LIMIT_EXCEEDED', details: { maximum_length: 100, api_name: 'data' } },
      })
    }
    expect(await crm.zoho.crmRecords('Leads')).toHaveLength(100)
    const ids = Array.from({ length: 101 }, (_, index) => String(4150868000000002175n + BigInt(index)))
    expect((await crm.call('DELETE', `/Leads?ids=${ids.join(',')}`)).body.code).toBe('LIMIT_EXCEEDED')
  })

  test('an update changes what is sent, clears what is null, and keeps the rest', async () => {
    await using crm = await startLocalCrm()
    const [id] = await idsOf(crm, lead('Doe', { Phone: '1', Email: 'd@z.com' }))
    await crm.clock.advance(60_000)
    const answer = await crm.call('PUT', `/Leads/${id}`, { data: [{ Phone: null, City: 'Oslo' }] })
    expect(answer).toMatchObject({ status: 200, body: { data: [{ message: 'record updated' }] } })
    const [record] = await crm.zoho.crmRecords('Leads')
    expect(record).toMatchObject({ Phone: null, City: 'Oslo', Email: 'd@z.com', Last_Name: 'Doe' })
    expect(record?.Modified_Time).not.toBe(record?.Created_Time)
  })

  test('an update of an unknown id, or without one, fails for that record alone', async () => {
    await using crm = await startLocalCrm()
    const [id] = await idsOf(crm, lead('Doe'))
    const unknown = '4150868000000002175'
    const answer = await crm.call('PUT', '/Leads', {
      data: [{ id: unknown }, { id, City: 'Oslo' }, { City: 'Rome' }],
    })
    expect(answer).toMatchObject({
      status: 207,
      body: {
        data: [
          { code: 'INVALID_DATA', details: { id: unknown }, message: 'the id given seems to be invalid' },
          { code: 'SUCCESS' },
          { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'id', json_path: '$.data[2].id' } },
        ],
      },
    })
  })

  test('what was deleted is gone, listed for 60 days with its name, and for 120 more without', async () => {
    await using crm = await startLocalCrm()
    const [id, other] = await idsOf(crm, lead('Doe'), lead('Roe'))
    const unknown = '4150868000000002175'
    expect(await crm.call('DELETE', `/Leads?ids=${id},${unknown}`)).toMatchObject({
      status: 207,
      body: {
        data: [
          { code: 'SUCCESS', details: { id }, message: 'record deleted' },
          { code: 'INVALID_DATA', details: { id: unknown }, message: 'record not deleted' },
        ],
      },
    })
    expect((await crm.call('DELETE', `/Leads/${other}`)).status).toBe(200)
    expect((await crm.call('GET', `/Leads/${id}`)).status).toBe(204)
    expect(await crm.call('DELETE', '/Leads')).toMatchObject({ body: { code: 'REQUIRED_PARAM_MISSING' } })
    const listed = async (type: string): Promise<unknown> =>
      (await crm.call('GET', `/Leads/deleted?type=${type}`)).body?.data
    expect(await listed('all')).toMatchObject([
      { id: other, display_name: 'Roe', type: 'recycle' },
      { id, display_name: 'Doe', type: 'recycle', deleted_by: { name: 'Ada Lovelace' } },
    ])
    expect(await listed('permanent')).toBeUndefined()
    await crm.clock.advance(61 * 86_400_000)
    const later = await crm.call('GET', '/Leads/deleted')
    expect(later.body.data).toMatchObject([{ type: 'permanent', display_name: null }, { id }])
    await crm.clock.advance(120 * 86_400_000)
    expect((await crm.call('GET', '/Leads/deleted')).status).toBe(204)
  })

  test('a clone is a record of its own; count counts', async () => {
    await using crm = await startLocalCrm()
    const [id] = await idsOf(crm, lead('Doe', { Phone: '1' }))
    const { status, body } = await crm.call('POST', `/Leads/${id}/actions/clone`)
    expect(status).toBe(201)
    expect(body.data[0].details.id).not.toBe(id)
    expect(await crm.zoho.crmRecords('Leads')).toMatchObject([{ Phone: '1' }, { Phone: '1' }])
    await idsOf(crm, lead('Roe'))
    expect((await crm.call('GET', '/Leads/actions/count')).body).toEqual({ count: 3 })
    const criteria = encodeURIComponent('(Last_Name:equals:Roe)')
    expect((await crm.call('GET', `/Leads/actions/count?criteria=${criteria}`)).body).toEqual({ count: 1 })
  })

  test('a lookup takes an id that exists and shows the name of now; what is gone is null', async () => {
    await using crm = await startLocalCrm()
    const account = (await crm.call('POST', '/Accounts', { data: [{ Account_Name: 'Zylker' }] })).body.data[0]
      .details.id
    const contact = (
      await crm.call('POST', '/Contacts', { data: [{ Last_Name: 'Doe', Account_Name: account }] })
    ).body.data[0].details.id
    const shown = async (): Promise<unknown> =>
      (await crm.call('GET', `/Contacts/${contact}?fields=Account_Name`)).body.data[0].Account_Name
    await crm.call('PUT', `/Accounts/${account}`, { data: [{ Account_Name: 'Zylker Corp' }] })
    expect(await shown()).toEqual({ name: 'Zylker Corp', id: account })
    await crm.call('DELETE', `/Accounts/${account}`)
    expect(await shown()).toBeNull()
    const wrong = await crm.call('POST', '/Contacts', {
      data: [{ Last_Name: 'Doe', Account_Name: { id: contact } }],
    })
    expect(wrong.body.data[0]).toMatchObject({ code: 'INVALID_DATA', details: { api_name: 'Account_Name' } })
  })

  test('X-EXTERNAL addresses a record by a field of the settings', async () => {
    const customFields = {
      Leads: [{ api_name: 'Caller', data_type: 'text', external: true, unique: true }],
    } as const
    await using crm = await startLocalCrm({ crm: { customFields } })
    const [id] = await idsOf(crm, lead('Doe', { Caller: '+1 555' }))
    const header = { 'X-EXTERNAL': 'Leads.Caller' }
    const path = `/Leads/${encodeURIComponent('+1 555')}`
    expect((await crm.call('GET', `${path}?fields=Caller`, undefined, header)).body.data).toEqual([
      { Caller: '+1 555', id },
    ])
    await crm.call('PUT', path, { data: [{ City: 'Oslo' }] }, header)
    await crm.call('PUT', '/Leads', { data: [{ Caller: '+1 555', Company: 'Y' }] }, header)
    expect(await crm.zoho.crmRecords('Leads')).toMatchObject([{ id, City: 'Oslo', Company: 'Y' }])
    expect(await crm.call('GET', path, undefined, { 'X-EXTERNAL': 'Leads.Email' })).toMatchObject({
      status: 400,
    })
    expect((await crm.call('DELETE', path, undefined, header)).status).toBe(200)
  })
})
