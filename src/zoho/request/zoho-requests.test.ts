import { InsufficientScopeError, InvalidInputError } from 'evergrant'
import { beforeEach, describe, expect, test } from 'vitest'
import { CLIENT } from '../../../test/support/services.ts'
import { crm, read, requestWorld, write, zohoErrorOf } from '../../../test/support/zoho-requests.ts'
import type { ZohoApi } from './api-place.ts'

const world = await requestWorld()
const { api, refreshes, requests, tokens, zoho } = world
const echo: ZohoApi = { ...crm, root: '/api' }

describe('a call', () => {
  test('goes to the api_domain of the connection, with the token in the scheme of Zoho, encoded', async () => {
    const { accessToken } = await tokens.getToken(CLIENT, 'zoho_crm')
    const body = { data: [{ id: '4150868000000002175' }], info: { n: 1 } }
    api.usually = { status: 200, body }
    const path = ['Leads', 'a/b c', 'Notes']
    const query = { fields: 'Last_Name,Email', phone: '+1 (2)&3', page: 1, none: undefined }
    expect(await requests().send({ ...read, path, query })).toEqual({ status: 200, body })
    const [call] = api.calls
    expect(call?.path).toBe(
      '/crm/v8/Leads/a%2Fb%20c/Notes?fields=Last_Name%2CEmail&phone=%2B1%20(2)%263&page=1',
    )
    expect(call?.headers.authorization).toBe(`Zoho-oauthtoken ${accessToken}`)
  })

  test('sends JSON, or a form', async () => {
    await requests().send(write)
    await requests().send({ ...read, method: 'PUT', form: { eventdata: '{"a":"b&c"}' } })
    expect(api.calls.map(({ method, headers, body }) => [method, headers['content-type'], body])).toEqual([
      ['POST', 'application/json', '{"data":[{"Last_Name":"Doe"}]}'],
      ['PUT', 'application/x-www-form-urlencoded', 'eventdata=%7B%22a%22%3A%22b%26c%22%7D'],
    ])
  })

  test('gives ids as Zoho wrote them, also those that are numbers too long for JavaScript', async () => {
    api.usually = {
      status: 200,
      body: '{"id":4150868000000002175,"n":12,"s":"x: 4150868000000002175","f":1.5}',
    }
    expect((await requests().send(read)).body).toEqual({
      id: '4150868000000002175',
      n: 12,
      s: 'x: 4150868000000002175',
      f: 1.5,
    })
  })

  test.each([['..'], [''], ['.'], [undefined as never]])('with %j in its path is not sent', async segment => {
    await expect(requests().send({ ...read, path: ['Leads', segment] })).rejects.toThrow(InvalidInputError)
    expect(api.calls).toEqual([])
  })

  test('that cannot be written down is not sent', async () => {
    const loop: Record<string, unknown> = {}
    loop.loop = loop
    await expect(requests().send({ ...write, body: loop })).rejects.toThrow(InvalidInputError)
    await expect(requests().send({ ...read, query: { a: '\ud800' } })).rejects.toThrow(InvalidInputError)
    expect(api.calls).toEqual([])
  })
})

describe('a token that Zoho does not accept', () => {
  beforeEach(async () => {
    await zoho.configure({ apiDomain: zoho.url })
    await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    await zoho.clearLedger()
  })
  const echoed = { ...read, path: ['echo'] }

  test('is refreshed once and the call is made once more', async () => {
    await zoho.killAccessToken(await tokens.getAccessToken(CLIENT, 'zoho_crm'))
    await requests({}, {}, echo).send(echoed)
    const outcomes = (await zoho.ledger()).map(({ path, outcome }) => `${path} ${outcome}`)
    expect(outcomes).toEqual(['/api/echo INVALID_TOKEN', '/oauth/v2/token issued', '/api/echo ok'])
    expect(world.clock.waits).toEqual([])
  })

  test('is refreshed once for 50 calls at once, each of which is made at most twice', async () => {
    await zoho.killAccessToken(await tokens.getAccessToken(CLIENT, 'zoho_crm'))
    const service = requests({ edition: 'ultimate' }, {}, echo)
    await Promise.all(Array.from({ length: 50 }, () => service.send(echoed)))
    const ledger = await zoho.ledger()
    expect(await refreshes()).toBe(1)
    expect(ledger.filter(({ outcome }) => outcome === 'ok')).toHaveLength(50)
    expect(ledger.filter(({ outcome }) => outcome === 'INVALID_TOKEN').length).toBeLessThanOrEqual(25)
  })

  test('nor the one after it: the call fails, and no third is asked for', async () => {
    await tokens.storeTokens('other', 'zoho_crm', await zoho.issueGrant())
    await zoho.configure({ apiDomain: api.url })
    await tokens.storeTokens('other', 'zoho_crm', await zoho.issueGrant())
    api.usually = {
      status: 401,
      body: { code: 'INVALID_TOKEN', details: {}, message: 'invalid', status: 'error' },
    }
    await zoho.clearLedger()
    const error = await zohoErrorOf(requests({ clientId: 'other' }).send(write))
    expect(error).toMatchObject({
      status: 401,
      zohoCode: 'INVALID_TOKEN',
      outcome: 'not_done',
      retryable: true,
    })
    expect([api.calls.length, await refreshes()]).toEqual([2, 1])
    // The body came whole both times.
    expect(new Set(api.calls.map(({ body }) => body))).toEqual(new Set([JSON.stringify(write.body)]))
  })
})

describe('a scope that is missing', () => {
  test.each([
    { body: { code: 'OAUTH_SCOPE_MISMATCH', details: {}, message: 'Unauthorized', status: 'error' } },
    { body: { error: [{ message: 'INVALID_OAUTHSCOPE' }] } },
    { body: [{ message: 'INVALID_OAUTHSCOPE' }] },
    { body: [2, { msg: '…', errorCode: 'INVALID_OAUTHSCOPE' }] },
    { body: { status: { code: 401, description: '…' }, data: { errorCode: 'INVALID_OAUTHSCOPE' } } },
  ])('is named, whether Zoho says $body; no token is refreshed', async ({ body }) => {
    for (const status of [401, 403]) {
      api.usually = { status, body }
      const error = await requests()
        .send(write)
        .catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(InsufficientScopeError)
      expect(error).toMatchObject({ missingScopes: ['ZohoCRM.modules.leads.READ'], clientId: CLIENT })
    }
    expect([api.calls.length, await refreshes()]).toEqual([2, 0])
  })
})

describe('a refusal', () => {
  test.each([
    [
      400,
      { code: 'INVALID_MODULE', details: { resource_path_index: 0 }, message: 'no module', status: 'error' },
    ],
    [
      200,
      { code: 'INVALID_MODULE', details: { resource_path_index: 0 }, message: 'no module', status: 'error' },
    ],
    [
      404,
      { status: 'error', message: 'no module', details: { resource_path_index: 0 }, code: 'INVALID_MODULE' },
    ],
  ])('carries the code, the details and the status of Zoho (HTTP %i)', async (status, body) => {
    api.usually = { status, body }
    const error = await zohoErrorOf(requests().send(write))
    expect(error).toMatchObject({
      name: 'ZohoApiError',
      code: 'ZOHO_API',
      zohoCode: 'INVALID_MODULE',
      details: { resource_path_index: 0 },
      status,
      outcome: 'not_done',
      retryable: false,
      clientId: CLIENT,
      provider: 'zoho_crm',
    })
    expect(error.message).toBe(
      `zoho_crm of smart-tax-nation: POST /crm/v8/Leads: Zoho refuses (HTTP ${status}: INVALID_MODULE, no module).`,
    )
    expect(api.calls).toHaveLength(1)
  })

  test.each([
    [404, '<html>Not Found</html>'],
    [302, ''],
    [418, '[]'],
    [400, 'null'],
    [400, '{"code":7,"error":null,"details":"x"}'],
  ])('without a code is one as well: HTTP %i %s', async (status, body) => {
    api.usually = { status, body, headers: { location: 'https://evil.example/' } }
    expect(await zohoErrorOf(requests().send(read))).toMatchObject({ status, zohoCode: null, details: {} })
  })

  test('holds neither the token nor what was sent, though the API prints both', async () => {
    const canary = 'canary-7f3a'
    api.usually = (call, response) => {
      const details = { sent: call.headers.authorization, [String(call.headers.authorization)]: 1 }
      const other = `1000.${'0'.repeat(32)}.${'a'.repeat(32)}`
      response.writeHead(400)
      response.end(
        JSON.stringify({ code: 'INVALID_DATA', details, message: `${call.headers.authorization} ${other}` }),
      )
    }
    const error = await zohoErrorOf(requests().send({ ...write, body: { canary }, query: { canary } }))
    const { accessToken } = await tokens.getToken(CLIENT, 'zoho_crm')
    const printed = JSON.stringify([error, error.message, error.stack, ...Object.values(error)])
    expect(printed).toContain('[secret]')
    expect(printed).not.toContain(canary)
    expect(printed).not.toContain(accessToken)
    expect(printed).not.toMatch(/1000\.0{32}/)
    expect(error.cause).toBeUndefined()
  })
})
