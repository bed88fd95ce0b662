import { expect, test } from 'vitest'
import { postForm, refreshAt, refreshForm } from '../../../test/support/token-request.ts'
import { tokenDigest } from './ledger.ts'
import { startLocalZoho } from './local-zoho.ts'

test('counts requests that are in flight with the same refresh token, and only those', async () => {
  await using zoho = await startLocalZoho()
  const [one, two] = [await zoho.issueGrant(), await zoho.issueGrant()]
  await zoho.fault({ kind: 'hang' })
  const hanging = postForm(`${zoho.url}/oauth/v2/token`, refreshForm(one.refreshToken))
  await expect.poll(() => zoho.ledger()).toMatchObject([{ fault: 'hang' }])
  await refreshAt(zoho, two.refreshToken)
  await refreshAt(zoho, one.refreshToken)
  await refreshAt(zoho, one.refreshToken)

  expect((await zoho.ledger()).map(({ overlaps }) => overlaps)).toEqual([0, 0, 1, 1])
  expect(await zoho.summary()).toMatchObject({ requests: 4, issued: 3, overlaps: 2, faults: 1 })
  await zoho.close()
  await hanging
})

test('requests one after the other do not overlap, however fast', async () => {
  await using zoho = await startLocalZoho({ throttle: null })
  const { refreshToken } = await zoho.issueGrant()
  for (let count = 0; count < 200; count += 1) await refreshAt(zoho, refreshToken)
  expect(await zoho.summary()).toMatchObject({ requests: 200, issued: 200, overlaps: 0 })
})

test('a client that goes away ends its request in the ledger', async () => {
  await using zoho = await startLocalZoho()
  const { refreshToken } = await zoho.issueGrant()
  await zoho.fault({ kind: 'hang' })
  const leaving = new AbortController()
  const left = fetch(`${zoho.url}/oauth/v2/token`, {
    method: 'POST',
    body: new URLSearchParams(refreshForm(refreshToken)),
    signal: leaving.signal,
  }).catch(() => 'left')
  await expect.poll(() => zoho.ledger()).toMatchObject([{ endedAt: null }])
  leaving.abort()
  expect(await left).toBe('left')
  await expect
    .poll(() => zoho.ledger())
    .toMatchObject([{ endedAt: expect.any(Number), status: null, delivered: false }])
  await refreshAt(zoho, refreshToken)
  expect(await zoho.summary()).toMatchObject({ overlaps: 0 })
})

test('tells what happened to each request, and no token', async () => {
  await using zoho = await startLocalZoho({ rotation: 'strict' })
  const { refreshToken } = await zoho.issueGrant()
  const issued = await refreshAt(zoho, refreshToken)
  await zoho.fault({ kind: 'cut_body' })
  await postForm(`${zoho.url}/oauth/v2/token`, refreshForm(String(issued.refresh_token)))
  await refreshAt(zoho, refreshToken)

  const ledger = await zoho.ledger()
  expect(ledger).toMatchObject([
    {
      id: 1,
      method: 'POST',
      path: '/oauth/v2/token',
      grantType: 'refresh_token',
      refreshToken: tokenDigest(refreshToken),
      grant: 1,
      outcome: 'issued',
      rotated: true,
      status: 200,
      delivered: true,
    },
    { id: 2, grant: 1, outcome: 'issued', rotated: true, fault: 'cut_body', status: 200, delivered: false },
    { id: 3, grant: 1, outcome: 'invalid_code', reason: 'reused', rotated: false, delivered: true },
  ])
  const printed = JSON.stringify(ledger)
  for (const token of [refreshToken, issued.refresh_token, issued.access_token]) {
    expect(printed).not.toContain(token)
  }
})

test('can be cleared', async () => {
  await using zoho = await startLocalZoho()
  await fetch(`${zoho.url}/oauth/serverinfo`)
  expect(await zoho.ledger()).toHaveLength(1)
  await zoho.clearLedger()
  expect(await zoho.ledger()).toEqual([])
})
