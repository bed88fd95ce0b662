import { ProviderResponseError } from 'evergrant'
import { ZohoApiError, type ZohoCRMService, type ZohoTokens } from 'evergrant/zoho'
import { describe, expect, test } from 'vitest'
import { SkippedWaits } from '../../../test/support/zoho-api.ts'
import { all } from '../../../test/support/zoho-crm.ts'
import { parseClientOptions } from '../request/client-options.ts'
import { ZohoRequests } from '../request/zoho-requests.ts'
import { crmApi } from './crm-api.ts'
import { crmOver } from './zoho-crm-service.ts'

/** A CRM that answers so, whatever it is asked. */
function crmThat(answer: (url: URL, call: number) => Response | Promise<Response>): ZohoCRMService {
  const token = { accessToken: 'a', expiresAt: null, scopes: [], tokenType: 'Bearer' } as const
  const getToken = async () => ({ ...token, metadata: { api_domain: 'https://www.zohoapis.com' } })
  let calls = 0
  const tokens: ZohoTokens = {
    getToken,
    refreshToken: getToken,
    fetch: async (_client, _provider, url) => {
      calls += 1
      return answer(new URL(String(url)), calls)
    },
  }
  const parsed = parseClientOptions({ tokens, clientId: 'c' }, 'ZohoCRMService', 'zoho_crm')
  return crmOver(new ZohoRequests({ ...parsed, clock: new SkippedWaits() }, crmApi))
}

const fields = ['Last_Name'] as const
const page = (rows: readonly object[], info: object): Response => Response.json({ data: rows, info })

describe('an odd answer', () => {
  test('that is the same page again and again ends the list with an error', async () => {
    const rows = [{ id: '1' }, { id: '2' }]
    const endless = crmThat(() => page(rows, { more_records: true, next_page_token: 'same' }))
    await expect(all(endless.list('Leads', { fields }))).rejects.toThrow(ProviderResponseError)
    await expect(all(endless.coqlAll('Leads', { fields }))).rejects.toThrow(ProviderResponseError)
  })

  test('that promises more and has nothing ends the list', async () => {
    const crm = crmThat(() => page([], { more_records: true, next_page_token: 'x' }))
    expect(await all(crm.list('Leads', { fields }))).toEqual([])
    expect(await all(crm.coqlAll('Leads', { fields }))).toEqual([])
  })

  test('without page tokens is read by pages', async () => {
    const asked: (string | null)[] = []
    const crm = crmThat(({ searchParams }, call) => {
      asked.push(searchParams.get('page'))
      return page([{ id: String(call) }], { more_records: call < 3 })
    })
    expect(await all(crm.list('Leads', { fields }))).toHaveLength(3)
    expect(asked).toEqual([null, '2', '3'])
  })

  test.each([
    ['a list', '[]'],
    ['a word', '"ok"'],
    ['a number', '7'],
    ['no data', '{"rows":[]}'],
    ['data that is no list', '{"data":{"id":"1"}}'],
    ['rows that are none', '{"data":[null,1,"x"]}'],
  ])('that is %s is an error with a code, for reads and writes', async (_, body) => {
    const crm = crmThat(() => new Response(body, { status: 200 }))
    await expect(crm.get('Leads', '1')).rejects.toThrow(ProviderResponseError)
    await expect(all(crm.list('Leads', { fields }))).rejects.toThrow(ProviderResponseError)
    await expect(crm.org()).rejects.toThrow(ProviderResponseError)
    await expect(crm.create('Leads', [{ Last_Name: 'x' }])).rejects.toMatchObject({ outcome: 'unknown' })
  })

  test('of HTML is asked for again when it is read, and tells that nobody knows when it is written', async () => {
    let calls = 0
    const crm = crmThat(() => {
      calls += 1
      return new Response('<html>Sign in</html>', { status: 200, headers: { 'content-type': 'text/html' } })
    })
    await expect(crm.get('Leads', '1')).rejects.toMatchObject({ retryable: true, outcome: 'not_done' })
    expect(calls).toBe(5)
    await expect(crm.delete('Leads', ['1'])).rejects.toMatchObject({ retryable: false, outcome: 'unknown' })
    expect(calls).toBe(6)
  })

  test('whose record has an id that is a number too long for JavaScript keeps its digits', async () => {
    const crm = crmThat(() => new Response('{"data":[{"id":4150868000000002175}]}', { status: 200 }))
    expect(await crm.get('Leads', '1')).toEqual({ id: '4150868000000002175' })
  })

  test('of a Zoho that checks for duplicates before it writes makes no lead twice within a process', async () => {
    const stored: string[] = []
    const crm = crmThat(async ({ pathname }) => {
      if (pathname.endsWith('/search')) return new Response(null, { status: 204 })
      const [known] = stored
      await new Promise(resolve => setImmediate(resolve))
      if (known === undefined) stored.push(String(stored.length + 1))
      const action = known === undefined ? 'insert' : 'update'
      return page(
        [{ status: 'success', code: 'SUCCESS', action, details: { id: known ?? stored.at(-1) } }],
        {},
      )
    })
    const phones = ['+1 555 0100', '0015550100', '+15550100']
    const asked = phones.map(phone => crm.getOrCreateByPhone(phone, { Last_Name: 'x' }))
    expect((await Promise.all(asked)).filter(({ created }) => created)).toHaveLength(1)
    expect(stored).toEqual(['1'])
  })

  test('leaves no rejection that nobody handles', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    const crm = crmThat(() => Response.json({ code: 'INVALID_DATA', status: 'error' }, { status: 400 }))
    const giveUp = new AbortController()
    const calls = Array.from({ length: 30 }, () => crm.get('Leads', '1', { signal: giveUp.signal }))
    giveUp.abort()
    const ended = await Promise.allSettled(calls)
    expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
    await expect(crm.getOrCreateByPhone('+15550100', { Last_Name: 'x' })).rejects.toThrow(ZohoApiError)
    await new Promise(resolve => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
})
