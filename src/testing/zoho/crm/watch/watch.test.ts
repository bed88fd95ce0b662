import { afterAll, describe, expect, test } from 'vitest'
import { startReceiver } from '../../../../../test/support/callback-receiver.ts'
import { type LocalCrm, startLocalCrm } from '../../../../../test/support/local-crm.ts'
import { callbackUrl } from '../callback.ts'

const scopes = ['ZohoCRM.modules.ALL', 'ZohoCRM.notifications.ALL']
const HOUR_MS = 3_600_000

const channel = (url: string, more: object = {}) => ({
  watch: [{ channel_id: '1000000068001', events: ['Leads.all'], notify_url: url, token: 'ours', ...more }],
})
const createLead = async (crm: LocalCrm, names = ['Doe']): Promise<string[]> => {
  const data = names.map(Last_Name => ({ Last_Name, Company: 'Z' }))
  const created = await crm.call('POST', '/Leads', { data })
  return created.body.data.map((result: { details: { id: string } }) => result.details.id)
}
const expiryOf = async (crm: LocalCrm): Promise<number> => {
  const { body } = await crm.call('GET', '/actions/watch')
  return Date.parse(body.watch[0].channel_expiry) - crm.clock.wallMs()
}

/** For requests that are refused and change nothing. */
const shared = startLocalCrm({}, scopes)
afterAll(async () => (await shared)[Symbol.asyncDispose]())

describe('watch', () => {
  test('checklist crm §15: watch with callback delivery and 1-hour default expiry — changes are told to notify_url with the token', async () => {
    await using receiver = await startReceiver()
    await using crm = await startLocalCrm({}, scopes)
    const subscribed = await crm.call(
      'POST',
      '/actions/watch',
      channel(receiver.url, { return_affected_field_values: true }),
    )
    expect(subscribed).toMatchObject({
      status: 201,
      body: {
        watch: [
          {
            code: 'SUCCESS',
            message: 'Successfully subscribed for actions-watch of the given module',
            details: {
              events: [
                {
                  resource_uri: `${crm.zoho.url}/crm/v8/Leads`,
                  resource_name: 'Leads',
                  channel_id: '1000000068001',
                },
              ],
            },
          },
        ],
      },
    })
    expect(await expiryOf(crm)).toBe(HOUR_MS)

    const [id = '', other = ''] = await createLead(crm, ['Doe', 'Roe'])
    expect(await receiver.next()).toMatchObject({
      ...{ server_time: crm.clock.wallMs(), query_params: {}, module: 'Leads', operation: 'insert' },
      ...{ resource_uri: `${crm.zoho.url}/crm/v8/Leads`, ids: [id, other] },
      ...{ channel_id: '1000000068001', token: 'ours', affected_fields: [] },
    })
    await crm.call('PUT', `/Leads/${id}`, { data: [{ Email: 'd@z.com' }] })
    expect(await receiver.next()).toMatchObject({
      ...{ operation: 'update', ids: [id] },
      ...{ affected_fields: [{ [id]: ['Email'] }], affected_values: [{ [id]: { Email: 'd@z.com' } }] },
    })
    await crm.call('DELETE', `/Leads/${id}`)
    expect(await receiver.next()).toMatchObject({ operation: 'delete', ids: [id], affected_values: [] })

    await crm.clock.advance(HOUR_MS - 1)
    expect((await crm.call('GET', '/actions/watch')).status).toBe(200)
    await crm.clock.advance(1)
    expect((await crm.call('GET', '/actions/watch')).status).toBe(204)
    await createLead(crm, ['Late'])
    await crm.call('POST', '/actions/watch', channel(receiver.url))
    const [last] = await createLead(crm, ['Last'])
    expect(await receiver.next()).toMatchObject({ ids: [last] })
  })

  test('a channel lives as long as it asks for, up to a week; longer is an hour, and no time at all is refused', async () => {
    await using crm = await startLocalCrm({}, scopes)
    const lifeOf = async (ms: number) => {
      const expiry = new Date(crm.clock.wallMs() + ms).toISOString().replace('.000Z', '+00:00')
      const answer = await crm.call(
        'POST',
        '/actions/watch',
        channel('http://127.0.0.1:9/', { channel_expiry: expiry }),
      )
      return answer.status === 201 ? expiryOf(crm) : answer.body.watch[0]
    }
    expect(await lifeOf(168 * HOUR_MS)).toBe(168 * HOUR_MS)
    expect(await lifeOf(168 * HOUR_MS + 1_000)).toBe(HOUR_MS)
    expect(await lifeOf(0)).toMatchObject({ code: 'INVALID_DATA', details: { api_name: 'channel_expiry' } })
  })

  test('tells only of the events, modules and fields that were asked for', async () => {
    await using receiver = await startReceiver()
    await using crm = await startLocalCrm({}, scopes)
    const selection = {
      group_operator: 'or',
      group: [{ api_name: 'Email' }, { field: { api_name: 'Phone' } }],
    }
    const condition = { type: 'field_selection', module: { api_name: 'Leads' }, field_selection: selection }
    const asked = { events: ['Leads.edit', 'Deals.create'], notification_condition: [condition] }
    expect((await crm.call('POST', '/actions/watch', channel(receiver.url, asked))).status).toBe(201)
    const [id] = await createLead(crm)
    await crm.call('PUT', `/Leads/${id}`, { data: [{ City: 'Berlin' }] })
    await crm.call('PUT', `/Leads/${id}`, { data: [{ City: 'Rome', Phone: '5' }] })
    expect(await receiver.next()).toMatchObject({
      operation: 'update',
      affected_fields: [{ [id ?? '']: ['City', 'Phone'] }],
    })
    expect(receiver.waiting).toBe(0)
  })

  test('PUT replaces, PATCH changes or takes events away, DELETE ends; unknown channels are not subscribed', async () => {
    await using crm = await startLocalCrm({}, scopes)
    const url = 'http://127.0.0.1:9/hook'
    const events = async () => {
      const { body } = await crm.call('GET', '/actions/watch')
      return body === null ? null : body.watch.map((entry: { events: string[] }) => entry.events)
    }
    expect(await crm.call('PUT', '/actions/watch', channel(url))).toMatchObject({
      status: 400,
      body: { watch: [{ code: 'NOT_SUBSCRIBED' }] },
    })
    await crm.call('POST', '/actions/watch', channel(url, { events: ['Leads.all', 'Deals.create'] }))
    expect(await events()).toEqual([['Leads.create', 'Leads.edit', 'Leads.delete'], ['Deals.create']])
    const put = await crm.call(
      'PUT',
      '/actions/watch',
      channel(url, { events: ['Leads.edit', 'Deals.create'] }),
    )
    expect(put).toMatchObject({
      status: 200,
      body: { watch: [{ message: 'Successfully updated the subscribe details' }] },
    })
    expect(await events()).toEqual([['Leads.edit'], ['Deals.create']])
    const single = { channel_id: '1000000068001', token: 'new' }
    expect((await crm.call('PATCH', '/actions/watch', single)).status).toBe(200)
    expect((await crm.call('GET', '/actions/watch?module=Deals')).body).toMatchObject({
      watch: [{ token: 'new', notify_url: url, resource_name: 'Deals' }],
      info: { per_page: 200, count: 1, page: 1, more_records: false },
    })
    const removal = { watch: [{ channel_id: '1000000068001', events: ['Leads.edit'], _delete_events: true }] }
    expect((await crm.call('PATCH', '/actions/watch', removal)).body.watch).toMatchObject([
      { message: 'Successfully removed the subscribe details' },
    ])
    expect(await events()).toEqual([['Deals.create']])
    const both = [
      { channel_id: '1000000068001', events: ['Deals.create', 'Deals.edit'] },
      { channel_id: '1000000068001', events: ['Deals.create'], _delete_events: true },
    ]
    expect((await crm.call('PATCH', '/actions/watch', { watch: both })).status).toBe(200)
    expect(await events()).toEqual([['Deals.edit']])
    const ended = await crm.call('DELETE', '/actions/watch?channel_ids=1000000068001,5')
    expect(ended).toMatchObject({
      status: 207,
      body: {
        watch: [
          {
            message: 'Successfully un-subscribed from actions-watch',
            details: { channel_id: '1000000068001' },
          },
          { code: 'NOT_SUBSCRIBED' },
        ],
      },
    })
    expect(await events()).toBeNull()
  })

  test('each verb needs its scope, and the modules of the events', async () => {
    await using crm = await startLocalCrm({}, ['ZohoCRM.notifications.CREATE', 'ZohoCRM.modules.Deals.READ'])
    const url = 'http://127.0.0.1:9/'
    const mismatch = { body: { code: 'OAUTH_SCOPE_MISMATCH' } }
    expect(await crm.call('POST', '/actions/watch', channel(url))).toMatchObject(mismatch)
    expect((await crm.call('POST', '/actions/watch', channel(url, { events: ['Deals.all'] }))).status).toBe(
      201,
    )
    expect(await crm.call('GET', '/actions/watch')).toMatchObject(mismatch)
    expect(await crm.call('DELETE', '/actions/watch?channel_ids=1')).toMatchObject(mismatch)
  })

  test('a callback that nobody answers is given up, delays no call, and the next one follows', async () => {
    await using receiver = await startReceiver(false)
    await using crm = await startLocalCrm({ crm: { callbackTimeoutMs: 3_000 } }, scopes)
    await crm.call('POST', '/actions/watch', channel(receiver.url))
    await createLead(crm, ['First'])
    await receiver.next()
    const [id] = await createLead(crm, ['Second'])
    expect(receiver.waiting).toBe(0)
    await crm.clock.advance(3_000)
    expect(await receiver.next()).toMatchObject({ ids: [id] })
  })

  test('callbacks go to http on this machine and nowhere else', async () => {
    const refused = [
      ...[
        'http://example.com/',
        'https://127.0.0.1/',
        'http://127.0.0.1@example.com/',
        'http://localhost.example.com/',
      ],
      ...[
        'http://0.0.0.0/',
        'http://10.0.0.1/',
        'http://169.254.169.254/',
        'http://[::ffff:127.0.0.1]/',
        'http://[::]/',
      ],
      ...[
        'file:///etc/passwd',
        'javascript:1',
        'http://u:p@127.0.0.1/',
        'http://128.0.0.1/',
        'x',
        '',
        5,
        null,
        {},
      ],
      ...[`http://127.0.0.1/${'a'.repeat(2_000)}`, 'http://localhost./', 'http://2130706434.example/'],
    ]
    expect(refused.filter(url => callbackUrl(url) !== null)).toEqual([])
    const taken = [
      'http://127.0.0.1:80/x',
      'http://127.1/',
      'http://0x7f000001/',
      'http://[::1]:8/',
      'http://localhost:1/',
    ]
    expect(taken.filter(url => callbackUrl(url) === null)).toEqual([])
    await using crm = await startLocalCrm({}, scopes)
    expect(await crm.call('POST', '/actions/watch', channel('http://example.com/hook'))).toMatchObject({
      status: 400,
      body: {
        watch: [
          { code: 'INVALID_DATA', details: { api_name: 'notify_url', json_path: '$.watch[0].notify_url' } },
        ],
      },
    })
  })

  test.each([
    [{ channel_id: undefined }, 'MANDATORY_NOT_FOUND', 'channel_id'],
    [{ channel_id: '__proto__' }, 'INVALID_DATA', 'channel_id'],
    [{ events: undefined }, 'MANDATORY_NOT_FOUND', 'events'],
    [{ events: [] }, 'INVALID_DATA', 'events'],
    [{ events: ['Leads.read'] }, 'INVALID_DATA', 'events'],
    [{ events: ['Nope.create'] }, 'INVALID_DATA', 'events'],
    [{ events: ['__proto__.all'] }, 'INVALID_DATA', 'events'],
    [{ notify_url: undefined }, 'MANDATORY_NOT_FOUND', 'notify_url'],
    [{ token: 'x'.repeat(51) }, 'INVALID_DATA', 'token'],
    [{ return_affected_field_values: 'yes' }, 'INVALID_DATA', 'return_affected_field_values'],
    [{ notification_condition: {} }, 'INVALID_DATA', 'notification_condition'],
    [{ notification_condition: [{}] }, 'MANDATORY_NOT_FOUND', 'type'],
    [{ notification_condition: [{ type: 'x' }] }, 'INVALID_DATA', 'type'],
  ])('an entry with %j is refused, those beside it are not', async (more, code, api_name) => {
    const crm = await shared
    const good = { channel_id: '2', events: ['Leads.all'], notify_url: 'http://127.0.0.1:9/' }
    const { watch } = channel('http://127.0.0.1:9/', more)
    expect(await crm.call('POST', '/actions/watch', { watch: [good, ...watch] })).toMatchObject({
      status: 207,
      body: { watch: [{ code: 'SUCCESS' }, { code, details: { api_name } }] },
    })
  })
})
