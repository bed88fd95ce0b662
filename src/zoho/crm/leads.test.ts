import { InvalidInputError } from 'evergrant'
import { describe, expect, test } from 'vitest'
import { all, crmWorld } from '../../../test/support/zoho-crm.ts'

const { crm, zoho, time } = await crmWorld()
const named = (Last_Name: string) => ({ Last_Name, Company: 'Z' })

describe('a lead', () => {
  test('is found by its number in whatever format, and not by a part of it', async () => {
    const { id } = await crm.createLead({ ...named('Phone'), Mobile: '+1 (555) 012-0777' })
    await crm.createLead({ ...named('Longer'), Phone: '+1 555 012 07770' })
    for (const phone of ['+15550120777', '001 555 012 0777', '1-555-012-0777', ' +1 (555) 0120777']) {
      expect(await crm.findByPhone(phone)).toMatchObject({ id, Last_Name: 'Phone' })
    }
    expect(await crm.findByPhone('555 012 0777')).toBeNull()
    expect(await crm.findByPhone('+44 555 012 0777')).toBeNull()
  })

  test('is found by its address, and not by one that resembles it', async () => {
    await crm.createLead({ ...named('Underscore'), Email: 'sales_team@z.example' })
    await crm.createLead({ ...named('Part'), Email: 'x-sales-team@z.example' })
    expect(await crm.findByEmail('sales-team@z.example')).toBeNull()
    const { id } = await crm.createLead({ ...named('Dash'), Secondary_Email: 'Sales-Team@z.example' })
    expect(await crm.findByEmail('sales-team@Z.example')).toMatchObject({ id })
  })

  test('is read, changed and upserted', async () => {
    const { id } = await crm.createLead(named('One'))
    await crm.updateLead(id, { Last_Name: 'Two' })
    expect(await crm.getById(id, { fields: ['Last_Name'] })).toEqual({ id, Last_Name: 'Two' })
    const upsert = { duplicateCheckFields: ['Email'] }
    const first = await crm.upsertLead({ ...named('Up'), Email: 'up@z.example' }, upsert)
    const second = await crm.upsertLead({ ...named('Up'), Email: 'up@z.example' }, upsert)
    expect([first.action, second.action, second.id]).toEqual(['insert', 'update', first.id])
  })

  test('that Zoho refuses is an error with the code and the place of the mistake', async () => {
    await expect(crm.createLead({ Company: 'Z' })).rejects.toMatchObject({
      code: 'ZOHO_API',
      zohoCode: 'MANDATORY_NOT_FOUND',
      details: { api_name: 'Last_Name' },
      outcome: 'not_done',
    })
    await expect(crm.updateLead('1', { Last_Name: 'x' })).rejects.toMatchObject({ zohoCode: 'INVALID_DATA' })
  })

  test('has the notes that were added to it', async () => {
    const { id } = await crm.createLead(named('Noted'))
    expect(await all(crm.notes('Leads', id))).toEqual([])
    await crm.addNote(id, { title: 'Call', content: 'wants a quote' })
    expect(await all(crm.notes('Leads', id))).toMatchObject([
      { Note_Title: 'Call', Note_Content: 'wants a quote' },
    ])
    expect(await all(crm.related('Leads', id, 'Notes', { fields: ['Note_Title'] }))).toHaveLength(1)
    await expect(crm.addNote('1', { content: 'x' })).rejects.toMatchObject({ code: 'ZOHO_API' })
  })
})

describe('a lead by its number, or a new one', () => {
  test('is made once by fifty callers, though the search finds it later', async () => {
    await zoho.configure({ crm: { searchLagMs: 60_000 } })
    const asked = Array.from({ length: 50 }, (_, index) =>
      crm.getOrCreateByPhone(index % 2 === 0 ? '+1 555 0199' : '001-555-0199', named(`Caller ${index}`)),
    )
    const given = await Promise.all(asked)
    expect(new Set(given.map(({ id }) => id)).size).toBe(1)
    expect(given.filter(({ created }) => created)).toHaveLength(1)
    const stored = (await zoho.crmRecords('Leads')).filter(({ Phone }) => Phone === '+15550199')
    expect(stored).toHaveLength(1)
    await zoho.configure({ crm: { searchLagMs: 0 } })
  })

  test('that is there is left as it is, in whatever format its number stands there', async () => {
    const { id } = await crm.createLead({ ...named('Known'), Phone: '+1 (555) 0198' })
    await time.advance(120_000)
    expect(await crm.getOrCreateByPhone('+15550198', named('Caller'))).toEqual({ id, created: false })
    expect(await crm.getById(id)).toMatchObject({ Last_Name: 'Known', Phone: '+1 (555) 0198' })
  })

  test('may be asked for again when nobody knows whether it was made', async () => {
    await zoho.configure({ crm: { searchLagMs: 60_000 } })
    await crm.findByPhone('+1 555 0197')
    const lead = named('Lost')
    // The search is answered, the upsert is done and its answer is lost.
    await zoho.fault({ kind: 'delay', ms: 0 }, { endpoint: 'crm' })
    await zoho.fault({ kind: 'lost_answer' }, { endpoint: 'crm' })
    const moving = setInterval(() => void time.advance(1), 1)
    await expect(crm.getOrCreateByPhone('+15550197', lead)).rejects.toMatchObject({ outcome: 'unknown' })
    clearInterval(moving)
    const again = await crm.getOrCreateByPhone('+15550197', lead)
    expect(again.created).toBe(false)
    const stored = (await zoho.crmRecords('Leads')).filter(({ Phone }) => Phone === '+15550197')
    expect(stored).toHaveLength(1)
    await zoho.configure({ crm: { searchLagMs: 0 } })
  })

  test.each(['', 'ab', '+', '12', '1'.repeat(21), 'or 1=1', '+1 555;drop', 15550120 as never])(
    'of the number %j is not asked for',
    async phone => {
      await expect(crm.findByPhone(phone)).rejects.toThrow(InvalidInputError)
      await expect(crm.getOrCreateByPhone(phone, named('x'))).rejects.toThrow(InvalidInputError)
    },
  )
})

describe('what Zoho knows of itself', () => {
  test('modules, fields and related lists', async () => {
    expect((await crm.modules()).map(({ api_name }) => api_name)).toContain('Leads')
    expect(await crm.fields('Leads')).toContainEqual(
      expect.objectContaining({ api_name: 'Last_Name', system_mandatory: true }),
    )
    expect((await crm.relatedLists('Leads')).map(({ api_name }) => api_name)).toContain('Notes')
    await expect(crm.fields('Nonsense')).rejects.toMatchObject({ zohoCode: 'INVALID_MODULE' })
  })

  test('users, the one who gave the grant, and the organization', async () => {
    const users = await all(crm.users())
    expect(users).toContainEqual(expect.objectContaining({ email: 'ada@example.com' }))
    expect(await crm.currentUser()).toMatchObject({ email: 'ada@example.com' })
    expect(await crm.org()).toMatchObject({ type: 'Production' })
  })
})
