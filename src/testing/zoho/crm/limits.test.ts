import { expect, test } from 'vitest'
import { type CrmAnswer, type LocalCrm, startLocalCrm } from '../../../../test/support/local-crm.ts'

const tooMany = {
  status: 429,
  body: {
    ...{ code: 'TOO_MANY_REQUESTS', details: {}, status: 'error' },
    message: 'too many requests. please try again after some time',
  },
}

const list = (crm: LocalCrm, query = ''): Promise<CrmAnswer> => crm.call('GET', `/Leads?fields=id${query}`)
const remaining = ({ headers }: CrmAnswer): string | null => headers.get('x-api-credits-remaining')

/** Sends requests that are let in, one after the other: each is under way when the next one leaves. */
async function underWay(
  crm: LocalCrm,
  ...sent: readonly (() => Promise<CrmAnswer>)[]
): Promise<Promise<number>[]> {
  const statuses: Promise<number>[] = []
  for (const send of sent) {
    const before = crm.clock.pendingDelays
    statuses.push(send().then(({ status }) => status))
    await expect.poll(() => crm.clock.pendingDelays, { interval: 2, timeout: 60_000 }).toBe(before + 1)
  }
  return statuses
}

test('checklist crm §15: 429 for concurrency and credits with X-API-CREDITS-REMAINING ≥50 % — more requests at once than the plan allows', async () => {
  await using crm = await startLocalCrm({ crm: { edition: 'free', latencyMs: 1_000 } })
  const admitted = await underWay(crm, ...Array.from({ length: 5 }, () => () => list(crm)))
  expect(await list(crm)).toMatchObject(tooMany)
  await crm.clock.advance(1_000)
  expect(await Promise.all(admitted)).toEqual([204, 204, 204, 204, 204])
  const [next] = await underWay(crm, () => list(crm))
  await crm.clock.advance(1_000)
  expect(await next).toBe(204)
})

test('checklist crm §15: 429 for concurrency and credits with X-API-CREDITS-REMAINING ≥50 % — credits come back after a day', async () => {
  await using crm = await startLocalCrm({ crm: { creditsPerDay: 4 } })
  expect(remaining(await list(crm))).toBeNull()
  await crm.clock.advance(60_000)
  expect(remaining(await list(crm))).toBe('2')
  const write = await crm.call('POST', '/Leads', {
    data: Array.from({ length: 11 }, () => ({ Company: 'Z' })),
  })
  expect(remaining(write)).toBe('0')
  const refused = await list(crm)
  expect(refused).toMatchObject(tooMany)
  expect(remaining(refused)).toBe('0')
  await crm.clock.advance(86_400_000 - 60_000)
  const again = await list(crm)
  expect([again.status, remaining(again)]).toEqual([204, '0'])
  expect((await list(crm)).status).toBe(429)
})

test('a refusal of the token or the scope takes no credits, and no place', async () => {
  await using crm = await startLocalCrm({ crm: { creditsPerDay: 2 } }, ['ZohoCRM.modules.Leads.READ'])
  for (let count = 0; count < 5; count++) {
    expect((await crm.call('GET', '/Deals?fields=id')).status).toBe(401)
    expect(
      (await crm.call('GET', '/Leads?fields=id', undefined, { authorization: 'Bearer no' })).status,
    ).toBe(401)
  }
  expect((await list(crm)).status).toBe(204)
})

test('heavy requests have a limit of their own', async () => {
  await using crm = await startLocalCrm({ crm: { heavyConcurrency: 1, latencyMs: 1_000 } })
  const sorted = (): Promise<CrmAnswer> => list(crm, '&sort_by=Modified_Time')
  const admitted = await underWay(crm, sorted, () => list(crm))
  expect((await sorted()).status).toBe(429)
  await crm.clock.advance(1_000)
  expect(await Promise.all(admitted)).toEqual([204, 204])
})

test('the limit is that of one app: another one has its own', async () => {
  const apps = [
    { clientId: 'one', clientSecret: 's' },
    { clientId: 'two', clientSecret: 's' },
  ]
  await using crm = await startLocalCrm({ apps, crm: { concurrency: 1, latencyMs: 1_000 } })
  const { accessToken } = await crm.zoho.issueGrant({ app: 'two', scopes: ['ZohoCRM.modules.ALL'] })
  const other = { authorization: `Bearer ${accessToken}` }
  const admitted = await underWay(
    crm,
    () => list(crm),
    () => crm.call('GET', '/Leads?fields=id', undefined, other),
  )
  expect((await list(crm)).status).toBe(429)
  await crm.clock.advance(1_000)
  expect(await Promise.all(admitted)).toEqual([204, 204])
})

test.each([
  ['GET', '/Leads?fields=id', 1],
  ['GET', '/Leads?fields=id&cvid=1', 3],
  ['GET', '/Leads/deleted', 2],
  ['GET', '/Leads/actions/count', 50],
  ['DELETE', '/Leads?ids=1,2,3', 1],
  ['DELETE', `/Leads?ids=${Array.from({ length: 11 }, (_, id) => id).join(',')}`, 2],
])('%s %s costs %i', async (method, path, cost) => {
  await using crm = await startLocalCrm({ crm: { creditsPerDay: 60 } })
  await crm.call('GET', '/Leads/actions/count')
  await crm.zoho.configure({ crm: { creditsPerDay: 100 } })
  expect(remaining(await crm.call(method, path))).toBe(String(50 - cost))
})

test('the other body of a 429, with a Retry-After', async () => {
  const settings = {
    creditsPerDay: 0,
    tooManyRequestsCode: 'RATE_LIMIT_EXCEEDED',
    retryAfterSeconds: 30,
  } as const
  await using crm = await startLocalCrm({ crm: settings })
  const refused = await list(crm)
  expect(refused).toMatchObject({
    status: 429,
    body: {
      code: 'RATE_LIMIT_EXCEEDED',
      message: 'Too many requests. Please try again later.',
      status: 'error',
    },
  })
  expect(refused.headers.get('retry-after')).toBe('30')
})

test('without latency no request meets another', async () => {
  await using crm = await startLocalCrm({ crm: { concurrency: 1 } })
  const answers = await Promise.all(Array.from({ length: 30 }, () => list(crm)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
})
