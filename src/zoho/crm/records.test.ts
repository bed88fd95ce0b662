import { InsufficientScopeError, InvalidInputError } from 'evergrant'
import { type ZohoApiError, ZohoCRMService, type ZohoRecordResult } from 'evergrant/zoho'
import { describe, expect, test } from 'vitest'
import { all, crmWorld } from '../../../test/support/zoho-crm.ts'

const { crm, crmWith, calls, zoho, tokens } = await crmWorld()
const leads = (count: number, prefix = 'L') =>
  Array.from({ length: count }, (_, index) => ({ Last_Name: `${prefix}${index}`, Company: prefix }))
const idsOf = (results: readonly ZohoRecordResult[]): string[] =>
  results.map(result => (result.status === 'success' ? result.id : result.code))

describe('a record', () => {
  test('is created, read, changed and deleted; its id is a text', async () => {
    const [made] = await crm.create('Leads', [{ Last_Name: 'Doe', Company: 'Z', Annual_Revenue: 12.5 }])
    if (made?.status !== 'success') throw new RangeError('not created')
    expect(made).toMatchObject({ action: 'insert', duplicateField: null })
    expect(made.id).toMatch(/^\d{18,19}$/)
    expect(await crm.get('Leads', made.id)).toMatchObject({
      id: made.id,
      Last_Name: 'Doe',
      Annual_Revenue: 12.5,
    })
    expect(await crm.get('Leads', made.id, { fields: ['Company'] })).toEqual({ id: made.id, Company: 'Z' })
    const [changed] = await crm.update('Leads', [{ id: made.id, Last_Name: 'Roe', Annual_Revenue: null }])
    expect(changed).toMatchObject({ status: 'success', id: made.id, action: 'update' })
    expect(await crm.get('Leads', made.id)).toMatchObject({ Last_Name: 'Roe', Annual_Revenue: null })
    expect(await crm.delete('Leads', [made.id])).toMatchObject([
      { status: 'success', action: 'delete', id: made.id },
    ])
    expect(await crm.get('Leads', made.id)).toBeNull()
    expect(
      idsOf((await all(crm.deleted('Leads'))).map(({ id }) => ({ status: 'success', id }) as never)),
    ).toContain(made.id)
  })

  test.each([
    ['a number', 4_150_868_000],
    ['a bigint', 4150868000000002175n],
    ['a path', '../users'],
    ['slashes', '1/2'],
    ['nothing', ''],
    ['digits and more', '12?x=1'],
  ])('whose id is %s is asked for nowhere', async (_, id) => {
    const wrong = id as string
    await expect(crm.get('Leads', wrong)).rejects.toThrow(InvalidInputError)
    await expect(crm.delete('Leads', [wrong])).rejects.toThrow(InvalidInputError)
    await expect(crm.update('Leads', [{ id: wrong }])).rejects.toThrow(InvalidInputError)
    await expect(crm.upsert('Leads', [{ id: wrong, Last_Name: 'x' }])).rejects.toThrow(InvalidInputError)
    await expect(crm.addNote(wrong, { content: 'x' })).rejects.toThrow(InvalidInputError)
    expect(await calls()).toEqual([])
  })

  test.each(['', 'Leads/1', '..', 'Leads?x', 'Lea ds', 7])(
    'of a module %j is asked for nowhere',
    async module => {
      const wrong = module as string
      await expect(crm.get(wrong, '1')).rejects.toThrow(InvalidInputError)
      await expect(crm.create(wrong, [{}])).rejects.toThrow(InvalidInputError)
      expect(() => crm.list(wrong, { fields: ['id'] })).toThrow(InvalidInputError)
      expect(await calls()).toEqual([])
    },
  )
})

describe('a write of many records', () => {
  test.each([
    [1, 1],
    [99, 1],
    [100, 1],
    [101, 2],
    [200, 2],
    [201, 3],
  ])('of %i is made in %i calls, and has a result for each in their order', async (count, made) => {
    const results = await crm.create('Leads', leads(count, `n${count}-`))
    expect((await calls()).length).toBe(made)
    expect(results).toHaveLength(count)
    const rows = await Promise.all([0, count - 1].map(index => crm.get('Leads', idsOf(results)[index] ?? '')))
    expect(rows.map(row => row?.Last_Name)).toEqual([`n${count}-0`, `n${count}-${count - 1}`])
  })

  test('of none makes no call', async () => {
    expect(await crm.create('Leads', [])).toEqual([])
    expect(await calls()).toEqual([])
  })

  test.each([
    ['207 and 400', false],
    ['the 202 of older pages', true],
  ])(
    'tells of each that Zoho refuses, by its code and the place of the mistake: %s',
    async (_, legacy202) => {
      await zoho.configure({ crm: { legacy202 } })
      const mixed = await crm.create('Leads', [{ Last_Name: 'A', Company: 'Z' }, { Company: 'Z' }])
      expect(mixed).toMatchObject([
        { status: 'success' },
        {
          status: 'error',
          code: 'MANDATORY_NOT_FOUND',
          details: { api_name: 'Last_Name', json_path: '$.data[1].Last_Name' },
          outcome: 'not_done',
          error: null,
        },
      ])
      expect(await crm.create('Leads', [{ Company: 'Z' }])).toMatchObject([{ code: 'MANDATORY_NOT_FOUND' }])
      expect(await crm.update('Leads', [{ id: '1', Last_Name: 'B' }])).toMatchObject([
        { code: 'INVALID_DATA' },
      ])
      expect(await crm.delete('Leads', ['1'])).toMatchObject([{ status: 'error', code: 'INVALID_DATA' }])
      await zoho.configure({ crm: { legacy202: false } })
    },
  )

  test('throws when the first call fails, and tells the results when a later one does', async () => {
    await zoho.fault({ kind: 'server_error' }, { endpoint: 'crm' })
    await expect(crm.create('Leads', leads(150))).rejects.toMatchObject({
      outcome: 'unknown',
      retryable: false,
    })
    // Which call a fault meets is told by a server that hands the first ones on.
    let left = 1
    const failing: Parameters<typeof ZohoCRMService.forClient>[0] = {
      getToken: (...asked) => tokens.getToken(...asked),
      refreshToken: (...asked) => tokens.refreshToken(...asked),
      fetch: async (...asked) => {
        left -= 1
        return left < 0 ? new Response('<html>', { status: 502 }) : tokens.fetch(...asked)
      },
    }
    const results = await ZohoCRMService.forClient(failing, 'smart-tax-nation').create('Leads', leads(250))
    expect(results).toHaveLength(250)
    const kinds = results.map(result => (result.status === 'success' ? 'success' : result.code))
    expect([99, 100, 199, 200].map(index => kinds[index])).toEqual([
      'success',
      'CALL_FAILED',
      'CALL_FAILED',
      'NOT_SENT',
    ])
    expect(results[100]).toMatchObject({ outcome: 'unknown', error: { name: 'ZohoApiError', status: 502 } })
    expect(results[249]).toMatchObject({ outcome: 'not_done' })
  })

  test('ends between two calls with what it has when its signal fires', async () => {
    const giveUp = new AbortController()
    let left = 1
    const slow: Parameters<typeof ZohoCRMService.forClient>[0] = {
      getToken: (...asked) => tokens.getToken(...asked),
      refreshToken: (...asked) => tokens.refreshToken(...asked),
      fetch: async (...asked) => {
        left -= 1
        if (left < 0) giveUp.abort(new RangeError('enough'))
        return tokens.fetch(...asked)
      },
    }
    const service = ZohoCRMService.forClient(slow, 'smart-tax-nation')
    const results = await service.create('Leads', leads(150), { signal: giveUp.signal })
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(100)
    expect(results[100]).toMatchObject({
      code: 'CALL_FAILED',
      outcome: 'unknown',
      error: { message: 'enough' },
    })
    await expect(service.create('Leads', leads(1), { signal: giveUp.signal })).rejects.toThrow('enough')
  })

  test('whose answer does not tell of each is not taken for one that does', async () => {
    const answer = { data: [{ code: 'SUCCESS', status: 'success', details: { id: '1' } }] }
    const short: Parameters<typeof ZohoCRMService.forClient>[0] = {
      getToken: (...asked) => tokens.getToken(...asked),
      refreshToken: (...asked) => tokens.refreshToken(...asked),
      fetch: async () => Response.json(answer, { status: 201 }),
    }
    const service = ZohoCRMService.forClient(short, 'smart-tax-nation')
    await expect(service.create('Leads', leads(2))).rejects.toMatchObject({ outcome: 'unknown', status: 201 })
    expect(await service.create('Leads', leads(1))).toMatchObject([{ id: '1' }])
  })

  test('upserts by the fields that are named, and tells what it did', async () => {
    const first = await crm.upsert('Leads', [{ Last_Name: 'U', Company: 'Z', Phone: '+15550001' }], {
      duplicateCheckFields: ['Phone'],
    })
    const second = await crm.upsert('Leads', [{ Last_Name: 'V', Company: 'Z', Phone: '+15550001' }], {
      duplicateCheckFields: ['Phone'],
    })
    expect([...first, ...second]).toMatchObject([
      { action: 'insert', duplicateField: null },
      { action: 'update', duplicateField: 'Phone' },
    ])
    expect(idsOf(second)).toEqual(idsOf(first))
  })

  test('leaves a record alone that was changed after ifUnmodifiedSince', async () => {
    const [id = ''] = idsOf(await crm.create('Leads', leads(1, 'cond')))
    const results = await crm
      .update('Leads', [{ id, Company: 'late' }], { ifUnmodifiedSince: new Date(0) })
      .catch((error: unknown) => [error as ZohoApiError])
    expect(JSON.stringify(results)).toContain('ALREADY_MODIFIED')
    expect(await crm.get('Leads', id)).toMatchObject({ Company: 'cond' })
  })
})

describe('scopes', () => {
  test.each([
    ['get', (of: ZohoCRMService) => of.get('Leads', '1'), ['ZohoCRM.modules.Leads.READ']],
    ['create', (of: ZohoCRMService) => of.create('Leads', leads(1)), ['ZohoCRM.modules.Leads.CREATE']],
    ['delete', (of: ZohoCRMService) => of.delete('Leads', ['1']), ['ZohoCRM.modules.Leads.DELETE']],
    [
      'search',
      (of: ZohoCRMService) => all(of.search('Leads', { word: 'ab' })),
      ['ZohoCRM.modules.Leads.READ', 'ZohoSearch.securesearch.READ'],
    ],
    [
      'coql',
      (of: ZohoCRMService) => of.coql('select id from Leads where id is not null'),
      ['ZohoCRM.coql.READ', 'ZohoCRM.modules.Leads.READ'],
    ],
    ['org', (of: ZohoCRMService) => of.org(), ['ZohoCRM.org.READ']],
  ])('of %s are named when one is missing, and no token is refreshed', async (_, call, scopes) => {
    const poor = await crmWith({}, ['ZohoCRM.modules.Contacts.READ'])
    const error = await call(poor).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InsufficientScopeError)
    expect(error).toMatchObject({ missingScopes: scopes })
    expect((await zoho.summary()).requests).toBe(0)
  })
})
