import type { ZohoCRMService, ZohoRecordResult } from 'evergrant/zoho'
import { expectTypeOf, test } from 'vitest'

declare module 'evergrant/zoho' {
  interface ZohoModuleFields {
    Tax_Returns: { Name?: string | undefined; Year?: number | undefined }
  }
  interface ZohoLeadFields {
    Call_Summary?: string | null | undefined
  }
}

test('fields and modules of one’s own have types by declaration merging, and others are records of any fields', () => {
  type Crm = ZohoCRMService
  const ask = async (crm: Crm) => ({
    own: await crm.get('Tax_Returns', '1'),
    lead: await crm.getById('1'),
    other: await crm.get('Other_Module', '1'),
    made: await crm.create('Tax_Returns', [{ Name: 'a', Year: 2026 }]),
    changed: await crm.update('Leads', [{ id: '1', Call_Summary: null }]),
  })
  type Asked = Awaited<ReturnType<typeof ask>>
  expectTypeOf<NonNullable<Asked['own']>['Year']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<NonNullable<Asked['own']>['id']>().toEqualTypeOf<string>()
  expectTypeOf<NonNullable<Asked['lead']>['Call_Summary']>().toEqualTypeOf<string | null | undefined>()
  expectTypeOf<NonNullable<Asked['other']>['Anything']>().toEqualTypeOf<unknown>()
  expectTypeOf<Asked['made']>().toEqualTypeOf<readonly ZohoRecordResult[]>()
  // A number for an id, a name for a year, and what Zoho alone writes.
  type Given = Parameters<Crm['create']>[1][number]
  expectTypeOf<{ Year: string }>().not.toExtend<Parameters<typeof created>[0]>()
  expectTypeOf<{ id: number }>().not.toExtend<Parameters<typeof changed>[0]>()
  expectTypeOf<Given>().not.toBeAny()
})

declare function created(record: import('evergrant/zoho').ZohoInputOf<'Tax_Returns'>): void
declare function changed(record: import('evergrant/zoho').ZohoUpdateOf<'Leads'>): void
