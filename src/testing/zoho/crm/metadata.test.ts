import { describe, expect, test } from 'vitest'
import { startLocalCrm } from '../../../../test/support/local-crm.ts'

const id = expect.stringMatching(/^\d{19}$/)

describe('metadata', () => {
  test('modules: all of them, one by its name or id, and none since a time', async () => {
    await using crm = await startLocalCrm({ crm: { customFields: { Shifts: [] } } })
    const { body } = await crm.call('GET', '/settings/modules')
    const names = body.modules.map((module: { api_name: string }) => module.api_name)
    expect(names).toEqual(
      expect.arrayContaining(['Leads', 'Contacts', 'Accounts', 'Deals', 'Events', 'Notes', 'Shifts']),
    )
    const leads = body.modules.find((module: { api_name: string }) => module.api_name === 'Leads')
    expect(leads).toMatchObject({
      ...{ api_name: 'Leads', id, module_name: 'Leads', singular_label: 'Lead', plural_label: 'Leads' },
      ...{ generated_type: 'default', api_supported: true, creatable: true, editable: true, deletable: true },
      ...{
        viewable: true,
        visible: true,
        visibility: 1,
        show_as_tab: true,
        parent_module: {},
        status: 'visible',
      },
      profiles: [{ id, name: 'Administrator' }],
    })
    expect((await crm.call('GET', '/settings/modules/Shifts')).body.modules[0].generated_type).toBe('custom')
    expect((await crm.call('GET', `/settings/modules/${leads.id}`)).body.modules[0]).toEqual(leads)
    expect((await crm.call('GET', '/settings/modules/Nothing')).body.code).toBe('INVALID_MODULE')
    const header = { 'If-Modified-Since': '2026-01-01T00:00:00Z' }
    expect((await crm.call('GET', '/settings/modules', undefined, header)).status).toBe(304)
  })

  test('fields: their types, what is mandatory, unique and to choose from, and the module of a lookup', async () => {
    const customFields = {
      Leads: [{ api_name: 'Caller', data_type: 'text', unique: true, label: 'Caller' }],
    } as const
    await using crm = await startLocalCrm({ crm: { customFields } })
    const fieldOf = async (module: string, name: string): Promise<object> => {
      const { body } = await crm.call('GET', `/settings/fields?module=${module}`)
      return body.fields.find((field: { api_name: string }) => field.api_name === name)
    }
    expect(await fieldOf('Leads', 'Last_Name')).toMatchObject({
      ...{
        id,
        api_name: 'Last_Name',
        field_label: 'Last Name',
        data_type: 'text',
        json_type: 'string',
        length: 80,
      },
      ...{
        system_mandatory: true,
        read_only: false,
        field_read_only: false,
        custom_field: false,
        visible: true,
      },
      ...{ unique: {}, pick_list_values: [], lookup: {}, decimal_place: null, default_value: null },
      operation_type: { api_create: true, api_update: true, web_create: true, web_update: true },
      view_type: { view: true, edit: true, create: true },
      created_source: 'default',
    })
    expect(await fieldOf('Leads', 'Lead_Status')).toMatchObject({
      data_type: 'picklist',
      pick_list_values: expect.arrayContaining([
        {
          id,
          actual_value: 'Contacted',
          display_value: 'Contacted',
          reference_value: 'Contacted',
          sequence_number: 4,
          type: 'used',
        },
      ]),
    })
    expect(await fieldOf('Leads', 'Caller')).toMatchObject({
      custom_field: true,
      unique: { casesensitive: 'false' },
    })
    expect(await fieldOf('Contacts', 'Account_Name')).toMatchObject({
      ...{ data_type: 'lookup', json_type: 'jsonobject' },
      lookup: { module: { api_name: 'Accounts', id }, display_label: 'Accounts' },
    })
    expect((await crm.call('GET', '/settings/fields')).body).toMatchObject({
      code: 'REQUIRED_PARAM_MISSING',
      details: { param_name: 'module' },
    })
    expect((await crm.call('GET', '/settings/fields?module=leads')).body.code).toBe('INVALID_MODULE')
    expect((await crm.call('GET', '/settings/fields?module=Leads&type=unused')).status).toBe(204)
  })

  test('layouts, views and related lists of a module; a view selects a list by cvid', async () => {
    await using crm = await startLocalCrm({ seedDemoData: true })
    const get = async (path: string) => (await crm.call('GET', path)).body
    const [layout] = (await get('/settings/layouts?module=Leads')).layouts
    expect(layout).toMatchObject({ id, name: 'Standard', sections: [{ fields: expect.arrayContaining([]) }] })
    expect((await get(`/settings/layouts/${layout.id}?module=Leads`)).layouts).toEqual([layout])
    const [view] = (await get('/settings/custom_views?module=Leads')).custom_views
    expect(view).toMatchObject({ id, name: 'All Leads', system_name: 'ALLVIEWS_LEADS' })
    expect((await get(`/Leads?fields=Last_Name&cvid=${view.id}`)).data.length).toBeGreaterThan(1)
    const { related_lists: lists } = await get('/settings/related_lists?module=Leads')
    expect(lists[0]).toMatchObject({
      ...{ id, api_name: 'Notes', display_label: 'Notes', name: 'Notes', href: 'Leads/{ENTITYID}/Notes' },
      ...{ module: { api_name: 'Notes', id }, type: 'default', sequence_number: '1' },
    })
    const names = lists.map((list: { api_name: string }) => list.api_name)
    expect(names).toEqual(['Notes', 'Tasks', 'Events', 'Calls', 'Products', 'Campaigns'])
    expect((await crm.call('GET', '/settings/related_lists?module=Notes')).status).toBe(204)
  })
})

describe('the organization', () => {
  const users = [
    { zuid: '1', email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' },
    { zuid: '2', email: 'grace@example.com', firstName: 'Grace', lastName: 'Hopper' },
  ]

  test('users: who the token is for, and everybody', async () => {
    await using crm = await startLocalCrm({ users })
    const { accessToken } = await crm.zoho.issueGrant({
      user: 'grace@example.com',
      scopes: ['ZohoCRM.users.READ'],
    })
    const header = { authorization: `Bearer ${accessToken}` }
    const current = await crm.call('GET', '/users?type=CurrentUser', undefined, header)
    expect(current.body).toMatchObject({
      users: [
        {
          ...{ id, full_name: 'Grace Hopper', first_name: 'Grace', last_name: 'Hopper', zuid: '2' },
          ...{
            email: 'grace@example.com',
            status: 'active',
            confirm: true,
            microsoft: false,
            language: 'en_US',
          },
          ...{ role: { name: 'CEO', id }, profile: { name: 'Administrator', id }, offset: 19_800_000 },
          ...{ time_zone: 'Asia/Kolkata', locale: 'en_US', country_locale: 'en_US' },
        },
      ],
      info: { per_page: 200, count: 1, page: 1, more_records: false },
    })
    const page = await crm.call('GET', '/users?type=ActiveUsers&per_page=1')
    expect(page.body).toMatchObject({ users: [{ email: 'ada@example.com' }], info: { more_records: true } })
    const [{ id: first }] = page.body.users
    expect((await crm.call('GET', `/users/${first}`)).body.users[0].email).toBe('ada@example.com')
    expect((await crm.call('GET', '/users/1')).status).toBe(204)
    expect((await crm.call('GET', '/users?type=DeletedUsers')).status).toBe(204)
    expect((await crm.call('GET', '/users?type=Nobody')).status).toBe(400)
    expect((await crm.call('GET', '/org', undefined, header)).body.code).toBe('OAUTH_SCOPE_MISMATCH')
  })

  test('what a user writes is theirs; the owner can be another one', async () => {
    await using crm = await startLocalCrm({ users })
    const owner = (await crm.call('GET', '/users')).body.users[1].id
    await crm.call('POST', '/Leads', { data: [{ Last_Name: 'Doe', Company: 'Z', Owner: { id: owner } }] })
    expect(await crm.zoho.crmRecords('Leads')).toMatchObject([
      {
        Owner: { id: owner, name: 'Grace Hopper', email: 'grace@example.com' },
        Created_By: { name: 'Ada Lovelace' },
      },
    ])
  })

  test('the organization tells its plan and its zone', async () => {
    await using crm = await startLocalCrm({ crm: { edition: 'free', timeZone: 'Europe/Berlin' } })
    expect((await crm.call('GET', '/org')).body.org).toMatchObject([
      {
        ...{ id, company_name: 'Local Zoho', zgid: expect.stringMatching(/^\d{9}$/), type: 'Production' },
        ...{ domain_name: expect.stringMatching(/^org\d{9}$/), primary_email: 'ada@example.com' },
        ...{ primary_zuid: '600001434', time_zone: 'Europe/Berlin', iso_code: 'USD', country_code: 'US' },
        license_details: { paid: false, paid_type: 'free', users_license_purchased: 1 },
      },
    ])
  })
})
