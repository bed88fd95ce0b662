import { expect, test } from 'vitest'
import { startLocalCrm } from '../../../../test/support/local-crm.ts'
import { covers } from './scopes.ts'

test.each([
  ['ZohoCRM.modules.ALL', 'ZohoCRM.modules.Leads.READ', true],
  ['ZohoCRM.modules.READ', 'ZohoCRM.modules.Leads.READ', true],
  ['ZohoCRM.modules.READ', 'ZohoCRM.modules.Leads.CREATE', false],
  ['ZohoCRM.modules.Leads.READ', 'ZohoCRM.modules.Leads.READ', true],
  ['ZohoCRM.modules.Leads.READ', 'ZohoCRM.modules.Contacts.READ', false],
  ['zohocrm.modules.leads.all', 'ZohoCRM.modules.Leads.DELETE', true],
  ['ZohoCRM.modules.notes.CREATE', 'ZohoCRM.modules.Notes.CREATE', true],
  ['ZohoCRM.modules.Leads.WRITE', 'ZohoCRM.modules.Leads.UPDATE', true],
  ['ZohoCRM.modules.Leads.WRITE', 'ZohoCRM.modules.Leads.DELETE', false],
  ['ZohoCRM.settings.ALL', 'ZohoCRM.settings.fields.READ', true],
  ['ZohoCRM.settings.fields.READ', 'ZohoCRM.settings.modules.READ', false],
  ['ZohoCRM.ALL', 'ZohoCRM.modules.Leads.READ', false],
  ['ZohoCRM.modules', 'ZohoCRM.modules.Leads.READ', false],
])(
  'checklist crm §15: scope matching incl. search and COQL double scopes — %s for %s: %s',
  (granted, needed, allowed) => {
    expect(covers([granted], needed)).toBe(allowed)
  },
)

test('a scope that is missing is a mismatch in the form of the settings, and does nothing', async () => {
  await using crm = await startLocalCrm({}, ['ZohoCRM.modules.Leads.READ'])
  const data = [{ Last_Name: 'Doe', Company: 'Z' }]
  expect(await crm.call('POST', '/Leads', { data })).toMatchObject({
    status: 401,
    body: {
      ...{ code: 'OAUTH_SCOPE_MISMATCH', details: {}, status: 'error' },
      message: 'invalid oauth scope to access this URL',
    },
  })
  expect((await crm.call('GET', '/Leads?fields=Last_Name')).status).toBe(204)
  await crm.zoho.configure({ crm: { scopeMismatchStatus: 403, scopeMismatchMessage: 'Unauthorized' } })
  expect(await crm.call('GET', '/Deals?fields=Stage')).toMatchObject({
    status: 403,
    body: { message: 'Unauthorized' },
  })
  expect((await crm.zoho.ledger()).at(-1)).toMatchObject({ outcome: 'OAUTH_SCOPE_MISMATCH' })
})
