import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalCrm, startLocalCrm } from '../../../../test/support/local-crm.ts'

const doe = { Last_Name: 'Doe', Company: 'Z' }

async function created(crm: LocalCrm): Promise<string> {
  return (await crm.call('POST', '/Leads', { data: [doe] })).body.data[0].details.id
}

/** For what is refused: nothing is ever stored in it. */
let empty: LocalCrm
beforeAll(async () => {
  empty = await startLocalCrm()
})
afterAll(() => empty[Symbol.asyncDispose]())

describe('odd bodies', () => {
  test.each([
    ['', 'INVALID_DATA'],
    ['{', 'INVALID_DATA'],
    ['null', 'INVALID_DATA'],
    ['[]', 'INVALID_DATA'],
    ['"data"', 'INVALID_DATA'],
    ['{}', 'MANDATORY_NOT_FOUND'],
    ['{"data":null}', 'INVALID_DATA'],
    ['{"data":{}}', 'INVALID_DATA'],
    ['{"data":[]}', 'INVALID_DATA'],
    ['{"data":[{}],"trigger":["party"]}', 'INVALID_DATA'],
    ['{"data":[{}],"trigger":"workflow"}', 'INVALID_DATA'],
    ['{"data":[{}],"apply_feature_execution":[{"name":"party"}]}', 'INVALID_DATA'],
    ['{"__proto__":{"data":[{"Last_Name":"Doe","Company":"Z"}]}}', 'MANDATORY_NOT_FOUND'],
  ])('%s is refused whole', async (body, code) => {
    const crm = empty
    for (const path of ['/Leads', '/Leads/upsert'])
      expect(await crm.call('POST', path, body)).toMatchObject({
        status: 400,
        body: { code, status: 'error' },
      })
    expect(await crm.zoho.crmRecords('Leads')).toEqual([])
  })

  test('a byte order mark and spaces around do no harm', async () => {
    await using crm = await startLocalCrm()
    const body = `\ufeff ${JSON.stringify({ data: [doe], trigger: [] })}\n`
    expect((await crm.call('POST', '/Leads', body)).status).toBe(201)
  })

  test('a body beyond the limit is refused, announced or not, and the server goes on', async () => {
    await using crm = await startLocalCrm({ crm: { largestBody: 1_000 } })
    const big = JSON.stringify({ data: [{ ...doe, Description: 'x'.repeat(2_000) }] })
    const refused = { status: 413, body: { code: 'REQUEST_ENTITY_TOO_LARGE' } }
    expect(await crm.call('POST', '/Leads', big)).toMatchObject(refused)
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(big))
        controller.close()
      },
    })
    const headers = { authorization: `Bearer ${crm.token}` }
    const init = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit
    expect((await fetch(`${crm.zoho.url}/crm/v8/Leads`, init)).status).toBe(413)
    await created(crm)
    expect(await crm.zoho.crmRecords('Leads')).toHaveLength(1)
  })

  test('deep nesting in a value is an error of that field', async () => {
    await using crm = await startLocalCrm()
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    const answer = await crm.call('POST', '/Leads', `{"data":[{"Last_Name":${deep},"Company":"Z"}]}`)
    expect(answer).toMatchObject({ status: 400, body: { data: [{ details: { api_name: 'Last_Name' } }] } })
  })
})

describe('names of prototypes', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is no field, no module, no list',
    async name => {
      await using crm = await startLocalCrm()
      const body = `{"data":[{"Last_Name":"Doe","Company":"Z","${name}":{"Email":"evil@z.com"}}]}`
      expect((await crm.call('POST', '/Leads', body)).status).toBe(201)
      const [record] = await crm.zoho.crmRecords('Leads')
      expect(Object.hasOwn(record ?? {}, name)).toBe(false)
      expect(record?.Email).toBeUndefined()
      expect((await crm.call('GET', `/Leads?fields=Last_Name,${name}`)).body.data).toEqual([
        { Last_Name: 'Doe', id: record?.id },
      ])
      expect(await crm.call('GET', `/${name}?fields=id`)).toMatchObject({ body: { code: 'INVALID_MODULE' } })
      expect(await crm.call('GET', `/Leads/${record?.id}/${name}?fields=id`)).toMatchObject({ status: 400 })
      expect(await crm.call('GET', `/settings/fields?module=${name}`)).toMatchObject({
        body: { code: 'INVALID_MODULE' },
      })
      const answer = await crm.call('POST', '/Leads/upsert', { data: [doe], duplicate_check_fields: [name] })
      expect(answer.status).toBe(400)
      expect(({} as Record<string, unknown>).Email).toBeUndefined()
    },
  )
})

test('a field of the settings may be called as a prototype’s member is: not sent, it is empty', async () => {
  const customFields = { Leads: [{ api_name: 'constructor', data_type: 'text' }] } as const
  await using crm = await startLocalCrm({ crm: { customFields } })
  const id = await created(crm)
  const shown = async (): Promise<unknown> =>
    Object.entries((await crm.call('GET', `/Leads/${id}?fields=constructor`)).body.data[0])
  expect(await shown()).toEqual([
    ['constructor', null],
    ['id', id],
  ])
  await crm.call('PUT', `/Leads/${id}`, { data: [{ constructor: 'Ada' }] })
  expect(await shown()).toContainEqual(['constructor', 'Ada'])
})

describe('values', () => {
  test.each([
    ['Last_Name', 'x'.repeat(81), { maximum_length: 80 }],
    ['Last_Name', ['Doe'], { expected_data_type: 'text' }],
    ['Email', 'no address', { expected_data_type: 'email' }],
    ['Phone', 5550100, { expected_data_type: 'phone' }],
    ['Phone', '1'.repeat(31), { maximum_length: 30 }],
    ['No_of_Employees', 1.5, { expected_data_type: 'integer' }],
    ['No_of_Employees', 1_234_567_890, { maximum_length: 9 }],
    ['Annual_Revenue', '12', { expected_data_type: 'double' }],
    ['Annual_Revenue', 1e300, { maximum_length: 16 }],
    ['Email_Opt_Out', 'true', { expected_data_type: 'boolean' }],
    ['Owner', 7, { expected_data_type: 'bigint' }],
    ['Owner', { id: '4150868000000002175' }, {}],
  ])('%s takes no %j', async (name, value, details) => {
    const crm = empty
    const answer = await crm.call('POST', '/Leads', { data: [{ ...doe, [name]: value }] })
    expect(answer).toMatchObject({
      status: 400,
      body: {
        data: [
          { code: 'INVALID_DATA', details: { ...details, api_name: name, json_path: `$.data[0].${name}` } },
        ],
      },
    })
  })

  test.each([
    ['Closing_Date', '2026-02-30'],
    ['Closing_Date', '30.04.2026'],
    ['Account_Name', '4150868000000002175'],
  ])('a deal takes no %s %s', async (name, value) => {
    const crm = empty
    const answer = await crm.call('POST', '/Deals', {
      data: [{ Deal_Name: 'D', Stage: 'Closed Won', [name]: value }],
    })
    expect(answer.body.data[0]).toMatchObject({ code: 'INVALID_DATA', details: { api_name: name } })
  })

  test.each([
    ['2026-02-01T10:00:00+01:00', '2026-02-01T14:30:00+05:30'],
    ['2026-02-01T10:00:00Z', '2026-02-01T15:30:00+05:30'],
    ['2026-02-01T10:00:00.000Z', null],
    ['2026-02-30T10:00:00Z', null],
    ['2026-02-01 10:00', null],
  ])('a time %s is kept as %s', async (sent, kept) => {
    await using crm = await startLocalCrm()
    const call = { Subject: 'C', Call_Type: 'Inbound', Call_Start_Time: sent }
    const { status } = await crm.call('POST', '/Calls', { data: [call] })
    expect(status).toBe(kept === null ? 400 : 201)
    expect((await crm.zoho.crmRecords('Calls')).map(record => record.Call_Start_Time)).toEqual(
      kept ? [kept] : [],
    )
  })

  test('letters of every alphabet, emoji and half of one come back as they went in', async () => {
    await using crm = await startLocalCrm()
    const Last_Name = 'Ł”\u0000😀\ud800 \u202e'
    const { body } = await crm.call('POST', '/Leads', JSON.stringify({ data: [{ ...doe, Last_Name }] }))
    const { id } = body.data[0].details
    expect((await crm.call('GET', `/Leads/${id}`)).body.data[0].Last_Name).toBe(Last_Name)
  })

  test('what only the CRM writes is ignored', async () => {
    await using crm = await startLocalCrm()
    const sent = {
      ...doe,
      id: '1',
      Created_Time: '2020-01-01T00:00:00Z',
      Full_Name: 'Evil',
      Modified_By: 'x',
    }
    const { body } = await crm.call('POST', '/Leads', { data: [sent] })
    expect(body.data[0].details.id).not.toBe('1')
    expect(await crm.zoho.crmRecords('Leads')).toMatchObject([
      { Full_Name: 'Doe', Created_Time: '2026-01-01T05:30:00+05:30', Modified_By: { name: 'Ada Lovelace' } },
    ])
  })

  test('a list cuts rich text to 500 characters; a single record has all of it', async () => {
    const customFields = { Leads: [{ api_name: 'Story', data_type: 'textarea', rich: true }] } as const
    await using crm = await startLocalCrm({ crm: { customFields } })
    const Story = `<b>${'x'.repeat(600)}</b>`
    const { id } = (await crm.call('POST', '/Leads', { data: [{ ...doe, Story }] })).body.data[0].details
    expect((await crm.call('GET', '/Leads?fields=Story')).body.data[0].Story).toBe(Story.slice(0, 500))
    expect((await crm.call('GET', `/Leads/${id}`)).body.data[0].Story).toBe(Story)
  })

  test('a time zone that is none is refused, and changes nothing', async () => {
    await using crm = await startLocalCrm()
    await expect(crm.zoho.configure({ crm: { timeZone: 'Nowhere' } })).rejects.toThrow('no time zone Nowhere')
    expect((await crm.call('POST', '/Leads', { data: [doe] })).status).toBe(201)
  })
})
