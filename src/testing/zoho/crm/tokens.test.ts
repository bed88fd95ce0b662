import { expect, test } from 'vitest'
import { callCrm, startLocalCrm } from '../../../../test/support/local-crm.ts'

const invalid = {
  status: 401,
  body: { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' },
}

test('checklist crm §15: INVALID_TOKEN vs AUTHENTICATION_FAILURE — a token that is not alive, and none at all', async () => {
  await using crm = await startLocalCrm()
  const withHeader = (headers: Readonly<Record<string, string>>) =>
    callCrm(`${crm.zoho.url}/crm/v8/Leads?fields=id`, 'GET', undefined, headers)
  for (const authorization of ['Zoho-oauthtoken 1000.unknown', 'Bearer 1000.unknown'])
    expect(await withHeader({ authorization })).toMatchObject(invalid)
  for (const headers of [{}, { authorization: `Basic ${crm.token}` }, { authorization: crm.token }]) {
    expect(await withHeader(headers)).toMatchObject({
      status: 401,
      body: {
        code: 'AUTHENTICATION_FAILURE',
        details: {},
        message: 'Authentication failed',
        status: 'error',
      },
    })
  }
  expect((await withHeader({ authorization: `Bearer ${crm.token}` })).status).toBe(204)
  await crm.zoho.killAccessToken(crm.token)
  expect(await withHeader({ authorization: `Bearer ${crm.token}` })).toMatchObject(invalid)
})

test('checklist crm §15: token-to-DC and environment binding — a token of another data centre is unknown, and so are its records', async () => {
  await using us = await startLocalCrm({ location: 'us' })
  await using eu = await startLocalCrm({ location: 'eu' })
  expect(
    await us.call('GET', '/Leads?fields=id', undefined, { authorization: `Bearer ${eu.token}` }),
  ).toMatchObject(invalid)
  const data = [{ Last_Name: 'Doe', Company: 'Z' }]
  const { id } = (await eu.call('POST', '/Leads', { data })).body.data[0].details
  await us.call('POST', '/Leads', { data })
  expect((await us.call('GET', `/Leads/${id}`)).status).toBe(204)
})

test('checklist crm §15: token-to-DC and environment binding — a token of the sandbox is good there alone', async () => {
  await using crm = await startLocalCrm({ environments: ['production', 'sandbox'] })
  const { accessToken } = await crm.zoho.issueGrant({ environment: 'sandbox' })
  const sandbox = `${crm.zoho.environmentUrls.us?.sandbox}/crm/v8/Leads`
  const data = [{ Last_Name: 'Doe', Company: 'Z' }]
  const there = { authorization: `Bearer ${accessToken}` }
  const here = { authorization: `Bearer ${crm.token}` }
  expect((await callCrm(sandbox, 'POST', { data }, there)).status).toBe(201)
  expect(await callCrm(sandbox, 'POST', { data }, here)).toMatchObject(invalid)
  expect(await crm.call('POST', '/Leads', { data }, there)).toMatchObject(invalid)
  expect((await crm.call('GET', '/Leads?fields=id')).status).toBe(204)
  expect(await crm.zoho.crmRecords('Leads')).toHaveLength(1)
})

test('faults for the endpoint crm strike its calls, and no refresh', async () => {
  await using crm = await startLocalCrm()
  await crm.zoho.fault({ kind: 'too_many_requests', retryAfter: '7' }, { endpoint: 'crm' })
  await crm.zoho.fault({ kind: 'lost_answer' }, { endpoint: 'crm' })
  const struck = await crm.call('GET', '/Leads?fields=id')
  expect([struck.status, struck.headers.get('retry-after')]).toEqual([429, '7'])
  const data = [{ Last_Name: 'Doe', Company: 'Z' }]
  await expect(crm.call('POST', '/Leads', { data })).rejects.toThrow('fetch failed')
  expect(await crm.zoho.crmRecords('Leads')).toHaveLength(1)
  expect((await crm.zoho.ledger()).map(({ fault }) => fault)).toEqual(['too_many_requests', 'lost_answer'])
})
