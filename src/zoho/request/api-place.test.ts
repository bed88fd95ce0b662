import { InvalidInputError } from 'evergrant'
import { describe, expect, test } from 'vitest'
import { CLIENT } from '../../../test/support/services.ts'
import { crm, read, requestWorld } from '../../../test/support/zoho-requests.ts'
import type { ZohoApi } from './api-place.ts'

const world = await requestWorld()
const { api, refreshes, requests, tokens, zoho } = world

describe('the host of a call', () => {
  const placeOf = async (metadata: Record<string, unknown>, of = crm): Promise<string> => {
    const token = { accessToken: 'a', expiresAt: null, scopes: [], tokenType: 'Bearer', metadata } as const
    let asked = ''
    const recorded = {
      getToken: async () => token,
      refreshToken: async () => ({ ...token, metadata: {} }),
      fetch: async (_client: string, _provider: string, url: unknown) => {
        asked = new URL(String(url)).origin
        return Response.json({})
      },
    }
    await requests({}, { tokens: recorded }, of).send(read)
    return asked
  }

  test.each([
    [{ api_domain: 'https://www.zohoapis.eu', location: 'us' }, 'https://www.zohoapis.eu'],
    [{ api_domain: 'https://sandbox.zohoapis.com.au' }, 'https://sandbox.zohoapis.com.au'],
    [{ location: 'IN' }, 'https://www.zohoapis.in'],
    [{ api_domain: null, location: 'ca' }, 'https://www.zohoapis.ca'],
    [{ api_domain: 'http://127.0.0.1:8080/' }, 'http://127.0.0.1:8080'],
  ])('of metadata %j is %s', async (metadata, origin) => {
    const own: ZohoApi = { ...crm, originAt: (centre, domain) => domain ?? crm.originAt(centre, domain) }
    expect(await placeOf(metadata, own)).toBe(origin)
  })

  test('of an API that is elsewhere is that of the data centre, or the origin of an api_domain of one’s own', async () => {
    const calendar: ZohoApi = { root: '/api/v1', originAt: centre => `https://${centre.calendarHost}` }
    expect(await placeOf({ api_domain: 'https://www.zohoapis.ca' }, calendar)).toBe(
      'https://calendar.zohocloud.ca',
    )
    expect(await placeOf({ location: 'jp' }, calendar)).toBe('https://calendar.zoho.jp')
    expect(await placeOf({ api_domain: 'http://127.0.0.1:80' }, calendar)).toBe('http://127.0.0.1')
  })

  test.each([
    { location: 'xx' },
    { location: 7 },
    { api_domain: 'http://www.zohoapis.com' },
    { api_domain: 'https://user:pw@www.zohoapis.com' },
    { api_domain: 'nonsense' },
    {},
  ])('of metadata %j is not known, and nothing is sent', async metadata => {
    await expect(placeOf(metadata)).rejects.toThrow(InvalidInputError)
  })

  test('is asked for by one refresh where nobody has told it, also by 50 calls at once', async () => {
    const { accessToken, refreshToken } = await zoho.issueGrant()
    await tokens.storeTokens('untold', 'zoho_crm', { accessToken, refreshToken, expiresIn: 3_600 })
    const untold = requests({ clientId: 'untold', edition: 'ultimate' })
    await Promise.all(Array.from({ length: 50 }, () => untold.send(read)))
    expect(api.calls).toHaveLength(50)
    expect(await refreshes()).toBe(1)
  })

  test('that is not of Zoho’s and not allowed gets no token', async () => {
    const foreign = await zoho.issueGrant()
    const metadata = { api_domain: 'https://evil.example' }
    await tokens.storeTokens('foreign', 'zoho_crm', { ...foreign, metadata })
    await expect(requests({ clientId: 'foreign' }).send(read)).rejects.toThrow(/not sent to https:\/\/evil/)
  })

  test('is the baseUrl, where one is given', async () => {
    await zoho.configure({ apiDomain: 'https://www.zohoapis.com' })
    await tokens.refreshToken(CLIENT, 'zoho_crm')
    await requests({ baseUrl: api.url }).send(read)
    expect(api.calls).toHaveLength(1)
  })
})
