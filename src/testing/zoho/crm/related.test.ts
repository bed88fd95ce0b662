import { describe, expect, test } from 'vitest'
import { type LocalCrm, startLocalCrm } from '../../../../test/support/local-crm.ts'

async function create(crm: LocalCrm, module: string, values: object): Promise<string> {
  return (await crm.call('POST', `/${module}`, { data: [values] })).body.data[0].details.id
}

const doe = { Last_Name: 'Doe', Company: 'Z' }

describe('notes', () => {
  test('both forms of Parent_Id are taken, and under the record none is needed', async () => {
    await using crm = await startLocalCrm()
    const id = await create(crm, 'Leads', doe)
    const forms = [
      { Note_Title: 'new', Note_Content: 'text', Parent_Id: { module: { api_name: 'Leads' }, id } },
      { Note_Title: 'old', Note_Content: 'text', Parent_Id: id, se_module: 'Leads' },
      { Note_Title: 'older', Note_Content: 'text', Parent_Id: id, $se_module: 'Leads' },
    ]
    expect(await crm.call('POST', '/Notes', { data: forms })).toMatchObject({
      status: 201,
      body: { data: [{ message: 'record added' }, { message: 'record added' }, { message: 'record added' }] },
    })
    expect((await crm.call('POST', `/Leads/${id}/Notes`, { data: [{ Note_Content: 'under' }] })).status).toBe(
      201,
    )
    const { body } = await crm.call('GET', `/Leads/${id}/Notes?fields=Note_Title,Note_Content,Parent_Id`)
    expect(body.data).toMatchObject([
      { Note_Title: null, Note_Content: 'under' },
      { Note_Title: 'older' },
      { Note_Title: 'old' },
      {
        Note_Title: 'new',
        Parent_Id: { module: { api_name: 'Leads', id: expect.stringMatching(/^\d{19}$/) }, id, name: 'Doe' },
      },
    ])
    expect(body.info).toMatchObject({ count: 4, more_records: false })
  })

  test('a note has the shape that Zoho documents', async () => {
    await using crm = await startLocalCrm()
    const id = await create(crm, 'Leads', doe)
    const note = await create(crm, 'Notes', {
      Note_Content: 'x'.repeat(600),
      Parent_Id: id,
      se_module: 'Leads',
    })
    const { body } = await crm.call('GET', `/Notes/${note}`)
    expect(body.data[0]).toMatchObject({
      ...{
        id: note,
        Note_Title: null,
        Note_Content: 'x'.repeat(600),
        $attachments: null,
        $voice_note: false,
      },
      ...{ $size: null, $state: 'save', $editable: true, $is_shared_to_client: false },
      ...{ $sharing_permission: 'full_access', Created_Time: '2026-01-01T05:30:00+05:30' },
      Owner: { name: 'Ada Lovelace' },
    })
    expect((await crm.call('GET', '/Notes')).body.code).toBe('REQUIRED_PARAM_MISSING')
  })

  test('a note without parent, text or module is refused; so is one of a record that is not there', async () => {
    await using crm = await startLocalCrm()
    const id = await create(crm, 'Leads', doe)
    const send = async (note: object): Promise<string> =>
      (await crm.call('POST', '/Notes', { data: [note] })).body.data[0].code
    expect(await send({ Note_Content: 'text' })).toBe('MANDATORY_NOT_FOUND')
    expect(await send({ Note_Content: 'text', Parent_Id: id })).toBe('EXPECTED_FIELD_MISSING')
    expect(await send({ Parent_Id: id, se_module: 'Leads' })).toBe('MANDATORY_NOT_FOUND')
    expect(await send({ Note_Content: 'text', Parent_Id: id, se_module: 'Deals' })).toBe('INVALID_DATA')
    expect(await send({ Note_Content: 'text', Parent_Id: id, se_module: 'Nothing' })).toBe('INVALID_DATA')
    const nowhere = await crm.call('POST', '/Leads/4150868000000002175/Notes', {
      data: [{ Note_Content: 'x' }],
    })
    expect(nowhere).toMatchObject({
      status: 400,
      body: { code: 'INVALID_DATA', details: { resource_path_index: 1 } },
    })
  })

  test('notes are changed and deleted under their record, and those of another are not known there', async () => {
    await using crm = await startLocalCrm()
    const id = await create(crm, 'Leads', doe)
    const other = await create(crm, 'Leads', doe)
    const note = await create(crm, 'Notes', { Note_Content: 'text', Parent_Id: id, se_module: 'Leads' })
    const change = { data: [{ id: note, Note_Content: 'changed' }] }
    expect((await crm.call('PUT', `/Leads/${other}/Notes`, change)).status).toBe(400)
    expect((await crm.call('DELETE', `/Leads/${other}/Notes?ids=${note}`)).status).toBe(400)
    expect((await crm.call('GET', `/Leads/${other}/Notes/${note}`)).status).toBe(204)
    expect((await crm.call('PUT', `/Leads/${id}/Notes`, change)).status).toBe(200)
    expect((await crm.call('GET', `/Leads/${id}/Notes/${note}`)).body.data[0].Note_Content).toBe('changed')
    const again = { data: [{ Note_Content: 'again' }] }
    expect((await crm.call('PUT', `/Leads/${id}/Notes/${note}`, again)).status).toBe(200)
    expect((await crm.call('DELETE', `/Leads/${id}/Notes/${note}`)).body.data[0].message).toBe(
      'record deleted',
    )
    expect(await crm.zoho.crmRecords('Notes')).toEqual([])
  })

  test('notes go with their record; their scope is their own', async () => {
    await using crm = await startLocalCrm()
    const id = await create(crm, 'Leads', doe)
    await create(crm, 'Notes', { Note_Content: 'text', Parent_Id: id, se_module: 'Leads' })
    const { accessToken } = await crm.zoho.issueGrant({ scopes: ['ZohoCRM.modules.notes.READ'] })
    const header = { authorization: `Bearer ${accessToken}` }
    expect((await crm.call('GET', `/Leads/${id}/Notes?fields=id`, undefined, header)).status).toBe(200)
    expect((await crm.call('GET', `/Leads/${id}/Tasks?fields=id`, undefined, header)).status).toBe(401)
    await crm.call('DELETE', `/Leads/${id}`)
    expect(await crm.zoho.crmRecords('Notes')).toEqual([])
  })
})

describe('related lists', () => {
  test('have the records that name the record, page by page', async () => {
    await using crm = await startLocalCrm()
    const account = await create(crm, 'Accounts', { Account_Name: 'Zylker' })
    const contacts = ['One', 'Two', 'Three'].map(Last_Name => ({ Last_Name, Account_Name: { id: account } }))
    await crm.call('POST', '/Contacts', { data: contacts })
    await create(crm, 'Contacts', { Last_Name: 'Elsewhere' })
    const path = `/Accounts/${account}/Contacts?fields=Last_Name&per_page=2`
    const first = await crm.call('GET', path)
    expect(first.body.data).toMatchObject([{ Last_Name: 'Three' }, { Last_Name: 'Two' }])
    const next = await crm.call('GET', `${path}&page_token=${first.body.info.next_page_token}`)
    expect(next.body.data).toMatchObject([{ Last_Name: 'One' }])
    expect((await crm.call('GET', `/Accounts/${account}/Contacts`)).body.code).toBe('REQUIRED_PARAM_MISSING')
    expect((await crm.call('GET', `/Accounts/${account}/Deals?fields=id`)).status).toBe(204)
    expect((await crm.call('PUT', `/Accounts/${account}/Contacts`, { data: [{ id: '1' }] })).body.code).toBe(
      'NOT_SUPPORTED',
    )
  })

  test('a task stands under the lead of its What_Id and the contact of its Who_Id', async () => {
    await using crm = await startLocalCrm()
    const lead = await create(crm, 'Leads', doe)
    const contact = await create(crm, 'Contacts', { Last_Name: 'Doe' })
    await create(crm, 'Tasks', { Subject: 'T', What_Id: lead, $se_module: 'Leads', Who_Id: { id: contact } })
    const [task] = (await crm.call('GET', `/Leads/${lead}/Tasks?fields=Subject,What_Id,$se_module`)).body.data
    expect(task).toMatchObject({ Subject: 'T', What_Id: { id: lead, name: 'Doe' }, $se_module: 'Leads' })
    expect((await crm.call('GET', `/Contacts/${contact}/Tasks?fields=Subject`)).body.data).toHaveLength(1)
  })

  test('products are linked from either side, seen from both, and unlinked', async () => {
    await using crm = await startLocalCrm()
    const lead = await create(crm, 'Leads', doe)
    const product = await create(crm, 'Products', { Product_Name: 'P' })
    const path = `/Leads/${lead}/Products`
    const unknown = '4150868000000002175'
    expect(await crm.call('PUT', path, { data: [{ id: product }, { id: unknown }, {}] })).toMatchObject({
      status: 207,
      body: {
        data: [
          { code: 'SUCCESS', details: { id: product }, message: 'relation added', status: 'success' },
          { code: 'INVALID_DATA', details: { id: unknown } },
          { code: 'MANDATORY_NOT_FOUND' },
        ],
      },
    })
    expect((await crm.call('GET', `/Products/${product}/Leads?fields=Last_Name`)).body.data).toHaveLength(1)
    expect((await crm.call('DELETE', `${path}?ids=${product}`)).body.data[0].message).toBe('relation removed')
    expect((await crm.call('GET', `${path}?fields=id`)).status).toBe(204)
    expect((await crm.call('DELETE', `${path}/${product}`)).status).toBe(400)
    expect((await crm.call('PUT', `/Products/${product}/Leads/${lead}`)).status).toBe(200)
    expect((await crm.call('GET', `${path}?fields=id`)).body.data).toMatchObject([{ id: product }])
  })
})
