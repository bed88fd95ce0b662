import { createRecord } from './record-writes.ts'
import type { CrmState } from './state.ts'

type Values = Readonly<Record<string, unknown>>

const accounts: readonly Values[] = [
  { Account_Name: 'Zylker', Phone: '+1 555 0100', Website: 'https://zylker.example', Industry: 'Technology' },
  { Account_Name: 'Harbor Tax Partners', Phone: '+1 555 0101', Employees: 40 },
  { Account_Name: 'Linden & Oak Bookkeeping', Phone: '+44 20 7946 0102', Employees: 12 },
]

const contacts: readonly (readonly [account: string, values: Values])[] = [
  [
    'Zylker',
    { First_Name: 'Grace', Last_Name: 'Hopper', Email: 'grace@zylker.example', Phone: '+1 555 0110' },
  ],
  ['Harbor Tax Partners', { First_Name: 'Alan', Last_Name: 'Turing', Email: 'alan@harbor.example' }],
  ['Linden & Oak Bookkeeping', { First_Name: 'Mary', Last_Name: "O'Neill", Mobile: '+44 7700 900 112' }],
]

const leads: readonly Values[] = [
  ...[
    ['Katherine', 'Johnson', 'Orbit Payroll', '+1 555 0120', 'Not Contacted'],
    ['Edsger', 'Dijkstra', 'Shortest Path Logistics', '+31 20 555 0121', 'Contacted'],
    ['Barbara', 'Liskov', 'Substitute Staffing', '+1 555 0122', 'Attempted to Contact'],
    ['Donald', 'Knuth', 'Literate Ledgers', '+1 555 0123', 'Pre-Qualified'],
    ['Radia', 'Perlman', 'Spanning Tree Surgeons', '+1 555 0124', 'Contact in Future'],
  ].map(([First_Name, Last_Name = '', Company, Phone, Lead_Status]) => {
    const Email = `${Last_Name.toLowerCase()}@example.com`
    return { First_Name, Last_Name, Company, Phone, Lead_Status, Email, Lead_Source: 'Cold Call' }
  }),
  // What a call-centre meets: no first name, no e-mail address, letters of another alphabet.
  { Last_Name: 'Müller-Łukasiewicz', Company: 'Größe & Söhne', Phone: '+49 30 5550125' },
]

const deals: readonly (readonly [account: string, values: Values])[] = [
  ['Zylker', { Deal_Name: 'Zylker yearly audit', Stage: 'Qualification', Amount: 12_000 }],
  ['Harbor Tax Partners', { Deal_Name: 'Harbor onboarding', Stage: 'Needs Analysis', Amount: 4_500.5 }],
]

/** A few records to begin with, as a new organization has them. */
export function seedCrm(state: CrmState): void {
  const actor = state.actor(null)
  const create = (module: string, values: Values): void => {
    createRecord({ state, module, actor, unmodifiedSince: null, path: '$' }, values)
  }
  const account = (name: string): unknown => ({
    id: state.index.find('Accounts', 'Account_Name', name)[0]?.id,
  })
  for (const values of accounts) create('Accounts', values)
  for (const [name, values] of contacts) create('Contacts', { ...values, Account_Name: account(name) })
  for (const [name, values] of deals) create('Deals', { ...values, Account_Name: account(name) })
  for (const values of leads) create('Leads', values)
}
