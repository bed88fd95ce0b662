import { FakeClock, type LocalZoho, localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SdkProcess } from './sdk-process.ts'

const SCOPES = [
  'ZohoCRM.modules.ALL',
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  // Search wants it beside the scope of the module.
  'ZohoSearch.securesearch.READ',
]
const HOUR_MS = 3_600_000
const THROTTLE_MS = 600_000

describe('Zoho’s own SDK for Node, unmodified, against the local Zoho', () => {
  let clock: FakeClock
  let zoho: LocalZoho
  let sdk: SdkProcess

  beforeAll(async () => {
    clock = new FakeClock()
    zoho = await startLocalZoho({ clock, seedDemoData: false })
    const { refreshToken } = await zoho.issueGrant({ scopes: SCOPES })
    sdk = await SdkProcess.start({ url: zoho.url, app: localZohoApp, refreshToken })
  })
  // Another window of the throttle, and a fresh token in it.
  beforeEach(async () => {
    await clock.advance(HOUR_MS)
    await sdk.expire()
    await sdk.call('list', 'Last_Name')
    await zoho.clearLedger()
  })
  afterAll(async () => {
    await sdk?.[Symbol.asyncDispose]()
    await zoho?.close()
  })

  test('creates, reads, lists, searches, upserts, updates and deletes leads', async () => {
    const created = await sdk.call('create', [
      { Last_Name: 'Lovelace', Company: 'Engines', Email: 'ada@engines.example', Lead_Status: 'Contacted' },
      { Last_Name: 'Babbage', Company: 'Engines', Email: 'charles@engines.example' },
    ])
    expect(created).toMatchObject({ status: 201, kind: 'ActionWrapper' })
    expect(created.data).toMatchObject([
      { code: 'SUCCESS', status: 'success', message: 'record added' },
      { code: 'SUCCESS', status: 'success', message: 'record added' },
    ])
    const [ada = '', charles = ''] = created.data?.map(idOf) ?? []

    const got = await sdk.call('get', ada)
    expect(got).toMatchObject({ status: 200, kind: 'ResponseWrapper' })
    expect(got.data).toMatchObject([
      { id: ada, Last_Name: 'Lovelace', Email: 'ada@engines.example', Lead_Status: 'Contacted' },
    ])

    const listed = await sdk.call('list', 'Last_Name,Email')
    expect(listed.info).toMatchObject({ count: 2, page: 1, moreRecords: false })
    expect(listed.data?.map(lead => lead.Last_Name)).toEqual(expect.arrayContaining(['Lovelace', 'Babbage']))

    const found = await sdk.call('search', '(Email:equals:charles@engines.example)')
    expect(found.data).toMatchObject([{ id: charles, Last_Name: 'Babbage' }])
    const nobody = await sdk.call('search', '(Email:equals:nobody@engines.example)')
    expect(nobody).toEqual({ status: 204, kind: null })

    const upserted = await sdk.call(
      'upsert',
      [
        { Last_Name: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@engines.example' },
        { Last_Name: 'Menabrea', Company: 'Engines', Email: 'luigi@engines.example' },
      ],
      ['Email'],
    )
    expect(upserted.data).toMatchObject([
      { code: 'SUCCESS', action: 'update', duplicateField: 'Email', details: { id: ada } },
      { code: 'SUCCESS', action: 'insert' },
    ])

    const updated = await sdk.call('update', charles, { Company: 'Difference Engines' })
    expect(updated.data).toMatchObject([{ code: 'SUCCESS', message: 'record updated' }])
    const deleted = await sdk.call('delete', charles)
    expect(deleted.data).toMatchObject([{ code: 'SUCCESS', message: 'record deleted' }])
    expect(await sdk.call('get', charles)).toEqual({ status: 204, kind: null })

    // What the SDK was told, and what is there.
    const leads = await zoho.crmRecords('Leads')
    expect(leads).toMatchObject([
      { id: ada, Last_Name: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@engines.example' },
      { Last_Name: 'Menabrea', Company: 'Engines', Email: 'luigi@engines.example' },
    ])
    expect(leads).toHaveLength(2)
  })

  test('is told what is wrong with a record, each of them in its place', async () => {
    const created = await sdk.call('create', [
      { Last_Name: 'Hopper', Company: 'Engines', Email: 'grace@engines.example' },
      { Last_Name: 'Turing', Company: 'Engines', Email: 'no address' },
    ])
    expect(created.status).toBe(207)
    expect(created.data).toMatchObject([
      { code: 'SUCCESS' },
      { code: 'INVALID_DATA', status: 'error', details: { api_name: 'Email' } },
    ])
    const emails = (await zoho.crmRecords('Leads')).map(({ Email }) => Email)
    expect(emails).toContain('grace@engines.example')
    expect(emails).not.toContain('no address')
  })

  test('refreshes its token by a multipart form when it is over, and goes on', async () => {
    const before = await sdk.storedAccessToken()
    await clock.advance(HOUR_MS)
    await sdk.expire()
    expect((await sdk.call('list', 'Last_Name')).status).toBe(200)
    expect(await sdk.storedAccessToken()).not.toBe(before)
    expect(await zoho.summary()).toMatchObject({ requests: 1, issued: 1 })
  })

  test('does not refresh a token that Zoho has ended before its time: the call fails', async () => {
    await zoho.killAccessToken(await sdk.storedAccessToken())
    const listed = await sdk.call('list', 'Last_Name')
    expect(listed).toMatchObject({ status: 401, kind: 'APIException', code: 'INVALID_TOKEN' })
    expect(await zoho.summary()).toMatchObject({ requests: 0 })
  })

  test('meets the throttle with its eleventh refresh, and is served again ten minutes later', async () => {
    // The first of the window was before this test.
    for (let refreshes = 2; refreshes <= 10; refreshes += 1) {
      await sdk.expire()
      expect((await sdk.call('list', 'Last_Name')).status).toBe(200)
    }
    expect(await zoho.summary()).toMatchObject({ issued: 9, throttled: 0 })
    await sdk.expire()
    await expect(sdk.call('list', 'Last_Name')).rejects.toThrow('Access Denied')
    expect(await zoho.summary()).toMatchObject({ issued: 9, throttled: 1 })
    await clock.advance(THROTTLE_MS)
    expect((await sdk.call('list', 'Last_Name')).status).toBe(200)
    expect(await zoho.summary()).toMatchObject({ issued: 10, throttled: 1 })
  })
})

function idOf({ details }: Readonly<Record<string, unknown>>): string {
  return String((details as Readonly<Record<string, unknown>> | undefined)?.id ?? '')
}
