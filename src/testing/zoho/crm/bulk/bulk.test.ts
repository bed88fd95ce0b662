import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { startReceiver } from '../../../../../test/support/callback-receiver.ts'
import {
  type CrmAnswer,
  callCrm,
  type LocalCrm,
  startLocalCrm,
} from '../../../../../test/support/local-crm.ts'
import { csvOfZip } from './csv-file.ts'

const scopes = ['ZohoCRM.modules.ALL', 'ZohoCRM.bulk.ALL', 'ZohoCRM.org.READ']
/** 500 for a bulk write are soon spent; the tests are not about that. */
const start = (crm = {}, granted = scopes) =>
  startLocalCrm({ crm: { creditsPerDay: 100_000, ...crm } }, granted)

const bulk = (crm: LocalCrm, method: string, path: string, body?: unknown) =>
  callCrm(`${crm.zoho.url}/crm/bulk/v8${path}`, method, body, {
    authorization: `Zoho-oauthtoken ${crm.token}`,
  })

async function fileOf(crm: LocalCrm, path: string): Promise<Record<string, string>> {
  const answer = await fetch(`${crm.zoho.url}${path}`, {
    headers: { authorization: `Zoho-oauthtoken ${crm.token}` },
  })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-download'])
  const files = unzipSync(new Uint8Array(await answer.arrayBuffer()))
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]))
}

async function upload(
  crm: LocalCrm,
  zip: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Pick<CrmAnswer, 'status' | 'body'>> {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(zip)]), 'leads.zip')
  const zgid = await zgidOf(crm)
  const answer = await fetch(`${crm.zoho.url}/crm/v8/upload`, {
    method: 'POST',
    headers: {
      authorization: `Zoho-oauthtoken ${crm.token}`,
      feature: 'bulk-write',
      'X-CRM-ORG': zgid,
      ...headers,
    },
    body: form,
  })
  return { status: answer.status, body: await answer.json() }
}

async function zgidOf(crm: LocalCrm): Promise<string> {
  return (await crm.call('GET', '/org')).body.org[0].zgid
}

/** Bytes that know how far they were read piece by piece. */
class CountedBytes extends Uint8Array {
  furthest = 0

  override subarray(start?: number, end?: number) {
    // The directory is read from its end.
    if (start !== undefined && start % 1024 === 0) this.furthest = Math.max(this.furthest, start)
    return super.subarray(start, end)
  }
}

const zipped = (text: string, name = 'leads.csv') => zipSync({ [name]: strToU8(text) })

async function write(crm: LocalCrm, csv: string, resource: object, operation = 'insert') {
  const { body } = await upload(crm, zipped(csv))
  const data = { type: 'data', module: { api_name: 'Leads' }, file_id: body.details?.file_id, ...resource }
  return bulk(crm, 'POST', '/write', { operation, resource: [data] })
}

const mappings = (...names: string[]) => names.map((api_name, index) => ({ api_name, index }))

/** For requests that are refused and change nothing. */
const shared = start()
afterAll(async () => (await shared)[Symbol.asyncDispose]())

describe('bulk read', () => {
  test('checklist crm §15: bulk job state machine — a read is ADDED, IN PROGRESS, COMPLETED, and then has its file', async () => {
    await using crm = await start()
    const leads = [
      { Last_Name: 'Doe, "Jr"', Company: 'Z', Lead_Status: 'Contacted' },
      { Last_Name: 'Roe', Company: 'Z', Lead_Status: 'Lost' },
    ]
    const created = await crm.call('POST', '/Leads', { data: leads })
    const [first] = created.body.data
    const criteria = {
      group_operator: 'and',
      group: [
        { field: { api_name: 'Company' }, comparator: 'equal', value: 'z' },
        { field: { api_name: 'Last_Name' }, comparator: 'starts_with', value: 'Do' },
      ],
    }
    const query = {
      module: { api_name: 'Leads' },
      fields: ['Last_Name', 'Lead_Status', 'Owner'],
      criteria,
      page: 1,
    }
    const added = await bulk(crm, 'POST', '/read', { query, file_type: 'csv' })
    expect(added).toMatchObject({
      status: 201,
      body: {
        data: [
          { code: 'ADDED_SUCCESSFULLY', status: 'success', details: { operation: 'read', state: 'ADDED' } },
        ],
        info: {},
      },
    })
    const { id } = added.body.data[0].details
    const stateNow = async () => (await bulk(crm, 'GET', `/read/${id}`)).body.data[0].state
    const noFile = () => bulk(crm, 'GET', `/read/${id}/result`)
    expect([await stateNow(), (await noFile()).body.code]).toEqual(['ADDED', 'RESOURCE_NOT_FOUND'])
    await crm.clock.advance(1_000)
    expect([await stateNow(), (await noFile()).status]).toEqual(['IN PROGRESS', 404])
    await crm.clock.advance(1_000)
    expect((await bulk(crm, 'GET', `/read/${id}`)).body.data[0]).toMatchObject({
      ...{ id, operation: 'read', state: 'COMPLETED', query, file_type: 'csv' },
      result: {
        ...{ page: 1, count: 1, per_page: 200_000, more_records: false, next_page_token: null },
        download_url: `/crm/bulk/v8/read/${id}/result`,
      },
    })
    const owner = first.details.Created_By.id
    expect(await fileOf(crm, `/crm/bulk/v8/read/${id}/result`)).toEqual({
      [`${id}.csv`]: `Id,Last_Name,Lead_Status,Owner\r\n${first.details.id},"Doe, ""Jr""",Contacted,${owner}`,
    })
    await crm.clock.advance(86_400_000)
    expect((await noFile()).status).toBe(404)
    expect(await stateNow()).toBe('COMPLETED')
  })

  test('tells its callback when it is over', async () => {
    await using receiver = await startReceiver()
    await using crm = await start()
    const callback = { url: receiver.url, method: 'post' }
    const { body } = await bulk(crm, 'POST', '/read', { query: { module: { api_name: 'Leads' } }, callback })
    await crm.clock.advance(2_000)
    expect(await receiver.next()).toMatchObject({ id: body.data[0].details.id, state: 'COMPLETED' })
  })

  test('pages of a module', async () => {
    await using crm = await start({ bulkReadRows: 2 })
    const data = ['A', 'B', 'C'].map(Last_Name => ({ Last_Name, Company: 'Z' }))
    await crm.call('POST', '/Leads', { data })
    const read = async (page: number) => {
      const query = { module: { api_name: 'Leads' }, fields: ['Last_Name'], page }
      const { id } = (await bulk(crm, 'POST', '/read', { query })).body.data[0].details
      await crm.clock.advance(2_000)
      const { result } = (await bulk(crm, 'GET', `/read/${id}`)).body.data[0]
      return [result.count, result.more_records]
    }
    expect([await read(1), await read(2), await read(3)]).toEqual([
      [2, true],
      [1, false],
      [0, false],
    ])
  })

  const leadsQuery = (more: object) => ({ query: { module: { api_name: 'Leads' }, ...more } })
  const condition = (api_name: string, comparator: string, value: unknown) =>
    leadsQuery({ criteria: { field: { api_name }, comparator, value } })
  test.each([
    [{}, 'MANDATORY_NOT_FOUND'],
    [{ query: { module: { api_name: 'Nope' } } }, 'INVALID_MODULE'],
    [{ query: { module: { api_name: '__proto__' } } }, 'INVALID_MODULE'],
    [{ query: { module: { api_name: 'Notes' } } }, 'MODULE_NOT_SUPPORTED'],
    [leadsQuery({ fields: ['Nope'] }), 'INVALID_DATA'],
    [leadsQuery({ page: 0 }), 'INVALID_DATA'],
    [leadsQuery({ page: 501 }), 'PAGE_RANGE_EXCEEDED'],
    [{ ...leadsQuery({}), file_type: 'ics' }, 'INVALID_DATA'],
    [{ ...leadsQuery({}), callback: { url: 'http://example.com/', method: 'post' } }, 'INVALID_CALLBACK_URL'],
    [{ ...leadsQuery({}), callback: { url: 'http://127.0.0.1/', method: 'get' } }, 'INVALID_CALLBACK_URL'],
    [condition('constructor', 'equal', 'x'), 'INVALID_DATA'],
    [condition('Last_Name', 'greater_than', 'x'), 'INVALID_DATA'],
    [condition('Last_Name', 'like', 'x'), 'INVALID_DATA'],
    [condition('Annual_Revenue', 'equal', 'much'), 'INVALID_DATA'],
    [condition('Annual_Revenue', 'between', [1]), 'INVALID_DATA'],
    [leadsQuery({ criteria: { group_operator: 'xor', group: [{}] } }), 'INVALID_DATA'],
    [
      leadsQuery({
        criteria: {
          group_operator: 'or',
          group: Array(26).fill({ field: { api_name: 'Email' }, comparator: 'equal', value: 'x' }),
        },
      }),
      'CRITERIA_LIMIT_EXCEEDED',
    ],
  ])('%j is refused', async (body, code) => {
    const crm = await shared
    expect(await bulk(crm, 'POST', '/read', body)).toMatchObject({
      status: 400,
      body: { code, status: 'error' },
    })
  })

  test('needs ZohoCRM.bulk.READ and the module, and costs 50 credits', async () => {
    const read = async (granted: string[], credits = 100) => {
      await using crm = await start({ creditsPerDay: credits }, granted)
      const answer = await bulk(crm, 'POST', '/read', leadsQuery({}))
      return answer.body.code ?? answer.body.data[0].code
    }
    expect(await read(['ZohoCRM.bulk.READ'])).toBe('OAUTH_SCOPE_MISMATCH')
    expect(await read(['ZohoCRM.modules.ALL'])).toBe('OAUTH_SCOPE_MISMATCH')
    expect(await read(['ZohoCRM.bulk.READ', 'ZohoCRM.modules.Leads.READ'])).toBe('ADDED_SUCCESSFULLY')
    expect(await read(scopes, 49)).toBe('TOO_MANY_REQUESTS')
    await using crm = await start()
    expect(await bulk(crm, 'GET', '/read/5')).toMatchObject({
      status: 404,
      body: { code: 'RESOURCE_NOT_FOUND' },
    })
  })
})

describe('bulk write', () => {
  test('checklist crm §15: bulk job state machine — a write is ADDED, INPROGRESS, COMPLETED, with what became of its rows', async () => {
    await using crm = await start()
    const csv = 'Name,Firm,Revenue,Opt out\nDoe,"Z, Inc",12.5,true\n,No name,1,false\nRoe,Z,much,\nPoe,Z,,\n'
    const names = ['Last_Name', 'Company', 'Annual_Revenue', 'Email_Opt_Out']
    const added = await write(crm, csv, { field_mappings: mappings(...names), ignore_empty: true })
    expect(added).toMatchObject({
      status: 201,
      body: { status: 'success', code: 'SUCCESS', message: 'success' },
    })
    const { id } = added.body.details
    const job = async () => (await bulk(crm, 'GET', `/write/${id}`)).body
    expect(await job()).toMatchObject({
      status: 'ADDED',
      operation: 'insert',
      resource: [{ status: 'ADDED' }],
    })
    await crm.clock.advance(1_000)
    expect(await job()).toMatchObject({ status: 'INPROGRESS', resource: [{ status: 'IN PROGRESS' }] })
    expect(await crm.zoho.crmRecords('Leads')).toEqual([])
    await crm.clock.advance(1_000)
    expect(await job()).toMatchObject({
      ...{ status: 'COMPLETED', character_encoding: 'UTF-8', id },
      resource: [
        {
          ...{ status: 'COMPLETED', type: 'data', module: { api_name: 'Leads' } },
          file: { name: 'leads.csv', added_count: 2, skipped_count: 2, updated_count: 0, total_count: 4 },
        },
      ],
      result: { download_url: `${crm.zoho.url}/v2/bulk/write/${id}/result` },
    })
    const records = await crm.zoho.crmRecords('Leads')
    expect(records).toMatchObject([
      { Last_Name: 'Doe', Company: 'Z, Inc', Annual_Revenue: 12.5, Email_Opt_Out: true },
      { Last_Name: 'Poe', Company: 'Z' },
    ])
    const file = (await fileOf(crm, `/v2/bulk/write/${id}/result`))[`${id}.csv`]
    expect(file?.split('\r\n')).toEqual([
      'STATUS,RECORD_ID,ERRORS',
      `ADDED,${records[0]?.id},`,
      'SKIPPED,,MANDATORY_NOT_FOUND:Last_Name',
      'SKIPPED,,INVALID_DATA:Annual_Revenue',
      `ADDED,${records[1]?.id},`,
    ])
  })

  test('updates by a field, and upserts', async () => {
    await using crm = await start()
    await crm.call('POST', '/Leads', {
      data: [{ Last_Name: 'Doe', Company: 'Z', Email: 'd@z.com', City: 'Rome' }],
    })
    const fields = { field_mappings: mappings('Email', 'City', 'Last_Name', 'Company'), find_by: 'Email' }
    const countsOf = async (operation: string, csv: string) => {
      const { body } = await write(crm, csv, fields, operation)
      await crm.clock.advance(2_000)
      const { file } = (await bulk(crm, 'GET', `/write/${body.details.id}`)).body.resource[0]
      return [file.added_count, file.updated_count, file.skipped_count]
    }
    const csv = 'e,c,n,f\nd@z.com,,Doe,Z\nnew@z.com,Bern,New,Z\n'
    expect(await countsOf('update', csv)).toEqual([0, 1, 1])
    expect(await crm.zoho.crmRecords('Leads')).toMatchObject([{ Email: 'd@z.com', City: null }])
    expect(await countsOf('upsert', csv)).toEqual([1, 1, 0])
    expect(await crm.zoho.crmRecords('Leads')).toHaveLength(2)
  })

  test('more rows than a file may have fail the whole job', async () => {
    await using crm = await start({ bulkWriteRows: 2 })
    const added = await write(crm, 'n,c\na,z\nb,z\nc,z\n', {
      field_mappings: mappings('Last_Name', 'Company'),
    })
    await crm.clock.advance(2_000)
    expect((await bulk(crm, 'GET', `/write/${added.body.details.id}`)).body).toMatchObject({
      status: 'FAILED',
    })
    expect(await crm.zoho.crmRecords('Leads')).toEqual([])
  })

  test('an upload with wrong headers is refused in a form of its own; one that is no ZIP of a CSV in the usual one', async () => {
    await using crm = await start()
    const odd = {
      ERROR_MESSAGE: 'Bad Request',
      ERROR_CODE: 400,
      'x-error': 'check if headers [feature, X-CRM-ORG] are present and valid',
      http_status: '400',
    }
    const good = zipped('n\na\n')
    expect(await upload(crm, good, { feature: 'other' })).toMatchObject({ status: 400, body: odd })
    expect(await upload(crm, good, { 'X-CRM-ORG': '1' })).toMatchObject({ status: 400, body: odd })
    const reasonOf = async (zip: Uint8Array) => (await upload(crm, zip)).body.details.reason
    expect(await reasonOf(strToU8('n\na\n'))).toBe('not a ZIP file')
    expect(await reasonOf(zipped('x', 'x.exe'))).toBe('one CSV file is expected')
    expect(await reasonOf(zipSync({ 'a.csv': strToU8('n'), 'b.csv': strToU8('n') }))).toBe(
      'one CSV file is expected',
    )
    expect(await reasonOf(good.slice(0, good.length - 8))).toBe('not a ZIP file')
    expect((await upload(crm, good)).body).toMatchObject({ status: 'success', code: 'FILE_UPLOAD_SUCCESS' })
  })

  test('a ZIP that unpacks to more than a file may have, or than it says, is refused before that', async () => {
    await using crm = await start()
    /** The size that the directory at the end of the ZIP tells of: 24 bytes behind its mark. */
    const telling = (zip: Uint8Array, size: number) => {
      const directory = Buffer.from(zip.buffer).indexOf('PK\x01\x02', 0, 'latin1')
      new DataView(zip.buffer).setUint32(directory + 24, size, true)
      return zip
    }
    const large = telling(zipped('n\na\n'), 101 * 1024 * 1024)
    expect((await upload(crm, large)).body.details.reason).toBe('file too large')
    const bomb = telling(zipSync({ 'a.csv': new Uint8Array(10_000_000) }, { level: 1 }), 10)
    expect((await upload(crm, bomb)).body.details.reason).toBe('not a ZIP file')
    const read = new CountedBytes(bomb)
    expect(csvOfZip(read)).toEqual({ kind: 'broken', reason: 'not a ZIP file' })
    expect(read.furthest).toBeLessThan(bomb.length / 2)
  })

  test.each([
    [{ operation: 'delete' }, {}, 'INVALID_DATA'],
    [{}, { type: 'other' }, 'INVALID_DATA'],
    [{}, { module: { api_name: 'constructor' } }, 'INVALID_MODULE'],
    [{}, { file_id: '5' }, 'INVALID_DATA'],
    [{}, { field_mappings: [] }, 'INVALID_DATA'],
    [{}, { field_mappings: [{ api_name: '__proto__', index: 0 }] }, 'INVALID_DATA'],
    [{}, { field_mappings: [{ api_name: 'Last_Name', index: -1 }] }, 'INVALID_DATA'],
    [{ operation: 'update' }, {}, 'MANDATORY_NOT_FOUND'],
    [{ operation: 'update' }, { find_by: 'Nope' }, 'INVALID_DATA'],
    [{ callback: { url: 'http://example.com/', method: 'post' } }, {}, 'INVALID_CALLBACK_URL'],
  ])('%j with the resource %j is refused', async (more, resource, code) => {
    const crm = await shared
    const data = {
      type: 'data',
      module: { api_name: 'Leads' },
      file_id: '1',
      field_mappings: mappings('Last_Name'),
    }
    const body = { operation: 'insert', resource: [{ ...data, ...resource }], ...more }
    expect(await bulk(crm, 'POST', '/write', body)).toMatchObject({ status: 400, body: { code } })
  })
})
