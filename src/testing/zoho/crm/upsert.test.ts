import { describe, expect, test } from 'vitest'
import { type CrmAnswer, type LocalCrm, startLocalCrm } from '../../../../test/support/local-crm.ts'

function upsert(
  crm: LocalCrm,
  records: readonly object[],
  duplicate_check_fields?: readonly string[],
): Promise<CrmAnswer> {
  return crm.call('POST', '/Leads/upsert', { data: records, duplicate_check_fields })
}

const doe = { Last_Name: 'Doe', Company: 'Z', Email: 'd@z.com', Phone: '+1 555' }

describe('upsert', () => {
  test('checklist crm §15: upsert duplicate rules — the first field that finds a record decides, in the order that was sent', async () => {
    await using crm = await startLocalCrm()
    const first = await upsert(crm, [doe])
    expect(first).toMatchObject({
      status: 200,
      body: { data: [{ code: 'SUCCESS', duplicate_field: null, action: 'insert', message: 'record added' }] },
    })
    const byDefault = await upsert(crm, [{ ...doe, Email: 'D@Z.com', Company: 'Y' }])
    expect(byDefault.body.data[0]).toMatchObject({
      ...{ action: 'update', duplicate_field: 'Email', message: 'record updated' },
      details: { id: first.body.data[0].details.id },
    })
    const other = { Last_Name: 'Roe', Company: 'Z', Email: 'r@z.com', Phone: '+1 666' }
    await upsert(crm, [other])
    const crossed = { ...doe, Phone: '+1 666' }
    expect((await upsert(crm, [crossed], ['Phone', 'Email'])).body.data[0].duplicate_field).toBe('Phone')
    expect((await crm.zoho.crmRecords('Leads')).map(({ Last_Name }) => Last_Name)).toEqual(['Doe', 'Doe'])
  })

  test('what is empty is like nothing: it finds no record', async () => {
    await using crm = await startLocalCrm()
    const nobody = { Last_Name: 'Doe', Company: 'Z', Phone: null }
    const { body } = await upsert(
      crm,
      [nobody, { ...nobody, Phone: '' }, { Last_Name: 'Doe', Company: 'Z' }],
      ['Phone'],
    )
    expect(body.data.map(({ action }: { action: string }) => action)).toEqual(['insert', 'insert', 'insert'])
  })

  test('a record is not found by what it had before, nor once it is gone', async () => {
    await using crm = await startLocalCrm()
    const { id } = (await upsert(crm, [doe], ['Phone'])).body.data[0].details
    await crm.call('PUT', `/Leads/${id}`, { data: [{ Phone: '+1 777' }] })
    expect((await upsert(crm, [doe], ['Phone'])).body.data[0].action).toBe('insert')
    const moved = await upsert(crm, [{ ...doe, Phone: '+1 777' }], ['Phone'])
    expect(moved.body.data[0]).toMatchObject({ action: 'update', details: { id } })
    await crm.call('DELETE', `/Leads/${id}`)
    expect((await upsert(crm, [{ ...doe, Phone: '+1 777' }], ['Phone'])).body.data[0].action).toBe('insert')
  })

  test('an id is the record, whatever the fields find', async () => {
    await using crm = await startLocalCrm()
    const { id } = (await upsert(crm, [doe])).body.data[0].details
    await upsert(crm, [{ ...doe, Email: 'other@z.com' }])
    const changed = await upsert(crm, [{ id, Email: 'other@z.com', City: 'Oslo' }])
    expect(changed.body.data[0]).toMatchObject({ action: 'update', duplicate_field: null, details: { id } })
    expect((await upsert(crm, [{ id: '4150868000000002175', ...doe }])).body.data[0].code).toBe(
      'INVALID_DATA',
    )
  })

  test('two records of one body with the same phone are one record', async () => {
    await using crm = await startLocalCrm()
    const { body } = await upsert(crm, [doe, { ...doe, City: 'Oslo' }], ['Phone'])
    expect(body.data.map(({ action }: { action: string }) => action)).toEqual(['insert', 'update'])
    expect(await crm.zoho.crmRecords('Leads')).toMatchObject([{ City: 'Oslo' }])
  })

  test('upserts at once by the same phone make one record', async () => {
    await using crm = await startLocalCrm()
    const answers = await Promise.all(Array.from({ length: 20 }, () => upsert(crm, [doe], ['Phone'])))
    const actions = answers.map(({ body }) => body.data[0].action)
    expect(actions.filter(action => action === 'insert')).toHaveLength(1)
    expect(await crm.zoho.crmRecords('Leads')).toHaveLength(1)
  })

  test('with a switch, an insert names a field as Zoho’s example does', async () => {
    await using crm = await startLocalCrm({ crm: { duplicateFieldOnInsert: true } })
    expect((await upsert(crm, [doe])).body.data[0]).toMatchObject({
      action: 'insert',
      duplicate_field: 'Email',
    })
  })

  test.each([
    [['Nothing'], 'INVALID_DATA'],
    [[7], 'INVALID_DATA'],
    ['Email', 'INVALID_DATA'],
    [Array.from({ length: 11 }, () => 'Email'), 'LIMIT_EXCEEDED'],
  ])('duplicate_check_fields %j is refused', async (fields, code) => {
    await using crm = await startLocalCrm()
    const answer = await crm.call('POST', '/Leads/upsert', { data: [doe], duplicate_check_fields: fields })
    expect(answer).toMatchObject({ status: 400, body: { code } })
    expect(await crm.zoho.crmRecords('Leads')).toEqual([])
  })
})

describe('unique fields', () => {
  test('checklist crm §15: DUPLICATE_DATA with duplicate_record — it says which record has the value, and whose it is', async () => {
    await using crm = await startLocalCrm({ crm: { uniqueFields: { Leads: ['Email', 'Mobile'] } } })
    const one = { ...doe, Mobile: '1' }
    const { id } = (await crm.call('POST', '/Leads', { data: [one] })).body.data[0].details
    const again = await crm.call('POST', '/Leads', {
      data: [
        { ...one, Email: 'D@z.com' },
        { ...doe, Mobile: '2' },
      ],
    })
    expect(again.status).toBe(400)
    const duplicate = (field: string, index: number): object => ({
      code: 'DUPLICATE_DATA',
      message: 'duplicate data',
      details: {
        ...{ api_name: field, json_path: `$.data[${index}].${field}`, id, more_records: false },
        duplicate_record: {
          id,
          Owner: { name: 'Ada Lovelace', id: expect.stringMatching(/^\d{19}$/), zuid: '600001434' },
          module: { api_name: 'Leads', id: expect.stringMatching(/^\d{19}$/) },
        },
      },
    })
    expect(again.body.data).toMatchObject([
      {
        code: 'MULTIPLE_OR_MULTI_ERRORS',
        details: { errors: [duplicate('Email', 0), duplicate('Mobile', 0)] },
      },
      duplicate('Email', 1),
    ])
    expect(await crm.zoho.crmRecords('Leads')).toHaveLength(1)
  })

  test('a record may keep its own value, and may not take that of another', async () => {
    await using crm = await startLocalCrm({ crm: { uniqueFields: { Leads: ['Email'] } } })
    const { body } = await crm.call('POST', '/Leads', { data: [doe, { ...doe, Email: 'other@z.com' }] })
    const { id } = body.data[1].details
    const keep = await crm.call('PUT', `/Leads/${id}`, { data: [{ Email: 'other@z.com', City: 'Oslo' }] })
    expect(keep.status).toBe(200)
    const take = await crm.call('PUT', `/Leads/${id}`, { data: [{ Email: 'd@z.com' }] })
    expect(take.body.data[0].code).toBe('DUPLICATE_DATA')
    expect((await upsert(crm, [{ ...doe, Phone: '9', Email: 'd@z.com' }], ['Phone'])).body.data[0].code).toBe(
      'DUPLICATE_DATA',
    )
  })
})
