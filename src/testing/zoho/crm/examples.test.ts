import { describe, expect, test } from 'vitest'
import { type LocalCrm, startLocalCrm } from '../../../../test/support/local-crm.ts'

// The bodies that Zoho's own documentation prints, with the ids of this organization where it has its own.

/** The keys of an example, and the types of its values: what a client can rely on. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
}

const patricia = { zuid: '1', email: 'p@x.com', firstName: 'Patricia', lastName: 'Boyle' }

async function startOfPatricia(): Promise<LocalCrm> {
  return startLocalCrm({ users: [patricia] })
}

async function idOf(crm: LocalCrm, module: string, values: object): Promise<string> {
  return (await crm.call('POST', `/${module}`, { data: [values] })).body.data[0].details.id
}

describe('published examples', () => {
  test('a create: the body of the documentation, and its answer', async () => {
    await using crm = await startOfPatricia()
    const { status, body } = await crm.call('POST', '/Leads', {
      data: [{ Last_Name: 'Doe', Company: 'Z', Email: 'd@z.com' }],
      trigger: ['workflow'],
      apply_feature_execution: [{ name: 'layout_rules' }],
      skip_feature_execution: [{ name: 'cadences' }],
      lar_id: '4150868000003194003',
    })
    expect(status).toBe(201)
    const printed = {
      data: [
        {
          code: 'SUCCESS',
          details: {
            Modified_Time: '2020-10-14T10:31:43+05:30',
            Modified_By: { name: 'Patricia Boyle', id: '4150868000000225013' },
            Created_Time: '2020-10-14T10:31:43+05:30',
            id: '4150868000003194003',
            Created_By: { name: 'Patricia Boyle', id: '4150868000000225013' },
            $approval_state: 'approved',
          },
          message: 'record added',
          status: 'success',
        },
      ],
    }
    expect(shapeOf(body)).toEqual(shapeOf(printed))
    expect(body.data[0].details.Created_By.name).toBe('Patricia Boyle')
  })

  test('a list: a record with a lookup and its owner, and the info', async () => {
    await using crm = await startOfPatricia()
    const account = await idOf(crm, 'Accounts', { Account_Name: 'Zylker' })
    const contact = { Last_Name: 'Doe', Account_Name: account }
    await crm.call('POST', '/Contacts', { data: [contact, contact] })
    const fields = 'Last_Name,Owner,Account_Name,Modified_Time'
    const { body } = await crm.call('GET', `/Contacts?fields=${fields}&per_page=1`)
    expect(body).toEqual({
      data: [
        {
          id: expect.stringMatching(/^\d{19}$/),
          Last_Name: 'Doe',
          Owner: { name: 'Patricia Boyle', id: expect.any(String), email: 'p@x.com' },
          Account_Name: { name: 'Zylker', id: account },
          Modified_Time: '2026-01-01T05:30:00+05:30',
        },
      ],
      info: {
        ...{ per_page: 1, count: 1, page: 1, more_records: true, next_page_token: expect.any(String) },
        ...{ previous_page_token: null, page_token_expiry: '2026-01-02T05:30:00+05:30' },
        ...{ sort_by: 'id', sort_order: 'desc', call: false, email: false },
      },
    })
  })

  test('an upsert: an update and an insert in one answer', async () => {
    await using crm = await startOfPatricia()
    await idOf(crm, 'Leads', { Last_Name: 'test', Company: 'Z', Email: 'a@gmail.com' })
    const { status, body } = await crm.call('POST', '/Leads/upsert', {
      data: [
        { Last_Name: 'test', Company: 'Z', Email: 'a@gmail.com', Phone: '987654321' },
        { Last_Name: 'other', Company: 'Z', Email: 'b@gmail.com' },
      ],
      duplicate_check_fields: ['Email', 'Phone'],
    })
    expect(status).toBe(200)
    expect(body.data).toMatchObject([
      {
        code: 'SUCCESS',
        duplicate_field: 'Email',
        action: 'update',
        message: 'record updated',
        status: 'success',
      },
      {
        code: 'SUCCESS',
        duplicate_field: null,
        action: 'insert',
        message: 'record added',
        status: 'success',
      },
    ])
    for (const { details } of body.data) {
      expect(Object.keys(details)).toEqual(
        expect.arrayContaining(['id', 'Modified_Time', 'Created_Time', 'Modified_By', 'Created_By']),
      )
    }
  })

  test.each([
    [
      'Contacts',
      {
        ...{
          First_Name: 'Kane',
          Last_Name: 'Kingslei',
          Full_Name: 'Anna Kingsley',
          Email: 'anna@bentley.com',
        },
        ...{ Title: 'VP of Sales', Department: 'Sales', Phone: '555-33445561', Home_Phone: '555-3344557' },
        ...{ Date_of_Birth: '1985-04-12', Assistant: 'Diane Cole', Email_Opt_Out: false },
        ...{ Mailing_City: 'Philadelphia', Mailing_Zip: '19103', Description: 'Primary decision maker' },
      },
    ],
    [
      'Deals',
      {
        ...{ Deal_Name: 'Annual License Renewal', Amount: 85_000, Closing_Date: '2026-09-30' },
        ...{ Stage: 'Negotiation/Review', Type: 'Existing Business', Expected_Revenue: 80_000 },
        ...{ Lead_Source: 'Partner Referral', Pipeline: 'Standard (Standard)', Tag: [{ name: 'Renewal' }] },
      },
    ],
    ['Tasks', { Subject: 'Follow up', Due_Date: '2026-08-28', Status: 'In Progress', Priority: 'High' }],
    [
      'Events',
      {
        ...{ Event_Title: 'Renewal Contract Review', All_day: false, Meeting_Venue__s: 'Client location' },
        ...{ Start_DateTime: '2026-08-25T10:00:00-05:00', End_DateTime: '2026-08-25T11:00:00-05:00' },
      },
    ],
    [
      'Calls',
      {
        ...{ Subject: 'Discuss renewal pricing', Call_Type: 'Outbound', Call_Purpose: 'Prospecting' },
        ...{
          Call_Start_Time: '2026-01-20T10:00:00-05:00',
          Call_Duration: '00:20',
          Call_Result: 'Interested',
        },
      },
    ],
    [
      'Accounts',
      {
        ...{ Account_Name: 'Bentley Systems', Phone: '555-2233445', Website: 'www.bentleysystems.com' },
        ...{ Account_Type: 'Customer', Employees: 1200, Annual_Revenue: 25_000_000, Account_Number: '10023' },
      },
    ],
  ])('the example of %s is created and comes back as it was sent', async (module, values) => {
    await using crm = await startOfPatricia()
    const { body } = await crm.call('POST', `/${module}`, { data: [values] })
    expect(body.data[0]).toMatchObject({ code: 'SUCCESS' })
    const [record] = (await crm.call('GET', `/${module}/${body.data[0].details.id}`)).body.data
    for (const [name, value] of Object.entries(values)) {
      if (name === 'Full_Name' || name === 'Tag') continue
      const isTime = typeof value === 'string' && value.includes('T') && /\d\d:\d\d$/.test(value)
      if (isTime) expect(Date.parse(record[name])).toBe(Date.parse(value))
      else expect(record[name]).toEqual(value)
    }
  })

  test('the errors of a request and of a record have the keys that are printed', async () => {
    await using crm = await startOfPatricia()
    expect((await crm.call('GET', '/Nothing?fields=id')).body).toEqual({
      ...{ code: 'INVALID_MODULE', details: { resource_path_index: 0 }, status: 'error' },
      message: 'the module name given seems to be invalid',
    })
    const data = [
      { Last_Name: 'Doe', Company: 'Z' },
      { Last_Name: 'Doe', Company: 7 },
    ]
    expect((await crm.call('POST', '/Leads', { data })).body.data[1]).toEqual({
      ...{ code: 'INVALID_DATA', message: 'invalid data', status: 'error' },
      details: { expected_data_type: 'text', api_name: 'Company', json_path: '$.data[1].Company' },
    })
  })
})
