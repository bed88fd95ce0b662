import { describe, expect, test } from 'vitest'
import { type Exchange, postForm, refreshForm } from '../../../test/support/token-request.ts'
import { FakeClock } from '../fake-clock.ts'
import type { LocalZoho } from './control.ts'
import type { ZohoFault } from './faults.ts'
import { startLocalZoho } from './local-zoho.ts'

const noStatus = { status: null, body: '', complete: false }

/** A refresh at a server that rotates strictly: whether the token was spent shows whether work was done. */
async function refreshUnder(
  zoho: LocalZoho,
  fault: ZohoFault,
): Promise<{ exchange: Exchange; spent: boolean }> {
  const { refreshToken } = await zoho.issueGrant()
  await zoho.fault(fault)
  const exchange = await postForm(`${zoho.url}/oauth/v2/token`, refreshForm(refreshToken))
  return { exchange, spent: (await zoho.stateOf(refreshToken)) !== 'current' }
}

describe('faults before any work: the refresh token is not spent', () => {
  test.each<[ZohoFault, Partial<Exchange>]>([
    [{ kind: 'server_error' }, { status: 500, body: '{"error":"general_error"}' }],
    [{ kind: 'bad_gateway' }, { status: 502, body: expect.stringContaining('<html>') }],
    [
      { kind: 'too_many_requests', retryAfter: '7' },
      { status: 429, headers: expect.objectContaining({ 'retry-after': '7' }) },
    ],
    [{ kind: 'throttled' }, { status: 400, body: expect.stringContaining('"error":"Access Denied"') }],
    [
      { kind: 'error', error: 'invalid_code' },
      { status: 200, body: '{"error":"invalid_code"}' },
    ],
    [
      { kind: 'error', error: 'invalid_client' },
      { status: 200, body: '{"error":"invalid_client"}' },
    ],
    [{ kind: 'empty' }, { status: 200, body: '', complete: true }],
    [{ kind: 'garbage' }, { status: 200, body: '{"access_token":"1000.', complete: true }],
    [{ kind: 'drop' }, noStatus],
    [
      { kind: 'custom', status: 307, headers: { location: 'http://127.0.0.1:9/' }, body: 'elsewhere' },
      {
        status: 307,
        headers: expect.objectContaining({ location: 'http://127.0.0.1:9/' }),
        body: 'elsewhere',
      },
    ],
  ])('$kind', async (fault, expected) => {
    await using zoho = await startLocalZoho({ rotation: 'strict' })
    const { exchange, spent } = await refreshUnder(zoho, fault)
    expect(exchange).toMatchObject(expected)
    expect(spent).toBe(false)
    expect((await zoho.ledger()).at(-1)).toMatchObject({ fault: fault.kind, outcome: null })
  })
})

describe('faults after the work: the refresh token is spent', () => {
  test.each<[ZohoFault, Partial<Exchange>]>([
    [{ kind: 'lost_answer' }, noStatus],
    [{ kind: 'headers_only' }, { status: 200, body: '', complete: false }],
    [
      { kind: 'cut_body' },
      { status: 200, body: expect.stringMatching(/^\{"access_token":"1000\./), complete: false },
    ],
    [
      { kind: 'delay', ms: 1 },
      { status: 200, complete: true },
    ],
  ])('$kind', async (fault, expected) => {
    await using zoho = await startLocalZoho({ rotation: 'strict' })
    const { exchange, spent } = await refreshUnder(zoho, fault)
    expect(exchange).toMatchObject(expected)
    expect(spent).toBe(true)
    expect((await zoho.ledger()).at(-1)).toMatchObject({
      fault: fault.kind,
      outcome: 'issued',
      rotated: true,
    })
  })
})

test('hang never answers, until the server closes', async () => {
  const zoho = await startLocalZoho()
  const { refreshToken } = await zoho.issueGrant()
  await zoho.fault({ kind: 'hang' })
  const hanging = postForm(`${zoho.url}/oauth/v2/token`, refreshForm(refreshToken))
  await expect.poll(() => zoho.ledger()).toMatchObject([{ fault: 'hang', endedAt: null }])
  await zoho.close()
  expect(await hanging).toMatchObject(noStatus)
})

test("a delayed answer leaves when the server's clock has come that far", async () => {
  const clock = new FakeClock()
  await using zoho = await startLocalZoho({ clock })
  const { refreshToken } = await zoho.issueGrant()
  await zoho.fault({ kind: 'delay', ms: 10_000 })
  const answer = postForm(`${zoho.url}/oauth/v2/token`, refreshForm(refreshToken))
  await expect.poll(() => clock.pendingDelays).toBe(1)
  await clock.advance(9_999)
  expect(clock.pendingDelays).toBe(1)
  await clock.advance(1)
  expect((await answer).status).toBe(200)
})

describe('the queue of faults', () => {
  test('strikes in order, as often as asked, and then no more', async () => {
    await using zoho = await startLocalZoho()
    const { refreshToken } = await zoho.issueGrant()
    const status = async (): Promise<number | null> =>
      (await postForm(`${zoho.url}/oauth/v2/token`, refreshForm(refreshToken))).status
    await zoho.fault({ kind: 'server_error' }, { times: 2 })
    await zoho.fault({ kind: 'bad_gateway' })
    expect([await status(), await status(), await status(), await status()]).toEqual([500, 500, 502, 200])
  })

  test('until cleared means until cleared', async () => {
    await using zoho = await startLocalZoho()
    const { refreshToken } = await zoho.issueGrant()
    const status = async (): Promise<number | null> =>
      (await postForm(`${zoho.url}/oauth/v2/token`, refreshForm(refreshToken))).status
    await zoho.fault({ kind: 'server_error' }, { times: 'until_cleared' })
    expect([await status(), await status(), await status()]).toEqual([500, 500, 500])
    await zoho.clearFaults()
    expect(await status()).toBe(200)
  })

  test('a fault of the revoke endpoint leaves the token endpoint alone', async () => {
    await using zoho = await startLocalZoho()
    const { refreshToken } = await zoho.issueGrant()
    await zoho.fault({ kind: 'server_error' }, { endpoint: 'revoke' })
    const refresh = await postForm(`${zoho.url}/oauth/v2/token`, refreshForm(refreshToken))
    const revoke = await postForm(`${zoho.url}/oauth/v2/token/revoke`, { token: refreshToken })
    expect([refresh.status, revoke.status]).toEqual([200, 500])
    expect(await zoho.stateOf(refreshToken)).toBe('current')
  })
})
